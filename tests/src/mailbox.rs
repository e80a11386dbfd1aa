use std::path::{Path, PathBuf};
use std::time::Duration;

use mail_parser::MessageParser;

/// A mail as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text, decoded.
    pub text: String,
    /// Everything, as it was sent.
    pub raw: String,
}

impl Mail {
    /// Reads a mail from its bytes.
    pub fn parse(raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw).expect("a mail");
        let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
        Self {
            to: to.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            raw: String::from_utf8_lossy(raw).into_owned(),
        }
    }

    /// The code in the subject, `1234-5678`.
    pub fn code(&self) -> String {
        let is_code = |word: &&str| {
            word.len() == 9 && word.as_bytes()[4] == b'-' && word.bytes().filter(u8::is_ascii_digit).count() == 8
        };
        self.subject.split_whitespace().find(is_code).expect("a code in the subject").to_owned()
    }

    /// The link in the text.
    pub fn link(&self) -> String {
        self.text.split_whitespace().find(|word| word.contains("/confirm?t=")).expect("a link in the text").to_owned()
    }

    /// The sealed token of the link.
    pub fn link_token(&self) -> String {
        self.link().split_once("?t=").expect("a token in the link").1.to_owned()
    }
}

/// A directory of `.eml` files.
#[derive(Debug, Clone)]
pub struct Mailbox {
    directory: PathBuf,
}

impl Mailbox {
    /// Looks into a directory.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// All mails to an address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mut mails = self.mails();
        mails.retain(|mail| mail.to == address);
        mails
    }

    /// All mails, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return Vec::new() };
        let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "eml")).collect();
        files.sort_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).ok());
        files.iter().filter_map(|path| std::fs::read(path).ok()).map(|raw| Mail::parse(&raw)).collect()
    }

    /// Takes out all mails to an address: they are not found again.
    pub fn take(&self, address: &str) -> Vec<Mail> {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return Vec::new() };
        let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let files = files.filter(|path| path.extension().is_some_and(|end| end == "eml"));
        // Another may take out a mail of its own meanwhile.
        let mails = files.filter_map(|path| Some((Mail::parse(&std::fs::read(&path).ok()?), path)));
        let own = mails.filter(|(mail, _)| mail.to == address);
        let take = |(mail, path): (Mail, PathBuf)| std::fs::remove_file(path).ok().map(|()| mail);
        own.filter_map(take).collect()
    }

    /// Waits until `count` mails to an address are there, and gives back the newest.
    pub async fn wait_for(&self, address: &str, count: usize) -> Mail {
        for _ in 0..600 {
            let mails = self.mails_to(address);
            if mails.len() >= count {
                return mails.last().expect("at least one").clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("mail {count} to the address did not come within 30 seconds");
    }
}

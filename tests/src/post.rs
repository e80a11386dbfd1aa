use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::mailbox::Mail;

/// A mail server that takes every mail and hands it, or its link's token, to whoever waits for it. SMTP over real sockets, as the server sends
/// it in operation; nothing is written.
#[derive(Clone)]
pub struct Mails {
    waiting: Arc<Mutex<HashMap<String, Waiting>>>,
    address: SocketAddr,
}

/// Somebody who waits for the next mail to an address.
enum Waiting {
    ForTheToken(oneshot::Sender<String>),
    ForTheMail(oneshot::Sender<Mail>),
}

impl Mails {
    /// Listens on a free port.
    pub async fn listen() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mails = Self { waiting: Arc::default(), address: listener.local_addr()? };
        let taking = mails.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mails = taking.clone();
                tokio::spawn(async move { mails.talk(stream).await });
            }
        });
        Ok(mails)
    }

    /// `[identified.mail.smtp]` for this server.
    pub fn settings(&self) -> String {
        format!("host = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n", self.address.port())
    }

    /// Waits, from before a mail is asked for, for the token of its link.
    pub fn token_for(&self, email: &str) -> oneshot::Receiver<String> {
        let (sender, receiver) = oneshot::channel();
        self.wait(email, Waiting::ForTheToken(sender));
        receiver
    }

    /// Waits, from before a mail is asked for, for all of it.
    pub fn mail_for(&self, email: &str) -> oneshot::Receiver<Mail> {
        let (sender, receiver) = oneshot::channel();
        self.wait(email, Waiting::ForTheMail(sender));
        receiver
    }

    fn wait(&self, email: &str, waiting: Waiting) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(email.to_owned(), waiting);
    }

    fn deliver(&self, raw: &[u8]) {
        let mail = Mail::parse(raw);
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&mail.to);
        match waiting {
            Some(Waiting::ForTheToken(sender)) => drop(sender.send(mail.link_token())),
            Some(Waiting::ForTheMail(sender)) => drop(sender.send(mail)),
            // Nobody waits where the mail was sent twice.
            None => {}
        }
    }

    async fn talk(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 post\r\n").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let word = line.split([' ', '\r']).next().context("a word")?.to_ascii_uppercase();
            match word.as_str() {
                "EHLO" => stream.write_all(b"250-post\r\n250 8BITMIME\r\n").await?,
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let mut raw = Vec::new();
                    while !raw.ends_with(b"\r\n.\r\n") {
                        if stream.read_until(b'\n', &mut raw).await? == 0 {
                            return Ok(());
                        }
                    }
                    self.deliver(&raw);
                    stream.write_all(b"250 taken\r\n").await?;
                }
                "QUIT" => return Ok(stream.write_all(b"221 bye\r\n").await?),
                _ => stream.write_all(b"250 yes\r\n").await?,
            }
        }
    }
}

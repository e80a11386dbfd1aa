use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::certificate::write_certificate;
use crate::mailbox::Mailbox;
use crate::server::free_port;

/// How the mail server protects its connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    #[default]
    None,
    /// STARTTLS is offered, and nothing is taken before it.
    Starttls,
    /// From the first byte.
    Implicit,
}

/// What the mail server says to a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Answer {
    /// 250.
    #[default]
    Accept,
    /// 250, a second after the mail: long enough for somebody else to send it too.
    Slowly,
    /// 550 to the recipient.
    Refuse,
    /// 451 to the recipient.
    Later,
    /// The mail is kept and the connection ends before the reply.
    Lost,
}

/// How the mail server is run.
#[derive(Debug, Clone, Default)]
pub struct MailOptions {
    /// Protection.
    pub tls: Tls,
    /// User and password, without which no mail is taken.
    pub login: Option<(&'static str, &'static str)>,
    /// What is said to mails.
    pub answer: Answer,
}

/// aiosmtpd as a process of its own on a port of this machine. Its mails, certificate and port stay when it is started again.
pub struct MailServer {
    directory: TempDir,
    port: u16,
    process: Option<Child>,
}

impl MailServer {
    /// A mail server that is not running yet, with a certificate for 127.0.0.1 that nobody but itself vouches for.
    pub fn new() -> Self {
        Self::with_certificate_for("127.0.0.1")
    }

    /// A mail server whose certificate names another host.
    pub fn with_certificate_for(host: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(directory.path().join("mails")).expect("a directory for mails");
        write_certificate(&[host], &directory.path().join("certificate.pem"), &directory.path().join("key.pem"));
        Self { directory, port: free_port(), process: None }
    }

    /// Starts it, or starts it again with other options, and waits until it listens.
    pub async fn start(&mut self, options: &MailOptions) {
        self.stop();
        let ready = self.count("ready");
        self.process = Some(self.spawn(options));
        self.wait_for("ready", ready + 1).await;
    }

    /// Ends it.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// `[identified.mail.smtp]` for this server: its address, `security`, and further lines.
    pub fn settings(&self, security: &str, further: &str) -> String {
        format!("host = \"127.0.0.1\"\nport = {}\nsecurity = \"{security}\"\n{further}\n", self.port)
    }

    /// The line of the configuration that trusts this server's certificate.
    pub fn ca_file(&self) -> String {
        format!("ca_file = \"{}\"\n", self.directory.path().join("certificate.pem").display())
    }

    /// Lines of the configuration that log in.
    pub fn login(&self, user: &str, password: &str) -> String {
        let file = self.directory.path().join("password");
        fs::write(&file, format!("{password}\n")).expect("the password is written");
        format!("username = \"{user}\"\npassword_file = \"{}\"\n", file.display())
    }

    /// The mails that it accepted.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::new(&self.directory.path().join("mails"))
    }

    /// How often a thing happened: `hello`, `login`, `wrong login`, `accepted over TLS`, `accepted in clear`, `refuse`, `later`.
    pub fn count(&self, event: &str) -> usize {
        let events = fs::read_to_string(self.events()).unwrap_or_default();
        events.lines().filter(|line| *line == event).count()
    }

    /// Waits until a thing has happened so often.
    pub async fn wait_for(&self, event: &str, count: usize) {
        for _ in 0..600 {
            if self.count(event) >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let events = fs::read_to_string(self.events()).unwrap_or_default();
        let errors = fs::read_to_string(self.directory.path().join("errors")).unwrap_or_default();
        panic!("the mail server did not say {event:?} {count} times within 30 seconds:\n{events}{errors}");
    }

    fn spawn(&self, options: &MailOptions) -> Child {
        let directory = self.directory.path();
        let file = |name: &str| {
            File::options().create(true).append(true).open(directory.join(name)).expect("a file for the output")
        };
        let mut command = Command::new(python());
        command.arg(root().join("tests/smtp/server.py")).args(["--port", &self.port.to_string()]);
        command.arg("--mails").arg(directory.join("mails"));
        command.args(["--tls", options.tls.word(), "--answer", options.answer.word()]);
        command.arg("--certificate").arg(directory.join("certificate.pem"));
        command.arg("--key").arg(directory.join("key.pem"));
        if let Some((user, password)) = options.login {
            command.args(["--user", user, "--password", password]);
        }
        command.stdin(Stdio::null()).stdout(file("events")).stderr(file("errors"));
        command.spawn().expect("the mail server starts")
    }

    fn events(&self) -> PathBuf {
        self.directory.path().join("events")
    }
}

impl Default for MailServer {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Tls {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Implicit => "implicit",
        }
    }
}

impl Answer {
    fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Slowly => "slowly",
            Self::Refuse => "refuse",
            Self::Later => "later",
            Self::Lost => "lost",
        }
    }
}

fn python() -> PathBuf {
    let python = root().join("target/tools/aiosmtpd/bin/python");
    assert!(python.exists(), "{} is missing: run `cargo xtask setup` first", python.display());
    python
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root of the repository")
}

use std::fs;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use lettre::Message;
use serde::Deserialize;

use super::rules::VerificationError;
use super::smtp::Smtp;

/// How mails go out.
#[derive(Debug, Clone)]
pub enum TransportSettings {
    /// To a mail server.
    Smtp(SmtpSettings),
    /// As `.eml` files into a directory, for the demo: code and link are printed as well.
    Files(PathBuf),
}

/// A mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User name, where the server wants one.
    #[serde(default)]
    pub username: Option<String>,
    /// File with the password, one line.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// PEM file with one more certificate authority.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// How an SMTP connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Not at all; only to a mail server on this machine.
    Plain,
    /// STARTTLS, required (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314 §3).
    Tls,
}

impl SmtpSettings {
    /// Refuses what would show mails to whoever sits between, and half a login.
    pub fn check(&self) -> Result<(), &'static str> {
        let loopback =
            self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if self.security == Security::Plain && !loopback {
            return Err("security: plain is for a mail server on this machine alone; use starttls or tls");
        }
        if self.username.is_some() != self.password_file.is_some() {
            return Err("username and password_file go together");
        }
        Ok(())
    }
}

/// What became of a mail.
pub(super) enum Delivery {
    /// The server took it: its duty now.
    Accepted,
    /// The server will never take it.
    Refused,
    /// Not now. The reason is a reply code or this machine's own words: servers quote the address in their text, so that is never
    /// kept.
    Later(String),
}

/// The way out.
pub(super) enum Transport {
    Smtp(Box<Smtp>),
    Files(PathBuf),
}

impl Transport {
    pub(super) fn new(settings: TransportSettings, hello_domain: &str) -> Result<Self, VerificationError> {
        match settings {
            TransportSettings::Smtp(settings) => Ok(Self::Smtp(Box::new(Smtp::new(settings, hello_domain)?))),
            TransportSettings::Files(directory) => {
                fs::create_dir_all(&directory).map_err(|error| VerificationError::Mail(error.to_string()))?;
                Ok(Self::Files(directory))
            }
        }
    }

    pub(super) async fn send(&self, message: Message, name: &str) -> Delivery {
        match self {
            Self::Files(directory) => match write_file(directory, name, &message.formatted()) {
                Ok(()) => Delivery::Accepted,
                Err(error) => Delivery::Later(error.kind().to_string()),
            },
            Self::Smtp(smtp) => smtp.send(&message).await,
        }
    }

    /// Ends what was kept for the next mail.
    pub(super) async fn rest(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.hang_up().await;
        }
    }
}

/// A mail that has its name is complete.
fn write_file(directory: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let part = directory.join(format!(".{name}.part"));
    let mut file = fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, directory.join(format!("{name}.eml")))
}

use std::fs;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::Deserialize;

use super::outbox::SENDERS;
use super::rules::VerificationError;

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
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Files(PathBuf),
}

impl Transport {
    pub(super) fn new(settings: TransportSettings, hello_domain: &str) -> Result<Self, VerificationError> {
        match settings {
            TransportSettings::Smtp(settings) => smtp(settings, hello_domain).map(Self::Smtp),
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
            Self::Smtp(smtp) => match smtp.send(message).await {
                Ok(_) => Delivery::Accepted,
                Err(error) => judge(&error),
            },
        }
    }
}

/// Replies that are about the mailbox (RFC 5321 §4.2.3): no such one, elsewhere, not a name. All other permanent ones are about us, as a
/// wrong password (535) or a policy (552, 554): the operator can mend those, and no mail is lost by them.
const ABOUT_THE_MAILBOX: [&str; 3] = ["550", "551", "553"];

fn judge(error: &lettre::transport::smtp::Error) -> Delivery {
    match error.status() {
        Some(code) if ABOUT_THE_MAILBOX.contains(&code.to_string().as_str()) => {
            // Only the code: a server's text quotes the address. A whole day of these means that it refuses us, not the mailbox.
            tracing::warn!(reply = %code, "mail server: refused for good");
            Delivery::Refused
        }
        Some(code) => Delivery::Later(format!("reply {code}")),
        // Its source quotes what could not be read.
        None if error.is_response() => Delivery::Later("not a reply of SMTP".to_owned()),
        // About the connection, its protection and what the server offers; none of these knows the recipient.
        None => Delivery::Later(error.to_string()),
    }
}

fn smtp(settings: SmtpSettings, hello_domain: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, VerificationError> {
    let setting = |what: &str, error: &dyn std::fmt::Display| VerificationError::Mail(format!("{what}: {error}"));
    settings.check().map_err(|what| VerificationError::Mail(what.to_owned()))?;
    let mut tls = TlsParameters::builder(settings.host.clone());
    if let Some(file) = &settings.ca_file {
        let pem = fs::read(file).map_err(|error| setting("ca_file", &error))?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| setting("ca_file", &error))?);
    }
    let tls = tls.build().map_err(|error| setting("TLS", &error))?;
    let tls = match settings.security {
        Security::Plain => Tls::None,
        // Required, never opportunistic: whoever sits between could otherwise strip the offer and read the mail.
        Security::Starttls => Tls::Required(tls),
        Security::Tls => Tls::Wrapper(tls),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(30)))
        // Kept for the next mail: a handshake costs more than a mail.
        .pool_config(PoolConfig::new().max_size(SENDERS as u32))
        .hello_name(ClientId::Domain(hello_domain.to_owned()));
    if let (Some(username), Some(file)) = (settings.username, settings.password_file) {
        let password = fs::read_to_string(file).map_err(|error| setting("password_file", &error))?;
        builder = builder.credentials(Credentials::new(username, password.trim_end().to_owned()));
    }
    Ok(builder.build())
}

/// A mail that has its name is complete.
fn write_file(directory: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let part = directory.join(format!(".{name}.part"));
    let mut file = fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, directory.join(format!("{name}.eml")))
}

use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use super::rules::VerificationError;
use super::transport::{Delivery, Security, SmtpSettings};

/// For a connection to be made, as far as its first byte.
const CONNECTING: Duration = Duration::from_secs(30);
/// For a connection to greet, protect itself and log in, and for one mail: RFC 5321 §4.5.3.2 asks for patience.
const PATIENCE: Duration = Duration::from_secs(300);

/// A mail server, and the connections to it that are open and idle.
pub(super) struct Smtp {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    hello: ClientId,
    login: Option<Credentials>,
    /// Kept for the next mail: a handshake costs more than a mail.
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

/// Why a mail was not taken.
enum Failure {
    /// Nothing of the mail itself was sent.
    Before(Error),
    /// The mail was sent, and may have been taken.
    After(Error),
    /// Neither an answer nor an end.
    Silence,
}

impl Smtp {
    /// Reads the files of the settings, and connects to nothing yet.
    pub(super) fn new(settings: SmtpSettings, hello_domain: &str) -> Result<Self, VerificationError> {
        let setting = |what: &str, error: &dyn std::fmt::Display| VerificationError::Mail(format!("{what}: {error}"));
        settings.check().map_err(|what| VerificationError::Mail(what.to_owned()))?;
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(file) = &settings.ca_file {
            let pem = fs::read(file).map_err(|error| setting("ca_file", &error))?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| setting("ca_file", &error))?);
        }
        let tls = tls.build().map_err(|error| setting("TLS", &error))?;
        let login = match (settings.username, settings.password_file) {
            (Some(username), Some(file)) => {
                let password = fs::read_to_string(file).map_err(|error| setting("password_file", &error))?;
                Some(Credentials::new(username, password.trim_end().to_owned()))
            }
            _ => None,
        };
        let hello = ClientId::Domain(hello_domain.to_owned());
        let (host, port, security) = (settings.host, settings.port, settings.security);
        Ok(Self { host, port, security, tls, hello, login, idle: Mutex::default() })
    }

    /// Sends a mail, over a connection that is idle or a new one.
    pub(super) async fn send(&self, message: &Message) -> Delivery {
        if let Some(kept) = self.kept() {
            match self.send_over(kept, message).await {
                Ok(()) => return Delivery::Accepted,
                // Servers end connections that were idle, without a word or with 421. Nothing of the mail was sent.
                Err(Failure::Before(error)) if error.status().is_none_or(|code| code.to_string() == "421") => {}
                Err(failure) => return failure.judge(),
            }
        }
        let connected = tokio::time::timeout(PATIENCE, self.connect()).await.map_err(|_| Failure::Silence);
        match connected.and_then(|connected| connected.map_err(Failure::Before)) {
            Ok(connection) => match self.send_over(connection, message).await {
                Ok(()) => Delivery::Accepted,
                Err(failure) => failure.judge(),
            },
            Err(failure) => failure.judge(),
        }
    }

    /// Ends the connections that are idle.
    pub(super) async fn hang_up(&self) {
        while let Some(mut connection) = self.kept() {
            // Whether it is heard matters to nobody.
            let _ = tokio::time::timeout(CONNECTING, connection.abort()).await;
        }
    }

    fn kept(&self) -> Option<AsyncSmtpConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let wrapper = (self.security == Security::Tls).then(|| self.tls.clone());
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECTING), &self.hello, wrapper, None).await?;
        if self.security == Security::Starttls {
            // Required, never opportunistic: whoever sits between could otherwise strip the offer and read the mail.
            connection.starttls(self.tls.clone(), &self.hello).await?;
        }
        if let Some(login) = &self.login {
            connection.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(connection)
    }

    /// Sends a mail; a connection over which that fails is ended.
    async fn send_over(&self, mut connection: AsyncSmtpConnection, message: &Message) -> Result<(), Failure> {
        match tokio::time::timeout(PATIENCE, hand_over(&mut connection, message)).await {
            Ok(Ok(())) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                Ok(())
            }
            Ok(Err(failure)) => {
                let _ = tokio::time::timeout(CONNECTING, connection.abort()).await;
                Err(failure)
            }
            Err(_) => Err(Failure::Silence),
        }
    }
}

/// One mail over one connection (RFC 5321 §3.3).
///
/// The library would write the mail and its last line apart. The second waits then until the first is acknowledged (RFC 896), which a
/// server that delays acknowledgements does after 40 ms; written at once, neither waits.
async fn hand_over(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), Failure> {
    let (envelope, mail) = (message.envelope(), message.formatted());
    let mut parameters = Vec::new();
    if !mail.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map_err(Failure::Before)?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(Failure::Before)?;
    }
    connection.command(Data).await.map_err(Failure::Before)?;
    connection.command(content(&mail)).await.map(drop).map_err(Failure::After)
}

/// A mail as it follows DATA: lines that begin with a dot have one more (RFC 5321 §4.5.2), and a line with a dot alone ends it.
fn content(mail: &[u8]) -> String {
    let mail = String::from_utf8_lossy(mail).replace("\r\n.", "\r\n..");
    let (dot, end) = (if mail.starts_with('.') { "." } else { "" }, if mail.ends_with("\r\n") { "" } else { "\r\n" });
    format!("{dot}{mail}{end}.\r\n")
}

/// Replies that are about the mailbox (RFC 5321 §4.2.3): no such one, elsewhere, not a name. All other permanent ones are about us, as a
/// wrong password (535) or a policy (552, 554): the operator can mend those, and no mail is lost by them.
const ABOUT_THE_MAILBOX: [&str; 3] = ["550", "551", "553"];

impl Failure {
    fn judge(self) -> Delivery {
        let (Self::Before(error) | Self::After(error)) = self else {
            return Delivery::Later("the mail server does not answer".to_owned());
        };
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
}

#[cfg(test)]
mod tests {
    use super::content;

    #[test]
    fn a_line_that_begins_with_a_dot_does_not_end_the_mail() {
        assert_eq!(content(b"a: b\r\n\r\n.\r\n..x\r\ny.\r\n"), "a: b\r\n\r\n..\r\n...x\r\ny.\r\n.\r\n");
        assert_eq!(content(b".a"), "..a\r\n.\r\n");
    }
}

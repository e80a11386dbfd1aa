use askama::Template;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use serde::{Deserialize, Serialize};
use undersign_pages::{InterfaceLanguage, Messages};
use undersign_protocol::bytes::to_base64url;
use undersign_protocol::petition::Language;
use zeroize::ZeroizeOnDrop;

use super::rules::VerificationError;

/// What mails look like. They are neutral: no petition, no organiser, nothing to track.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Sender; a neutral address on a neutral host.
    pub from: Mailbox,
    /// Origin of links, without a slash at the end; a neutral host that serves `/confirm` alone.
    pub link_origin: String,
}

/// A language that mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MailLanguage {
    English,
    Russian,
    Persian,
}

impl From<&Language> for MailLanguage {
    fn from(language: &Language) -> Self {
        match InterfaceLanguage::of_tag(language.as_str()) {
            Some(InterfaceLanguage::Russian) => Self::Russian,
            Some(InterfaceLanguage::Persian) => Self::Persian,
            _ => Self::English,
        }
    }
}

impl From<MailLanguage> for InterfaceLanguage {
    fn from(language: MailLanguage) -> Self {
        match language {
            MailLanguage::English => Self::English,
            MailLanguage::Russian => Self::Russian,
            MailLanguage::Persian => Self::Persian,
        }
    }
}

/// What the text of a mail says.
#[derive(ZeroizeOnDrop)]
pub(super) struct MailContent {
    pub to: String,
    #[zeroize(skip)]
    pub language: MailLanguage,
    pub link_token: String,
    pub code: String,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    t: &'static Messages,
    code: &'a str,
    link: &'a str,
}

impl MailSettings {
    /// The link of a mail.
    pub(super) fn link(&self, content: &MailContent) -> String {
        format!("{}/confirm?t={}", self.link_origin, content.link_token)
    }

    /// Writes the mail: plain text, the code in the subject. The Message-ID is the outbox row's, so that a mail which is sent again
    /// because its first acceptance was not noted is known as the same one.
    pub(super) fn message(&self, content: &MailContent, id: &[u8; 16]) -> Result<Message, VerificationError> {
        let (link, code) = (self.link(content), content.code.as_str());
        let t = Messages::of(content.language.into());
        let text = Text { t, code, link: &link }.render();
        // The parser's words would quote the address.
        let to = content.to.parse::<lettre::Address>().map_err(|_| VerificationError::Mail("recipient".to_owned()))?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .message_id(Some(format!("<{}@{}>", to_base64url(id), self.from.email.domain())))
            .subject(t.with("mail-subject", "code", code))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(text.map_err(|error| VerificationError::Mail(error.to_string()))?)
            .map_err(|_| VerificationError::Mail("message".to_owned()))
    }
}

/// RFC 3834 §5: no automatic answers, please; those would be kept somewhere.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

use zeroize::{Zeroize as _, ZeroizeOnDrop};

use super::address_rules;

/// Most bytes of an address (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_ADDRESS: usize = 254;
/// Most bytes of a local part (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;

/// An e-mail address as its owner typed it, checked. It has no `Debug` and no `Display` on purpose: an address never reaches a log.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Address {
    local: String,
    domain_typed: String,
    domain: String,
}

/// One spelling for each mailbox, by the public table of address rules. Only a keyed tag of it is ever kept.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct CanonicalAddress(String);

/// Why text is not an address that mail can be sent to. The text is not part of the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`, or nothing on one side of it.
    #[error("an address has the form name@example.org")]
    Form,
    /// The part before the `@` is too long or has characters other than letters, digits, dots and the signs of RFC 5322 §3.2.3.
    #[error("the part before the @ is not valid")]
    LocalPart,
    /// The part after the `@` is not a domain name with a dot.
    #[error("the part after the @ is not a domain")]
    Domain,
    /// Longer than 254 bytes.
    #[error("the address is too long")]
    TooLong,
}

impl Address {
    /// Checks an address. White space around it is dropped; nothing else is changed. Quoted local parts and address literals, which
    /// no provider of mailboxes for people uses, are refused.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain_typed) = parts(text)?;
        let domain = ascii_domain(domain_typed).ok_or(AddressError::Domain)?;
        if local.len() + 1 + domain.len() > MAX_ADDRESS {
            return Err(AddressError::TooLong);
        }
        Ok(Self { local: local.to_owned(), domain_typed: domain_typed.to_owned(), domain })
    }

    /// Where mail goes: as typed, the domain in its ASCII form (RFC 5891).
    pub fn mailbox(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// As typed, for its owner's eyes.
    pub fn as_typed(&self) -> String {
        format!("{}@{}", self.local, self.domain_typed)
    }

    /// The domain in small ASCII letters.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The domain under which mailboxes are given out, by the public suffix list: budgets are counted by it, so that subdomains of
    /// one owner share one.
    pub fn registrable_domain(&self) -> &str {
        psl::domain_str(&self.domain).unwrap_or(&self.domain)
    }

    /// The spelling that stands for the mailbox.
    pub fn canonical(&self) -> CanonicalAddress {
        let mut local = self.local.to_ascii_lowercase();
        let canonical = address_rules::apply(&local, &self.domain);
        local.zeroize();
        CanonicalAddress(canonical)
    }
}

impl CanonicalAddress {
    /// The bytes under the tag's HMAC.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The checks of [`Address::parse`] that need no tables of Unicode, which weigh more than a whole web page: for where the address is
/// typed. Domains in other scripts are taken as they are; everything that `parse` takes passes here too.
///
/// # Returns
/// What is before the `@`, and after it.
pub fn check_syntax(text: &str) -> Result<(&str, &str), AddressError> {
    let (local, domain) = parts(text)?;
    if domain.is_ascii() && !is_domain(&domain.to_ascii_lowercase()) {
        return Err(AddressError::Domain);
    }
    if domain.is_ascii() && text.trim().len() > MAX_ADDRESS {
        return Err(AddressError::TooLong);
    }
    Ok((local, domain))
}

fn parts(text: &str) -> Result<(&str, &str), AddressError> {
    let (local, domain) = text.trim().rsplit_once('@').ok_or(AddressError::Form)?;
    if local.is_empty() || domain.is_empty() {
        return Err(AddressError::Form);
    }
    if is_local_part(local) { Ok((local, domain)) } else { Err(AddressError::LocalPart) }
}

fn is_local_part(local: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    local.len() <= MAX_LOCAL_PART
        && local.bytes().all(sign)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.as_bytes().windows(2).any(|pair| pair == b"..")
}

/// UTS-46, non-transitional: `ß` is not `ss`, for those are domains of different owners.
fn ascii_domain(domain: &str) -> Option<String> {
    idna::domain_to_ascii_strict(domain).ok().filter(|ascii| is_domain(ascii))
}

/// A domain name with a dot, in small ASCII letters (RFC 1123 §2.1).
fn is_domain(ascii: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = ascii.rsplit_once('.').map(|(_, top)| top);
    let top_is_name = top.is_some_and(|top| top.bytes().any(|byte| byte.is_ascii_alphabetic()));
    ascii.split('.').all(is_label) && top_is_name && ascii.len() <= 253
}

//! The link that a signer was given.

use undersign_protocol::petition::{Language, PetitionId, Slug};
use url::Url;

use crate::endpoints::{Base, BaseError};

/// `https://host[:port]/` or `https://host[:port]/p/{slug}`, the second with or without `#{petition_id}`: a pin, which ties the link
/// to one text, one key and one log for ever. As people copy links from a browser, both may have a language first, `/en/p/{slug}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The server.
    pub base: Base,
    /// The petition; `None` for a link to the server alone.
    pub petition: Option<PetitionLink>,
}

/// The part of a link that names a petition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PetitionLink {
    /// Its short name.
    pub slug: Slug,
    /// Its petition_id, where the link pins it.
    pub pin: Option<PetitionId>,
}

/// Why text is not such a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a web link at all.
    #[error("this is not a web link; it should look like https://host/p/name")]
    NotALink,
    /// Plain HTTP to another machine.
    #[error("http is not safe: anyone on the way could change the petition or read your address; use the https link")]
    NotSecure,
    /// A name or password before the host.
    #[error("the link holds a name or password before the host; leave it out")]
    Credentials,
    /// Something after a `?`.
    #[error("leave out the ? and what follows it, up to the #")]
    Query,
    /// Another path than `/` and `/p/{slug}`.
    #[error("the link does not lead to a petition; it should look like https://host/p/name")]
    Path,
    /// What follows the `#` is not a petition_id.
    #[error("what follows the # is not a petition's id (43 letters and digits); the link may be cut off")]
    Pin,
}

impl std::str::FromStr for Link {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text.trim()).map_err(|_| LinkError::NotALink)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LinkError::Credentials);
        }
        if url.query().is_some() {
            return Err(LinkError::Query);
        }
        let base = base_of(&url)?;
        let pin = url.fragment().map(|pin| pin.parse().map_err(|_| LinkError::Pin)).transpose()?;
        let petition = match (without_language(url.path()), pin) {
            ("" | "/", None) => None,
            ("" | "/", Some(_)) => return Err(LinkError::Path),
            (path, pin) => {
                let slug = path.strip_prefix("/p/").and_then(|slug| slug.parse().ok()).ok_or(LinkError::Path)?;
                Some(PetitionLink { slug, pin })
            }
        };
        Ok(Self { base, petition })
    }
}

/// Pages have their language in their path: `/en/`, `/en/p/{slug}`.
fn without_language(path: &str) -> &str {
    let rest = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    match rest {
        Some((language, rest)) if language.parse::<Language>().is_ok() && !rest.starts_with('/') => {
            &path[path.len() - rest.len() - 1..]
        }
        _ => path,
    }
}

/// A domain in another script comes out of the parser in its ASCII form, the form that manifests have.
fn base_of(url: &Url) -> Result<Base, LinkError> {
    let host = url.host_str().ok_or(LinkError::NotALink)?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", url.scheme()).parse().map_err(|error| match error {
        BaseError::Form => LinkError::NotALink,
        BaseError::NotSecure => LinkError::NotSecure,
    })
}

impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.petition {
            None => write!(f, "{}/", self.base),
            Some(PetitionLink { slug, pin: None }) => write!(f, "{}/p/{slug}", self.base),
            Some(PetitionLink { slug, pin: Some(pin) }) => write!(f, "{}/p/{slug}#{pin}", self.base),
        }
    }
}

use std::path::{Path, PathBuf};

use url::Url;

use super::InitError;
use crate::config::{host, origin};
use crate::storage::Side;

/// Where the identified side listens on its machine; where one process is both sides, both.
const IDENTIFIED_PORT: u16 = 8_081;
/// Where the anonymous side listens on its machine.
const ANONYMOUS_PORT: u16 = 8_082;

/// Which paths of the identified side are asked for from outside. Pages for people have a host of their own.
const ISSUER_PATHS: &str = r"^/(v1/|\.well-known/private-token-issuer-directory$)";
/// The same with the page behind the mailed link, where that has no host of its own.
const ISSUER_AND_CONFIRM_PATHS: &str = r"^/(v1/|\.well-known/private-token-issuer-directory$|confirm$|assets/)";
/// The page behind the mailed link, and what it loads.
const CONFIRM_PATHS: &str = r"^/(confirm|assets/[0-9a-f]+/(page\.css|icon\.svg|sign/(confirm|storage)\.js))$";

/// Which hosts there are, and for which of them this machine is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// Both sides under one name, in one process.
    OneHost(String),
    /// A name for each side, a process for each: on two machines, or both on this one.
    TwoHosts {
        /// The identified side's.
        issuer: String,
        /// The anonymous side's.
        origin: String,
        /// The side that this machine is; both where it is left out.
        side: Option<Side>,
    },
}

/// One process of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The unit, and the system's user.
    pub name: &'static str,
    /// The configuration, in the directory.
    pub config: &'static str,
    /// Port of the identified side, if it is that.
    pub identified: Option<u16>,
    /// Port of the anonymous side, if it is that.
    pub anonymous: Option<u16>,
}

/// One name that the proxy answers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// For the comment above it.
    pub purpose: &'static str,
    /// With `:port` where it is not 443.
    pub host: String,
    /// Where the program listens.
    pub port: u16,
    /// Whether the program counts by network, and so has to be told addresses.
    pub is_limited: bool,
    /// The paths that are passed on; all, where it is `None`.
    pub only: Option<&'static str>,
}

impl Layout {
    /// The names that manifests will have: the identified side's, the anonymous side's.
    pub fn hosts(&self) -> (&str, &str) {
        match self {
            Self::OneHost(host) => (host, host),
            Self::TwoHosts { issuer, origin, .. } => (issuer, origin),
        }
    }

    /// The processes of this machine.
    pub fn programs(&self) -> Vec<Program> {
        let identified = Program {
            name: "undersign-identified",
            config: "identified.toml",
            identified: Some(IDENTIFIED_PORT),
            anonymous: None,
        };
        let anonymous = Program {
            name: "undersign-anonymous",
            config: "anonymous.toml",
            identified: None,
            anonymous: Some(ANONYMOUS_PORT),
        };
        match self {
            Self::OneHost(_) => vec![Program {
                name: "undersign",
                config: "undersign.toml",
                identified: Some(IDENTIFIED_PORT),
                anonymous: Some(IDENTIFIED_PORT),
            }],
            Self::TwoHosts { side: Some(Side::Identified), .. } => vec![identified],
            Self::TwoHosts { side: Some(Side::Anonymous), .. } => vec![anonymous],
            Self::TwoHosts { side: None, .. } => vec![identified, anonymous],
        }
    }

    /// The names of this machine's proxy.
    pub fn sites(&self, mail: Option<&str>) -> Vec<Site> {
        let mut sites = Vec::new();
        for program in self.programs() {
            match (program.identified, program.anonymous) {
                (Some(port), None) => {
                    let only = if mail.is_some() { ISSUER_PATHS } else { ISSUER_AND_CONFIRM_PATHS };
                    let purpose = "Addresses and token requests: the identified side. No page is here.";
                    sites.push(Site { only: Some(only), ..site(purpose, self.hosts().0, port, true) });
                }
                (None, Some(port)) => {
                    sites.push(site("Pages, signatures, the log: the anonymous side.", self.hosts().1, port, false));
                }
                (Some(port), Some(_)) => sites.push(site("Everything.", self.hosts().1, port, true)),
                (None, None) => {}
            }
            if let (Some(port), Some(mail)) = (program.identified, mail) {
                let purpose = "The neutral name in mails. It leads to the page behind the link, and to nothing else.";
                sites.push(Site { only: Some(CONFIRM_PATHS), ..site(purpose, mail, port, false) });
            }
        }
        sites
    }
}

fn site(purpose: &'static str, host: &str, port: u16, is_limited: bool) -> Site {
    Site { purpose, host: host.to_owned(), port, is_limited, only: None }
}

impl Site {
    /// The host without its port.
    pub fn name(&self) -> &str {
        without_port(&self.host)
    }

    /// The port that the world connects to.
    pub fn public_port(&self) -> &str {
        self.host.split_once(':').map_or("443", |(_, port)| port)
    }
}

/// A host's name alone.
pub fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or_default()
}

/// A host as manifests name it: small letters, digits, dots and hyphens, with `:port` where it is not 443.
pub fn check_host(text: &str) -> Result<String, InitError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':');
    let url = Url::parse(&format!("https://{text}")).ok().filter(|_| text.bytes().all(allowed));
    let named = url.filter(|url| origin(url) == format!("https://{text}") && host(url, "host").is_ok());
    // A certificate and a neutral sender need a name.
    let named = named.filter(|url| url.domain().is_some());
    named.map(|_| text.to_owned()).ok_or_else(|| InitError::Host(text.to_owned()))
}

/// A path that stands as it is in a unit, a configuration and a shell's command line.
pub fn check_directory(directory: &Path) -> Result<PathBuf, InitError> {
    let absolute = std::path::absolute(directory).map_err(|source| InitError::Io(directory.to_owned(), source))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_');
    match absolute.to_str() {
        Some(text) if text.bytes().all(allowed) && text != "/" => Ok(absolute),
        _ => Err(InitError::Directory(absolute)),
    }
}

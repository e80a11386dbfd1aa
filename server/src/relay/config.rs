//! The relay's configuration: TOML, unknown keys refused.
//!
//! ```
//! # use undersign_server::relay::config::RelayConfig;
//! let text = r#"
//! listen = "127.0.0.1:8092"                # TLS is the proxy's in front
//! at_once = 64                             # requests that are passed on at the same time; more are sent away
//!
//! [[gateways]]                             # whom requests are passed on to, and nobody else
//! host = "petitions.example"               # the anonymous side's; clients post to /petitions.example here
//! "#;
//! assert!(RelayConfig::parse(text).is_ok_and(|config| config.gateways.len() == 1));
//! assert!(RelayConfig::parse(&text.replace("petitions", "petitions/")).is_err());
//! assert!(RelayConfig::parse(&format!("{text}[[gateways]]\nhost = \"petitions.example\"\n")).is_err(), "twice");
//! assert!(RelayConfig::parse("listen = \"127.0.0.1:8092\"").is_err(), "for nobody");
//! ```

use std::net::SocketAddr;
use std::num::NonZeroU16;

use serde::Deserialize;
use undersign_protocol::base::{Base, BaseError};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayConfig {
    /// Address to listen on; TLS is the proxy's in front.
    pub listen: SocketAddr,
    /// Most requests that are passed on at once.
    #[serde(default = "at_once")]
    pub at_once: NonZeroU16,
    /// To whom.
    #[serde(default)]
    pub gateways: Vec<GatewaySection>,
}

/// `[[gateways]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySection {
    /// The host of petitions, with `:port` where it is not 443: the path at which clients post, and whose pages may.
    pub host: String,
    /// Where its gateway is asked, if not at the host.
    pub url: Option<Base>,
    /// Other origins whose pages may post, such as the host's onion service.
    #[serde(default)]
    pub page_origins: Vec<Base>,
}

fn at_once() -> NonZeroU16 {
    const { NonZeroU16::new(64).unwrap() }
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum RelayConfigError {
    /// Not TOML of this form.
    #[error("line {line}: {message}")]
    Form {
        /// From 1.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// Not a host.
    #[error("gateways: {0:?} is not a host, as petitions.example or petitions.example:8443")]
    Host(String, #[source] BaseError),
    /// One host twice.
    #[error("gateways: {0} stands twice")]
    Twice(String),
    /// A relay for nobody.
    #[error("gateways: there is none; a relay passes requests on to the hosts that stand there alone")]
    None,
}

impl RelayConfig {
    /// Reads and checks a file's text.
    pub fn parse(text: &str) -> Result<Self, RelayConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| RelayConfigError::Form {
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1)),
            message: error.message().to_owned(),
        })?;
        if config.gateways.is_empty() {
            return Err(RelayConfigError::None);
        }
        for (index, gateway) in config.gateways.iter().enumerate() {
            gateway.base()?;
            if config.gateways[..index].iter().any(|other| other.host == gateway.host) {
                return Err(RelayConfigError::Twice(gateway.host.clone()));
            }
        }
        Ok(config)
    }
}

impl GatewaySection {
    /// The host as clients reach it.
    pub fn base(&self) -> Result<Base, RelayConfigError> {
        Base::of_host(&self.host).map_err(|error| RelayConfigError::Host(self.host.clone(), error))
    }

    /// Where its gateway is asked.
    pub fn asked(&self) -> Result<Base, RelayConfigError> {
        self.url.clone().map_or_else(|| self.base(), Ok)
    }
}

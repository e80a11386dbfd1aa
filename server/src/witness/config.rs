//! The witness's configuration: TOML, unknown keys refused.
//!
//! ```
//! # use undersign_server::witness::config::WitnessConfig;
//! let text = r#"
//! listen = "127.0.0.1:8090"
//! name = "witness.example/w1"              # stands in every cosignature
//! data = "/var/lib/undersign-witness"      # its key and the newest tree head of each log
//!
//! [[logs]]                                 # hosts whose log, and the petitions' logs that it announces, are cosigned
//! vkey = "petitions.example/v1/log+ff764ff4+AQN3YU4fFGlMFGRJHF9D4DYDEYpnZFd6uLIE5VJd4C/S"
//! url = "https://petitions.example"
//! "#;
//! assert!(WitnessConfig::parse(text).is_ok_and(|config| config.logs.len() == 1));
//! ```

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};
use undersign_protocol::public_log::CheckpointKey;
use url::Url;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessConfig {
    /// Address to listen on; TLS is the proxy's in front.
    pub listen: SocketAddr,
    /// Name in cosignatures: a URL without scheme, by convention.
    pub name: String,
    /// Folder for the key and the tree heads.
    pub data: PathBuf,
    /// Hosts.
    #[serde(default)]
    pub logs: Vec<HostLogConfig>,
}

/// `[[logs]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostLogConfig {
    /// The host log's key, as `GET /v1/log/key` gives it.
    #[serde(deserialize_with = "vkey")]
    pub vkey: CheckpointKey,
    /// Where the host is, to read which petitions it announces.
    pub url: Url,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum WitnessConfigError {
    /// Not TOML of this form.
    #[error("line {line}: {message}")]
    Form {
        /// From 1.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// The key is not named as a host's log is.
    #[error("logs: {0} is not the name of a host's log, which ends in /v1/log")]
    Origin(String),
}

impl WitnessConfig {
    /// Reads and checks a file's text.
    pub fn parse(text: &str) -> Result<Self, WitnessConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| WitnessConfigError::Form {
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1)),
            message: error.message().to_owned(),
        })?;
        match config.logs.iter().find(|log| !log.vkey.origin().ends_with("/v1/log")) {
            None => Ok(config),
            Some(log) => Err(WitnessConfigError::Origin(log.vkey.origin().to_owned())),
        }
    }
}

fn vkey<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CheckpointKey, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

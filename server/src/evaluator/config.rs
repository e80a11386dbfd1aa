//! The evaluator's configuration: TOML, unknown keys refused.
//!
//! ```
//! # use undersign_server::evaluator::config::EvaluatorConfig;
//! let text = r#"
//! listen = "127.0.0.1:8091"
//! data = "/var/lib/undersign-evaluator"    # its key, the issuer's secret, and how many were evaluated today
//! per_minute = 120                         # evaluations: one for each mail that is asked for
//! per_day = 5000                           # and so many guesses a day for whoever holds the issuer
//! "#;
//! assert!(EvaluatorConfig::parse(text).is_ok());
//! assert!(EvaluatorConfig::parse(&text.replace("5000", "0")).is_err());
//! assert!(EvaluatorConfig::parse(&text.replace("5000", "119")).is_err(), "less in a day than in a minute");
//! ```

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluatorConfig {
    /// Address to listen on; TLS is the proxy's in front.
    pub listen: SocketAddr,
    /// Folder for the key, the secret that it shares with the issuer, and the count of the day.
    pub data: PathBuf,
    /// Most evaluations in a minute.
    pub per_minute: NonZeroU32,
    /// Most evaluations in a day (UTC).
    pub per_day: NonZeroU32,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum EvaluatorConfigError {
    /// Not TOML of this form.
    #[error("line {line}: {message}")]
    Form {
        /// From 1.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// A day has a minute in it.
    #[error("per_day is less than per_minute")]
    Limits,
}

impl EvaluatorConfig {
    /// Reads and checks a file's text.
    pub fn parse(text: &str) -> Result<Self, EvaluatorConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| EvaluatorConfigError::Form {
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1)),
            message: error.message().to_owned(),
        })?;
        if config.per_day < config.per_minute { Err(EvaluatorConfigError::Limits) } else { Ok(config) }
    }
}

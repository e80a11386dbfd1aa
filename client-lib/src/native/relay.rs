use undersign_protocol::oblivious::{KeyConfig, RelayUrl};

use super::{Transport, TransportError};
use crate::checks::CheckError;
use crate::endpoints::Base;
use crate::lookup::LookupError;
use crate::oblivious::{self, Announced, Inner, NotRelayed, SealError, Sealed};
use crate::request::Request;
use crate::response::Response;
use crate::witnesses::Demand;

/// Why a relay has brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// Nothing came back.
    #[error("{}", of_relay(*.0))]
    Transport(TransportError),
    /// What came back is no answer of the server.
    #[error(transparent)]
    NotRelayed(#[from] NotRelayed),
    /// Nothing was sent.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Why nothing is known of a host's relays.
#[derive(Debug, thiserror::Error)]
pub enum HostLogError {
    /// Nothing came back.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Not what was asked for.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Not to be believed.
    #[error(transparent)]
    Check(#[from] CheckError),
}

impl Transport {
    /// Sends a request through a relay, which is the only one that sees where it comes from.
    ///
    /// # Arguments
    /// * `host` – the origin's name in the manifest
    pub async fn send_through(
        &self,
        relay: &RelayUrl,
        request: &Request,
        host: &str,
        key: &KeyConfig,
    ) -> Result<Response, RelayError> {
        let sealed = Sealed::new(&Inner::of(request), host, key)?;
        let answer = self.send(&sealed.request(relay)).await.map_err(RelayError::Transport)?;
        Ok(sealed.open(&answer)?)
    }

    /// Reads a host's log for what it says of relays.
    ///
    /// # Arguments
    /// * `host` – the origin's name in the manifest
    pub async fn announced(
        &self,
        base: &Base,
        host: &str,
        demand: Option<Demand<'_>>,
    ) -> Result<Announced, HostLogError> {
        let (first, requests) = oblivious::start(base);
        let (second, requests) = first.answered(self.send_all(&requests).await?)?;
        let documents = second.answered(self.send_all(&requests).await?)?;
        Ok(oblivious::read(host, &documents, demand)?)
    }
}

/// The same in words about a relay.
fn of_relay(error: TransportError) -> String {
    match error {
        TransportError::Connect => "it cannot be reached".to_owned(),
        TransportError::Timeout => "it did not answer in time".to_owned(),
        TransportError::BehindProxy => "the proxy cannot reach it".to_owned(),
        TransportError::TooLarge => "its answer is too large".to_owned(),
        error => error.to_string(),
    }
}

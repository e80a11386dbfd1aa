//! The gateway of Oblivious HTTP (RFC 9458): what a relay of another organisation brings is opened here and answered by the very routes
//! that take it directly. It takes signatures and withdrawals and nothing else, all of one size, and its answers are of one size. Its keys
//! live for a week and a day, stand in the host's log, and are never in a database or a backup.

/// Route: the gateway.
pub mod http;

/// Decisions and errors.
pub mod rules;

#[cfg(test)]
mod contract;
mod keys;
mod message;
mod tending;

use std::sync::Arc;

use ohttp::ServerResponse;
use undersign_protocol::oblivious::{KeyConfig, RelayUrl, Week};
use zeroize::Zeroizing;

pub use rules::GatewayError;

use self::keys::GatewayKeys;
use self::rules::{check_size, key_id, weeks_called};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};

/// The folder of its keys, in the side's folder of keys. Backups leave it out.
pub(in crate::anonymous) const GATEWAY_KEYS: &str = "ohttp";

/// The gateway at work.
pub(in crate::anonymous) struct Gateway {
    keys: GatewayKeys,
    /// Whether there are relays: without any it takes nothing, makes no key, and only destroys those that are left.
    has_relays: bool,
    clock: Arc<dyn Clock>,
}

impl Gateway {
    /// Opens the folder of its keys. `None` where there are neither relays nor keys of a time when there were.
    pub(in crate::anonymous) fn open(
        keys: &KeyDirectory,
        relays: &[RelayUrl],
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Option<Self>, KeyError> {
        let has_relays = !relays.is_empty();
        if !has_relays && !keys.has_subdirectory(GATEWAY_KEYS) {
            return Ok(None);
        }
        let keys = GatewayKeys::new(keys.subdirectory(GATEWAY_KEYS)?, entropy);
        Ok(Some(Self { keys, has_relays, clock }))
    }

    /// Whether requests are taken.
    pub(in crate::anonymous) fn is_open(&self) -> bool {
        self.has_relays
    }

    /// Opens an encapsulated request.
    ///
    /// # Returns
    /// The Binary HTTP request, padded, and what its answer is sealed with.
    fn decapsulate(&self, sealed: &[u8]) -> Result<(Zeroizing<Vec<u8>>, ServerResponse), GatewayError> {
        check_size(sealed)?;
        for week in weeks_called(key_id(sealed), self.clock.now()) {
            if let Some(key) = self.keys.of(week)? {
                // Which of the two is wrong, the key or what was sealed with it, is not told: it would help nobody but who guesses.
                let (request, answer) = key.decapsulate(sealed).map_err(|_| GatewayError::Key)?;
                return Ok((Zeroizing::new(request), answer));
            }
        }
        Err(GatewayError::Key)
    }

    /// The key of now, for who asks; clients obey the host's log alone.
    fn key_config(&self) -> Result<Option<KeyConfig>, GatewayError> {
        let key = self.keys.of(Week::of(self.clock.now()))?;
        key.map(|key| key.public()).transpose().map_err(GatewayError::from)
    }
}

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use ohttp::hpke::{Aead, Kdf, Kem};
use ohttp::{Server, ServerResponse, SymmetricSuite};
use undersign_protocol::oblivious::{KeyConfig, Week};
use undersign_protocol::timestamp::Timestamp;

use super::rules::{GatewayError, oldest_week};
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};

/// A week's key.
pub(super) struct GatewayKey(Server);

impl GatewayKey {
    /// From the file's 32 bytes (DeriveKeyPair of RFC 9180 §7.1.3).
    fn derive(week: Week, seed: &[u8; 32]) -> Result<Self, ohttp::Error> {
        let suite = SymmetricSuite::new(Kdf::HkdfSha256, Aead::ChaCha20Poly1305);
        let config = ohttp::KeyConfig::derive(week.key_id(), Kem::X25519Sha256, vec![suite], seed)?;
        Server::new(config).map(Self)
    }

    /// What the host's log says of it.
    pub(super) fn public(&self) -> Result<KeyConfig, ohttp::Error> {
        KeyConfig::decode(&self.0.config().encode()?).map_err(|_| ohttp::Error::Internal)
    }

    /// Opens an encapsulated request.
    pub(super) fn decapsulate(&self, sealed: &[u8]) -> Result<(Vec<u8>, ServerResponse), ohttp::Error> {
        self.0.decapsulate(sealed)
    }
}

/// The keys in their folder, a file a week, of which several processes have one.
pub(super) struct GatewayKeys {
    directory: KeyDirectory,
    /// Those that were read; gone from here with their files.
    open: RwLock<HashMap<Week, Arc<GatewayKey>>>,
    entropy: Arc<dyn Entropy>,
}

impl GatewayKeys {
    pub(super) fn new(directory: KeyDirectory, entropy: Arc<dyn Entropy>) -> Self {
        Self { directory, open: RwLock::default(), entropy }
    }

    /// The key of a week, made where there is none.
    pub(super) fn make(&self, week: Week) -> Result<Arc<GatewayKey>, GatewayError> {
        let seed = self.directory.read_or_make::<32>(&file_name(week), self.entropy.as_ref())?;
        self.keep(week, &seed)
    }

    /// The key of a week, if it is there: whether it may be used yet, or still, the caller knows.
    pub(super) fn of(&self, week: Week) -> Result<Option<Arc<GatewayKey>>, GatewayError> {
        if let Some(key) = self.open.read().unwrap_or_else(PoisonError::into_inner).get(&week) {
            return Ok(Some(Arc::clone(key)));
        }
        let seed = self.directory.read_array::<32>(&file_name(week))?;
        seed.map(|seed| self.keep(week, &seed)).transpose()
    }

    /// Destroys the keys of weeks that are over for a day. What was sealed for them is opened by nobody any more.
    pub(super) fn destroy_old(&self, now: Timestamp) -> Result<(), KeyError> {
        let oldest = oldest_week(now).number();
        self.open.write().unwrap_or_else(PoisonError::into_inner).retain(|week, _| week.number() >= oldest);
        for name in self.directory.names()? {
            let week = name.strip_suffix(".key").and_then(|week| week.parse::<u64>().ok());
            if week.is_some_and(|week| week < oldest) {
                self.directory.destroy(&name)?;
            }
        }
        Ok(())
    }

    fn keep(&self, week: Week, seed: &[u8; 32]) -> Result<Arc<GatewayKey>, GatewayError> {
        let key = Arc::new(GatewayKey::derive(week, seed)?);
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(open.entry(week).or_insert(key)))
    }
}

fn file_name(week: Week) -> String {
    format!("{}.key", week.number())
}

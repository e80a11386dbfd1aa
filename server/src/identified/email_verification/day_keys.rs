use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::rules::{VerificationError, oldest_day};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};
use crate::seal;

/// Keys that live for two days: what they sealed, a link in a mailbox or a tag in a table, opens nothing after that.
pub(in crate::identified) struct DayKeys {
    directory: KeyDirectory,
    /// Those that were read, of days that are not over; gone from here with their files.
    open: RwLock<HashMap<u64, Arc<Zeroizing<[u8; 32]>>>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl DayKeys {
    pub(super) fn new(directory: KeyDirectory, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { directory, open: RwLock::default(), clock, entropy }
    }

    /// Seals under the key of the day, whose number stands before it: u32 day ‖ `nonce[24]` ‖ ciphertext.
    pub(super) fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let day = self.clock.now().day();
        let key = match self.known(day) {
            Some(key) => key,
            None => self.keep(day, self.directory.read_or_make::<32>(&file_name(day), self.entropy.as_ref())?),
        };
        let mut sealed = (day as u32).to_be_bytes().to_vec();
        sealed.extend(seal::seal(&key, context, plain, self.entropy.as_ref()));
        Ok(sealed)
    }

    /// Opens what was sealed today or yesterday.
    pub(super) fn open_sealed(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VerificationError> {
        let (day, sealed) = sealed.split_first_chunk::<4>().ok_or(VerificationError::NotValid)?;
        let day = u64::from(u32::from_be_bytes(*day));
        let today = self.clock.now().day();
        if !(oldest_day(self.clock.now())..=today).contains(&day) {
            return Err(VerificationError::NotValid);
        }
        let key = match self.known(day) {
            Some(key) => key,
            None => {
                let key = self.directory.read_array::<32>(&file_name(day))?;
                self.keep(day, key.ok_or(VerificationError::NotValid)?)
            }
        };
        seal::open(&key, context, sealed).ok_or(VerificationError::NotValid)
    }

    /// Destroys the keys of days that are over.
    pub(super) fn destroy_old(&self) -> Result<(), KeyError> {
        let oldest = oldest_day(self.clock.now());
        self.open.write().unwrap_or_else(PoisonError::into_inner).retain(|day, _| *day >= oldest);
        for name in self.directory.names()? {
            let day = name.strip_suffix(".key").and_then(|day| day.parse::<u64>().ok());
            if day.is_some_and(|day| day < oldest) {
                self.directory.destroy(&name)?;
            }
        }
        Ok(())
    }

    fn known(&self, day: u64) -> Option<Arc<Zeroizing<[u8; 32]>>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).get(&day).cloned()
    }

    fn keep(&self, day: u64, key: Zeroizing<[u8; 32]>) -> Arc<Zeroizing<[u8; 32]>> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(open.entry(day).or_insert_with(|| Arc::new(key)))
    }
}

fn file_name(day: u64) -> String {
    format!("{day}.key")
}

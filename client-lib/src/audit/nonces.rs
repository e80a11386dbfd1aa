use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use sha2::{Digest as _, Sha256};
use undersign_protocol::redemption::Nonce;
use zeroize::Zeroizing;

use super::{AuditFailure, Defect};

/// 32 random bytes, drawn anew for each audit and told to nobody.
///
/// For each nonce only 128 bits are kept, of a hash under this key. Two equal nonces always give equal bits, so no second use is ever
/// missed. Two different ones could only give a false alarm, and only by chance: who makes up nonces, as signers and an operator
/// with the petition's key can, does not know the key, so can neither search for such a pair nor for nonces that crowd into one
/// place of the table. With a million signatures the chance is below 2^-88. The key must not come from the server, nor be kept
/// where a later log could be made to fit it.
pub struct NonceKey(Zeroizing<[u8; 32]>);

impl From<[u8; 32]> for NonceKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Every nonce that was seen, in about twenty bytes each.
pub(super) struct Nonces {
    key: NonceKey,
    seen: HashMap<Fingerprint, Seen, BuildHasherDefault<FirstBytes>>,
    /// Withdrawals whose signature has not come yet, with the index of their entries.
    waiting: HashMap<Fingerprint, u64, BuildHasherDefault<FirstBytes>>,
}

#[derive(Clone, Copy)]
enum Seen {
    Signed,
    Withdrawn,
    Both,
}

impl Nonces {
    pub(super) fn new(key: NonceKey) -> Self {
        Self { key, seen: HashMap::default(), waiting: HashMap::default() }
    }

    /// A signature with this nonce; it must be the first one.
    pub(super) fn sign(&mut self, nonce: &Nonce) -> Result<(), Defect> {
        let fingerprint = self.fingerprint(nonce);
        match self.seen.entry(fingerprint) {
            Entry::Vacant(place) => {
                place.insert(Seen::Signed);
            }
            Entry::Occupied(mut place) => match place.get() {
                Seen::Signed | Seen::Both => return Err(Defect::NonceTwice),
                Seen::Withdrawn => {
                    place.insert(Seen::Both);
                    self.waiting.remove(&fingerprint);
                }
            },
        }
        Ok(())
    }

    /// A withdrawal of this nonce in the entry with this index; it must be the first one. Its signature may come later.
    pub(super) fn withdraw(&mut self, nonce: &Nonce, index: u64) -> Result<(), Defect> {
        let fingerprint = self.fingerprint(nonce);
        match self.seen.entry(fingerprint) {
            Entry::Vacant(place) => {
                place.insert(Seen::Withdrawn);
                self.waiting.insert(fingerprint, index);
            }
            Entry::Occupied(mut place) => match place.get() {
                Seen::Withdrawn | Seen::Both => return Err(Defect::WithdrawnTwice),
                Seen::Signed => {
                    place.insert(Seen::Both);
                }
            },
        }
        Ok(())
    }

    /// At the end of the tree: every withdrawal must have found its signature.
    pub(super) fn end(&self) -> Result<(), AuditFailure> {
        match self.waiting.values().min() {
            Some(first) => Err(AuditFailure::at(*first, Defect::WithdrawalOfNothing)),
            None => Ok(()),
        }
    }

    /// The first half of SHA-256(key ‖ nonce). Both have a fixed size, so the hash of the two is as good as a keyed one.
    fn fingerprint(&self, nonce: &Nonce) -> Fingerprint {
        let hash = Sha256::new().chain_update(self.key.0.as_slice()).chain_update(nonce.as_bytes()).finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Fingerprint(half)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Fingerprint([u8; 16]);

/// A fingerprint is as good as random, so its first bytes are its place in the table.
impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
}

#[derive(Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

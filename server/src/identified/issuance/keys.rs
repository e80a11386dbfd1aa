use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use undersign_protocol::issuance::{TokenKey, TokenKeyId};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::rules::IssuanceError;
use super::signer::PetitionSigner;
use crate::entropy::{Entropy, random};
use crate::identified::email_verification::Tag;
use crate::key_directory::KeyDirectory;
use crate::mac::hmac_sha256;
use crate::seal;
use crate::storage::{Claims, Lock};

/// The folder of what the petitions' keys are sealed with.
pub(in crate::identified) const WRAPPING_KEYS: &str = "wrapping";

const CONTEXT: &[u8] = b"undersign petition keys v1";

/// An address in one petition: HMAC-SHA-256(petition secret, tag), 32 bytes. Without the secret it can be computed from no address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PetitionTag(pub [u8; 32]);

/// 32 random bytes of one petition.
#[derive(ZeroizeOnDrop)]
struct PetitionSecret([u8; 32]);

/// What a petition's issuance needs: made at prepare, never rotated, used for nothing else.
pub(super) struct PetitionKey {
    secret: PetitionSecret,
    pub(super) signer: Arc<PetitionSigner>,
}

impl PetitionKey {
    /// The petition tag of an address's tag.
    pub(super) fn petition_tag(&self, tag: &Tag) -> PetitionTag {
        PetitionTag(hmac_sha256(&self.secret.0, &tag.0))
    }
}

/// The petitions' keys: sealed files, and their wrapping keys in a directory of their own. Whoever destroys a wrapping key destroys
/// the sealed file with all its copies.
pub(super) struct PetitionKeys {
    sealed: KeyDirectory,
    wrapping: KeyDirectory,
    /// Keys that were read; `None` for one that is destroyed, so that whoever was reading its files meanwhile cannot bring it back.
    open: RwLock<HashMap<TokenKeyId, Option<Arc<PetitionKey>>>>,
    /// A key that is in this process's memory is shared here as long.
    claims: Claims,
}

impl PetitionKeys {
    pub(super) fn open(keys: &KeyDirectory, claims: Claims) -> Result<Self, IssuanceError> {
        let (sealed, wrapping) = (keys.subdirectory("petitions")?, keys.subdirectory(WRAPPING_KEYS)?);
        Ok(Self { sealed, wrapping, open: RwLock::default(), claims })
    }

    /// Makes a key whose id ends in a byte that is not taken, seals and keeps it; durable when it returns.
    pub(super) fn make(&self, taken: &[u8], entropy: &dyn Entropy) -> Result<TokenKey, IssuanceError> {
        let (signer, token_key) = draw(taken)?;
        let secret = Zeroizing::new(random::<32>(entropy));
        let plain = Zeroizing::new([secret.as_slice(), &signer.to_der()?].concat());
        let wrapping = Zeroizing::new(random::<32>(entropy));
        let name = file_name(&token_key.id());
        self.wrapping.write_new(&name, wrapping.as_slice())?;
        self.sealed.write_new(&name, &seal::seal(&wrapping, CONTEXT, &plain, entropy))?;
        Ok(token_key)
    }

    /// The key with this id.
    pub(super) async fn get(&self, id: &TokenKeyId) -> Result<Arc<PetitionKey>, IssuanceError> {
        if let Some(known) = self.known(id) {
            return known.ok_or(IssuanceError::KeyMissing);
        }
        // Before it is read: from here on no other process says that it is destroyed.
        if !self.claims.share(Lock::Opened(id.as_bytes())).await? {
            return Err(IssuanceError::KeyMissing);
        }
        let loaded = self.load(id);
        if loaded.is_err() && self.known(id).is_none() {
            self.claims.stop_sharing(Lock::Opened(id.as_bytes())).await?;
        }
        let key = Arc::new(loaded?);
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.entry(*id).or_insert(Some(key)).clone().ok_or(IssuanceError::KeyMissing)
    }

    fn known(&self, id: &TokenKeyId) -> Option<Option<Arc<PetitionKey>>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Forgets the keys that are in memory, where other processes may no longer know that they are: whoever needs one opens it again.
    pub(super) fn forget(&self) {
        self.open.write().unwrap_or_else(PoisonError::into_inner).retain(|_, key| key.is_none());
    }

    /// Whether no process has this key in memory any more: this one has not since it was destroyed and the last signature was made.
    pub(super) async fn is_gone(&self, id: &TokenKeyId) -> Result<bool, IssuanceError> {
        let opened = Lock::Opened(id.as_bytes());
        self.claims.stop_sharing(opened).await?;
        let is_gone = self.claims.claim(&[opened]).await? == [true];
        self.claims.give_back(&[opened]).await?;
        Ok(is_gone)
    }

    /// Destroys a key: first what it is wrapped with, without which every copy of the sealed file is noise. Can be repeated, and goes on
    /// wherever it was interrupted.
    ///
    /// # Returns
    /// What still signs with it in memory: requests that were stored before. It is gone with the last of them.
    pub(super) fn destroy(&self, id: &TokenKeyId) -> Result<Weak<PetitionSigner>, IssuanceError> {
        let forgotten = self.open.write().unwrap_or_else(PoisonError::into_inner).insert(*id, None);
        self.wrapping.destroy(&file_name(id))?;
        self.sealed.destroy(&file_name(id))?;
        Ok(forgotten.flatten().map_or_else(Weak::new, |key| Arc::downgrade(&key.signer)))
    }

    fn load(&self, id: &TokenKeyId) -> Result<PetitionKey, IssuanceError> {
        let name = file_name(id);
        let wrapping = self.wrapping.read_array::<32>(&name)?.ok_or(IssuanceError::KeyMissing)?;
        let sealed = self.sealed.read(&name)?.ok_or(IssuanceError::KeyMissing)?;
        let plain = seal::open(&wrapping, CONTEXT, &sealed).ok_or(IssuanceError::KeyMissing)?;
        let (secret, der) = plain.split_first_chunk::<32>().ok_or(IssuanceError::KeyMissing)?;
        let signer = Arc::new(PetitionSigner::from_der(der)?);
        Ok(PetitionKey { secret: PetitionSecret(*secret), signer })
    }
}

/// With 255 of 256 last bytes taken, so many draws still find the free one with near certainty.
const MAX_DRAWS: u32 = 2_048;

fn draw(taken: &[u8]) -> Result<(PetitionSigner, TokenKey), IssuanceError> {
    if (0..=255).all(|byte| taken.contains(&byte)) {
        return Err(IssuanceError::NoKeyId);
    }
    for _ in 0..MAX_DRAWS {
        let signer = PetitionSigner::generate()?;
        let token_key = signer.token_key()?;
        if !taken.contains(&token_key.id().truncated()) {
            return Ok((signer, token_key));
        }
    }
    Err(IssuanceError::NoKeyId)
}

fn file_name(id: &TokenKeyId) -> String {
    let hex = id.as_bytes().iter().fold(String::new(), |mut hex, byte| {
        // Unwrap safety: writing to a string does not fail.
        write!(hex, "{byte:02x}").expect("a string takes everything");
        hex
    });
    format!("{hex}.key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::storage::testing::Place;
    use crate::storage::{Engine, Side};

    #[tokio::test]
    async fn a_destroyed_key_does_not_come_back_and_is_gone_from_memory_with_the_last_that_signs() {
        let place = tempfile::tempdir().expect("a temporary directory");
        let directory = KeyDirectory::open(place.path()).expect("it opens");
        let database = Place::new(Engine::Sqlite, Side::Identified).await;
        let keys = PetitionKeys::open(&directory, database.database.claims().clone()).expect("they open");
        let id = keys.make(&[], &SystemEntropy).expect("made").id();
        let path = |part: &str| place.path().join(part).join(file_name(&id));
        let copies = ["wrapping", "petitions"].map(|part| std::fs::read(path(part)).expect("a file"));
        let signs = keys.get(&id).await.expect("the key");

        let signing = keys.destroy(&id).expect("destroyed");
        assert!(signing.strong_count() > 0, "a signature is under way");
        drop(signs);
        assert_eq!(signing.strong_count(), 0);
        assert!(!path("wrapping").exists() && !path("petitions").exists());
        assert!(matches!(keys.get(&id).await, Err(IssuanceError::KeyMissing)));

        // As if its files had been read before they were destroyed.
        for (part, bytes) in ["wrapping", "petitions"].into_iter().zip(copies) {
            let sub = KeyDirectory::open(place.path().join(part)).expect("it opens");
            assert!(sub.write_new(&file_name(&id), &bytes).expect("written"));
        }
        assert!(matches!(keys.get(&id).await, Err(IssuanceError::KeyMissing)));
        keys.destroy(&id).expect("once more");
        assert!(!path("wrapping").exists() && !path("petitions").exists());
    }
}

use sha2::{Digest as _, Sha256};
use zeroize::ZeroizeOnDrop;

use super::Nonce;
use crate::codec::{DecodeError, Reader};

/// 32 random bytes from which a token's nonce is made. Revealing them withdraws the signature and names nobody; whoever finds them
/// sees that its holder signed. So they are dropped at once unless the signer asks for them.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct WithdrawalKey([u8; 32]);

impl WithdrawalKey {
    /// From random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to keep or to reveal.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256("undersign withdrawal v1" ‖ withdrawal_key).
    pub fn nonce(&self) -> Nonce {
        let hash = Sha256::new().chain_update(b"undersign withdrawal v1").chain_update(self.0).finalize();
        Nonce::from(<[u8; 32]>::from(hash))
    }
}

impl std::fmt::Debug for WithdrawalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WithdrawalKey(…)")
    }
}

/// A withdrawal as it stands in the log, 64 bytes: `nonce[32]` ‖ `withdrawal_key[32]`. It exists only where the key fits the nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    nonce: Nonce,
    withdrawal_key: WithdrawalKey,
}

impl Withdrawal {
    /// Reveals a key.
    pub fn of(withdrawal_key: WithdrawalKey) -> Self {
        Self { nonce: withdrawal_key.nonce(), withdrawal_key }
    }

    /// The nonce of the signature that is withdrawn.
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let nonce = Nonce::from(reader.array::<32>()?);
        let withdrawal = Self::of(WithdrawalKey::from_bytes(reader.array()?));
        if withdrawal.nonce == nonce { Ok(withdrawal) } else { Err(DecodeError::Invalid("withdrawal_key")) }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.nonce.as_bytes());
        out.extend_from_slice(self.withdrawal_key.as_bytes());
    }
}

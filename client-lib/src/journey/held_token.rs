use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::{PetitionId, Slug};
use undersign_protocol::public_log::{Entry, Hash};
use undersign_protocol::redemption::{Token, WithdrawalKey};
use zeroize::{Zeroize as _, Zeroizing};

use crate::blind::{BlindError, verify};

/// A verified token that was not redeemed. Worth one signature to whoever has it: not printed, and wiped when dropped.
pub struct HeldToken {
    petition_id: PetitionId,
    slug: Slug,
    key: TokenKey,
    encoded: Zeroizing<Vec<u8>>,
    withdrawal_key: Option<WithdrawalKey>,
}

impl HeldToken {
    pub(super) fn new(
        petition_id: PetitionId,
        slug: Slug,
        key: TokenKey,
        mut token: Token,
        withdrawal_key: Option<WithdrawalKey>,
    ) -> Self {
        let encoded = Zeroizing::new(token.encode());
        token.authenticator.zeroize();
        Self { petition_id, slug, key, encoded, withdrawal_key }
    }

    /// From the saved state; verified again, so that a damaged file is found before it is sent.
    pub(crate) fn from_saved(
        petition_id: PetitionId,
        slug: Slug,
        key: TokenKey,
        encoded: &[u8],
        withdrawal_key: Option<WithdrawalKey>,
    ) -> Result<Self, BlindError> {
        let token = Token::decode(encoded).map_err(|_| BlindError::Signature)?;
        verify(&key, &token)?;
        if withdrawal_key.as_ref().is_some_and(|key| key.nonce() != token.input.nonce) {
            return Err(BlindError::Key);
        }
        Ok(Self::new(petition_id, slug, key, token, withdrawal_key))
    }

    /// Takes the token for this petition out of several; the others keep their order.
    pub fn take(tokens: &mut Vec<Self>, petition_id: &PetitionId) -> Option<Self> {
        let index = tokens.iter().position(|token| token.petition_id == *petition_id)?;
        Some(tokens.remove(index))
    }

    /// The petition that it counts for.
    pub fn petition_id(&self) -> PetitionId {
        self.petition_id
    }

    /// Its short name.
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// The key that signed it.
    pub fn key(&self) -> &TokenKey {
        &self.key
    }

    /// The token. Unwrap safety: the bytes are a token's encoding since they were made.
    pub fn token(&self) -> Token {
        Token::decode(&self.encoded).expect("the encoding of a token")
    }

    /// Leaf hash of the entry that the token becomes in the log.
    pub fn leaf_hash(&self) -> Hash {
        Entry::Signature(self.token()).leaf_hash()
    }

    /// What takes the signature back, where it was kept.
    pub(crate) fn withdrawal_key(&self) -> Option<&WithdrawalKey> {
        self.withdrawal_key.as_ref()
    }

    pub(crate) fn encoded(&self) -> &[u8] {
        &self.encoded
    }
}

/// Names the petition alone.
impl std::fmt::Debug for HeldToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeldToken({}, …)", self.slug)
    }
}

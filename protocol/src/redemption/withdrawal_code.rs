use zeroize::Zeroizing;

use super::WithdrawalKey;
use crate::base::Base;
use crate::petition::PetitionId;

const PREFIX: &str = "undersign1";

/// What is needed to take a signature back, short enough for a small QR code: where, which petition, and the key. It is no link, so
/// that no camera opens it and no history keeps it. Whoever finds it sees that its holder signed.
#[derive(Clone, PartialEq, Eq)]
pub struct WithdrawalCode {
    /// Where the petition was signed.
    pub base: Base,
    /// The petition.
    pub petition_id: PetitionId,
    /// The key whose hash is the token's nonce.
    pub withdrawal_key: WithdrawalKey,
}

/// The text is no withdrawal code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a code to take a signature back, or it is not complete")]
pub struct CodeError;

impl WithdrawalCode {
    /// Most bytes of a code.
    pub const MAX_SIZE: usize = 400;

    /// Reads `undersign1.{petition_id}.{withdrawal_key}.{base}`, and no other spelling of it.
    pub fn from_text(text: &str) -> Result<Self, CodeError> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().ok_or(CodeError);
        if part()? != PREFIX {
            return Err(CodeError);
        }
        let petition_id = part()?.parse().map_err(|_| CodeError)?;
        let withdrawal_key = WithdrawalKey::from_text(part()?).ok_or(CodeError)?;
        let base = part()?.parse().map_err(|_| CodeError)?;
        Ok(Self { base, petition_id, withdrawal_key })
    }

    /// Writes it. There is no `Display`, so that no code is printed by accident.
    pub fn to_text(&self) -> Zeroizing<String> {
        let Self { base, petition_id, withdrawal_key } = self;
        // Room for all: a text that grows leaves copies behind.
        let mut out = Zeroizing::new(String::with_capacity(Self::MAX_SIZE));
        let key = withdrawal_key.to_text();
        let start = format!("{PREFIX}.{petition_id}.");
        let end = format!(".{base}");
        [start.as_str(), key.as_str(), end.as_str()].iter().for_each(|part| out.push_str(part));
        out
    }
}

impl std::fmt::Debug for WithdrawalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WithdrawalCode(…)")
    }
}

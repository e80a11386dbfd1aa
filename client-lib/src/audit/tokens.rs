use undersign_protocol::redemption::{Token, TokenInput};

use super::{AuditFailure, Defect};

/// The tokens of one bundle, whose RSA signatures are still to be verified, each alone: with blind signatures, testing a product of
/// several at once would take two tokens for one that was issued.
pub struct Tokens(Vec<TokenSignature>);

/// One token's signature: RSASSA-PSS with SHA-384, MGF1-SHA-384 and 48 bytes of salt, under the petition's key.
pub struct TokenSignature {
    entry: u64,
    token: [u8; Token::SIZE],
}

/// That so many tokens were verified. Only [`Tokens`] makes it.
#[must_use = "the recount gives no verdict before it has this"]
pub struct VerifiedTokens(u64);

impl Tokens {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// `token` is the encoding of a token; its binding was checked.
    pub(super) fn push(&mut self, entry: u64, token: &[u8]) {
        let mut copy = [0; Token::SIZE];
        copy.copy_from_slice(token);
        self.0.push(TokenSignature { entry, token: copy });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the bundle has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in the log's order.
    pub fn iter(&self) -> impl Iterator<Item = &TokenSignature> {
        self.0.iter()
    }

    /// Verifies each with a function of message and signature.
    pub fn verify(self, mut is_valid: impl FnMut(&[u8], &[u8]) -> bool) -> Result<VerifiedTokens, AuditFailure> {
        let valid: Vec<bool> = self.iter().map(|token| is_valid(token.message(), token.signature())).collect();
        self.judged(&valid)
    }

    /// Takes what something else has found out, in the order of [`Tokens::iter`]: for where verification cannot be called and waited
    /// for. A token without a judgement is not valid.
    pub fn judged(self, valid: &[bool]) -> Result<VerifiedTokens, AuditFailure> {
        let judgement = |place: usize| valid.get(place).copied().unwrap_or(false);
        match self.iter().enumerate().find(|(place, _)| !judgement(*place)) {
            Some((_, token)) => Err(AuditFailure::at(token.entry, Defect::Signature)),
            None => Ok(VerifiedTokens(self.0.len() as u64)),
        }
    }
}

impl TokenSignature {
    /// Index of the token's entry.
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// What is signed: the token input, 98 bytes.
    pub fn message(&self) -> &[u8] {
        &self.token[..TokenInput::SIZE]
    }

    /// The signature, 256 bytes.
    pub fn signature(&self) -> &[u8] {
        &self.token[TokenInput::SIZE..]
    }
}

impl VerifiedTokens {
    /// How many.
    pub fn count(&self) -> u64 {
        self.0
    }
}

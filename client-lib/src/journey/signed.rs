use undersign_protocol::petition::{PetitionId, Slug};
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::{Receipt, ReceiptParts};

use super::{Counted, HeldToken, Terms};
use crate::published::Watch;

/// The signature is accepted. The redeemed token is wiped, unless its withdrawal key was kept: then both are here, so that a receipt can
/// be offered, until [`Signed::forget_receipt`] or until this is dropped. So are the other tokens, unless they are taken out.
///
/// It cannot be saved: from here on what is kept shows that somebody signed, and only who asks for a receipt keeps one.
pub struct Signed {
    terms: Box<Terms>,
    leaf_hash: Hash,
    counted: Counted,
    redeemed: Option<Box<HeldToken>>,
    others: Vec<HeldToken>,
}

impl Signed {
    pub(super) fn new(terms: Box<Terms>, redeemed: Box<HeldToken>, counted: Counted, others: Vec<HeldToken>) -> Self {
        let leaf_hash = redeemed.leaf_hash();
        let redeemed = redeemed.withdrawal_key().is_some().then_some(redeemed);
        Self { terms, leaf_hash, counted, redeemed, others }
    }

    /// The petition that was signed.
    pub fn petition_id(&self) -> PetitionId {
        self.terms.petition_id
    }

    /// Its short name.
    pub fn slug(&self) -> &Slug {
        &self.terms.slug
    }

    /// What the signature is in the log: whoever has this and looks into the log sees that its holder signed.
    pub fn leaf_hash(&self) -> Hash {
        self.leaf_hash
    }

    /// What the server said.
    pub fn counted(&self) -> Counted {
        self.counted
    }

    /// Watches the log until the signature is in it.
    pub fn watch(&self) -> Watch {
        let terms = &self.terms;
        Watch::new(terms.endpoints.origin.clone(), terms.log_path(), terms.checkpoint_key(), self.leaf_hash)
    }

    /// What the signer may keep, to see later that the signature is counted or to take it back; `None` where the withdrawal key was
    /// forgotten.
    pub fn receipt(&self) -> Option<Receipt> {
        let token = self.redeemed.as_ref()?;
        let terms = &self.terms;
        let parts = ReceiptParts {
            base: terms.endpoints.origin.clone(),
            petition_id: terms.petition_id,
            slug: terms.slug.clone(),
            log_host: terms.origin_host.clone(),
            log_key: terms.log_key,
            token: token.token(),
            promise: match self.counted {
                Counted::Promised(promise) => Some(promise),
                Counted::Published { .. } => None,
            },
            withdrawal_key: token.withdrawal_key()?.clone(),
        };
        Receipt::new(parts).ok()
    }

    /// Wipes the withdrawal key and the redeemed token: no receipt can be made any more.
    pub fn forget_receipt(&mut self) {
        self.redeemed = None;
    }

    /// Tokens for the other petitions of the run, to be offered at once. What is missing in a kept set shows what was signed.
    pub fn other_tokens(&self) -> &[HeldToken] {
        &self.others
    }

    /// As [`TokenHeld::take_other`](super::TokenHeld::take_other).
    pub fn take_other(&mut self, petition_id: &PetitionId) -> Option<HeldToken> {
        HeldToken::take(&mut self.others, petition_id)
    }

    /// Takes the other tokens out; what is dropped is wiped.
    pub fn into_other_tokens(self) -> Vec<HeldToken> {
        self.others
    }
}

use undersign_protocol::petition::{PetitionId, Slug};
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::Promise;

use super::{HeldToken, Terms};
use crate::published::Watch;

/// The signature is accepted. The redeemed token is wiped; the others follow when this is dropped, unless they are taken out.
pub struct Signed {
    terms: Box<Terms>,
    leaf_hash: Hash,
    counted: Counted,
    others: Vec<HeldToken>,
}

/// What the server said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// In the log by a certain time; the promise is verified.
    Promised(Promise),
    /// In the log already, by the server's word: [`Signed::watch`] verifies it.
    Published {
        /// Index of the leaf.
        leaf_index: u64,
    },
}

impl Signed {
    pub(super) fn new(terms: Box<Terms>, leaf_hash: Hash, counted: Counted, others: Vec<HeldToken>) -> Self {
        Self { terms, leaf_hash, counted, others }
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

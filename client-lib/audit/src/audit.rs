use undersign_client_lib::audit::{AuditFailure, Claims, Recount, Tokens, VerifiedTokens};
use undersign_client_lib::blind::verify_signature;
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::public_log::{TILE_WIDTH, TilePath};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::batch::Batch;
use crate::error::AuditError;
use crate::key::relabelled;
use crate::verdict::Recounted;

/// A recount under way. Bundles go in in their order, batches of tokens come out, and what was found of them goes back in, in any
/// order. Of several failures the one that stands first in the log is told.
#[wasm_bindgen]
pub struct Audit {
    recount: Recount,
    key: TokenKey,
    tree_size: u64,
    signatures: u64,
    failure: Option<AuditFailure>,
}

#[wasm_bindgen]
impl Audit {
    /// The key of the tokens' signatures, as `crypto.subtle.importKey("spki", …)` takes it.
    #[wasm_bindgen(getter)]
    pub fn key(&self) -> Vec<u8> {
        relabelled(&self.key)
    }

    /// Paths of all entry bundles behind `…/log/tile/`, in the order in which they are to be taken.
    #[wasm_bindgen(getter)]
    pub fn bundles(&self) -> Vec<String> {
        let path = |index| {
            TilePath { level: None, index, width: (self.tree_size - index * TILE_WIDTH).min(TILE_WIDTH) }.to_string()
        };
        (0..self.tree_size.div_ceil(TILE_WIDTH)).map(path).collect()
    }

    /// Whether a failure was found. The batches that are under way must still be judged: one of them may have an earlier one.
    #[wasm_bindgen(getter, js_name = hasFailed)]
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// How many signatures were verified.
    #[wasm_bindgen(getter)]
    pub fn signatures(&self) -> f64 {
        self.signatures as f64
    }

    /// Takes the next bundle and checks its entries.
    ///
    /// @returns the tokens in it, whose signatures are to be verified; those before a failure, where there is one
    pub fn take(&mut self, bundle: &[u8]) -> Batch {
        let tokens = self.recount.take(bundle).unwrap_or_else(|stopped| {
            self.failed(stopped.failure);
            stopped.tokens
        });
        tokens.into()
    }

    /// Takes back what was found of a batch.
    ///
    /// @param valid - a 1 for each valid signature, in the batch's order; anything else is one that is not valid
    pub fn judged(&mut self, batch: Batch, valid: &[u8]) {
        let valid: Vec<bool> = valid.iter().map(|one| *one == 1).collect();
        self.settle(batch.into_tokens().judged(&valid));
    }

    /// Verifies a batch in this module, for browsers that have no WebCrypto here.
    #[wasm_bindgen(js_name = verifyHere)]
    pub fn verify_here(&mut self, batch: Batch) {
        let tokens: Tokens = batch.into_tokens();
        let is_valid = |message: &[u8], signature: &[u8]| verify_signature(&self.key, message, signature).is_ok();
        let result = tokens.verify(is_valid);
        self.settle(result);
    }

    /// Ends the recount.
    ///
    /// @throws AuditError the reason, and the entry where it is about one
    pub fn finish(self) -> Result<Recounted, AuditError> {
        match self.failure {
            Some(failure) => Err(failure.into()),
            None => Ok(self.recount.finish()?.into()),
        }
    }
}

impl Audit {
    pub(crate) fn new(recount: Recount, claims: &Claims) -> Self {
        let key = recount.petition().manifest().issuer.token_key;
        Self { recount, key, tree_size: claims.tree_size(), signatures: 0, failure: None }
    }

    fn settle(&mut self, result: Result<VerifiedTokens, AuditFailure>) {
        match result {
            Ok(verified) => {
                self.signatures += verified.count();
                self.recount.verified(verified);
            }
            Err(failure) => self.failed(failure),
        }
    }

    /// A failure of a signature is found after that of a later entry, whose bundle was taken meanwhile. One about the whole log, which
    /// has no entry, comes after all entries that were taken.
    fn failed(&mut self, failure: AuditFailure) {
        let place = |failure: &AuditFailure| failure.entry.unwrap_or(u64::MAX);
        if self.failure.as_ref().is_none_or(|first| place(&failure) < place(first)) {
            self.failure = Some(failure);
        }
    }
}

//! Tokens become signatures, and withdrawal keys take them back. A token is checked alone, completely, and its nonce enters one table
//! once; then it waits in the pool for the next batch, with the log's promise. A withdrawal waits beside it in the same way.

/// Routes: RFC 9577's, and the one of withdrawals.
pub mod http;

/// Decisions and errors.
pub mod rules;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod linear;
pub(in crate::anonymous) mod store;

mod counts;
mod together;
mod verifier;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::{Entry, Hash};
use undersign_protocol::redemption::{Promise, RedemptionAnswer, Token, WithdrawalRequest};

pub use rules::{RedemptionError, VerifiedToken};

use self::together::{Handed, Redeeming, is_still_taken};
use self::verifier::TokenVerifier;
use super::AnonymousDatabase;
use super::public_log::PublicLog;
use crate::clock::Clock;
use crate::daily_counts::DailyCounts;
use crate::gather::Gather;
use crate::petition::Petition;

/// The stage at work.
pub struct Redemption {
    database: AnonymousDatabase,
    redeeming: Gather<Redeeming>,
    /// One for each petition for which a token has come.
    verifiers: RwLock<HashMap<PetitionId, Arc<TokenVerifier>>>,
    log: Arc<PublicLog>,
    counts: Arc<DailyCounts>,
    clock: Arc<dyn Clock>,
}

impl Redemption {
    pub(super) fn new(
        database: AnonymousDatabase,
        log: Arc<PublicLog>,
        counts: Arc<DailyCounts>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let redeeming = Redeeming { database: database.clone(), clock: Arc::clone(&clock) };
        Self { database, redeeming: Gather::start(redeeming), verifiers: RwLock::default(), log, counts, clock }
    }

    /// Redeems a token: once, however often and from wherever it comes. Durable when it returns.
    pub(super) async fn redeem(
        &self,
        petition: &Arc<Petition>,
        token: Token,
    ) -> Result<RedemptionAnswer, RedemptionError> {
        let answer = self.redeem_uncounted(petition, token).await;
        self.count(petition, &answer);
        answer
    }

    async fn redeem_uncounted(
        &self,
        petition: &Arc<Petition>,
        token: Token,
    ) -> Result<RedemptionAnswer, RedemptionError> {
        let leaf_hash = Entry::Signature(token.clone()).leaf_hash();
        let token = VerifiedToken::verify(token, &self.verifier(petition))?;
        let leaf_index = self.redeeming.add(Handed { petition: Arc::clone(petition), token }).await??;
        self.answer(petition, leaf_hash, leaf_index)
    }

    /// Takes a signature back: once, however often and from wherever it is asked for, and for good. Durable when it returns.
    ///
    /// A repeat gets its answer whatever the petition's state, as that of a redemption does.
    pub(super) async fn withdraw(
        &self,
        petition: &Petition,
        request: WithdrawalRequest,
    ) -> Result<RedemptionAnswer, RedemptionError> {
        let answer = self.withdraw_uncounted(petition, request).await;
        self.count(petition, &answer);
        answer
    }

    async fn withdraw_uncounted(
        &self,
        petition: &Petition,
        request: WithdrawalRequest,
    ) -> Result<RedemptionAnswer, RedemptionError> {
        let withdrawal = request.withdrawal().ok_or(RedemptionError::WithdrawalNotValid)?;
        let petition_id = petition.verified.petition_id();

        let mut tx = self.database.begin("redemption::withdraw").await?;
        let answer = match tx.withdrawal(&petition_id, withdrawal.nonce()).await? {
            Some(leaf_index) => leaf_index,
            None => {
                // In the pool or in the log: both will be in the same tree, whichever comes first.
                let signed = tx.leaf_index_of_nonce(&petition_id, withdrawal.nonce()).await?;
                signed.ok_or(RedemptionError::WithdrawalNotValid)?;
                if let Some(refusal) = is_still_taken(&mut tx, petition, self.clock.as_ref()).await? {
                    return Err(refusal.into());
                }
                if tx.insert_withdrawal(&petition_id, &withdrawal).await? {
                    None
                } else {
                    tx.withdrawal(&petition_id, withdrawal.nonce()).await?.flatten()
                }
            }
        };
        tx.commit().await?;
        self.answer(petition, Entry::Withdrawal(withdrawal).leaf_hash(), answer)
    }

    fn verifier(&self, petition: &Petition) -> Arc<TokenVerifier> {
        let petition_id = petition.verified.petition_id();
        if let Some(verifier) = self.verifiers.read().unwrap_or_else(PoisonError::into_inner).get(&petition_id) {
            return Arc::clone(verifier);
        }
        let mut verifiers = self.verifiers.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(verifiers.entry(petition_id).or_insert_with(|| Arc::new(TokenVerifier::of(&petition.verified))))
    }

    fn answer(
        &self,
        petition: &Petition,
        leaf_hash: Hash,
        leaf_index: Option<u64>,
    ) -> Result<RedemptionAnswer, RedemptionError> {
        if let Some(leaf_index) = leaf_index {
            return Ok(RedemptionAnswer::Published { leaf_hash, leaf_index });
        }
        let manifest = petition.verified.manifest();
        let publish_by = manifest.publication.publish_by(manifest.opens_at, self.clock.now());
        let key = self.log.petition_key(petition)?;
        Ok(Promise::sign(&petition.verified.log_origin(), leaf_hash, publish_by, &key).into())
    }
}

//! Tokens become signatures, and withdrawal keys take them back. A token is checked alone, completely, and its nonce enters one table
//! once; then it waits in the pool for the next batch, with the log's promise. A withdrawal waits beside it in the same way.

/// Routes: RFC 9577's, and the one of withdrawals.
pub mod http;

/// Decisions and errors.
pub mod rules;

pub(in crate::anonymous) mod store;

use std::sync::Arc;

use undersign_protocol::petition::PetitionState;
use undersign_protocol::public_log::{Entry, Hash};
use undersign_protocol::redemption::{Promise, RedemptionAnswer, Token, WithdrawalRequest};

pub use rules::{RedemptionError, VerifiedToken};

use super::AnonymousDatabase;
use super::public_log::{LogId, PublicLog};
use crate::clock::Clock;
use crate::petition::Petition;
use crate::storage::Transaction;

/// The stage at work.
pub struct Redemption {
    database: AnonymousDatabase,
    log: Arc<PublicLog>,
    clock: Arc<dyn Clock>,
}

impl Redemption {
    pub(super) fn new(database: AnonymousDatabase, log: Arc<PublicLog>, clock: Arc<dyn Clock>) -> Self {
        Self { database, log, clock }
    }

    /// Redeems a token: once, however often and from wherever it comes. Durable when it returns.
    pub(super) async fn redeem(&self, petition: &Petition, token: Token) -> Result<RedemptionAnswer, RedemptionError> {
        let token = VerifiedToken::verify(token, &petition.verified)?;
        let petition_id = petition.verified.petition_id();
        let nonce = token.token().input.nonce;
        let entry = Entry::Signature(token.token().clone());

        let mut tx = self.database.begin("redemption::redeem").await?;
        let taken = tx.leaf_index_of_nonce(&petition_id, &nonce).await?;
        let answer = match taken {
            Some(leaf_index) => {
                // The stored bytes decide: another token with this nonce is another signature and was not counted.
                let stored = match leaf_index {
                    Some(index) => tx.entry(&LogId::of_petition(&petition_id), index).await?,
                    None => tx.pool_entry(&petition_id, &nonce, petition).await?,
                };
                if stored != entry.encode() {
                    return Err(RedemptionError::NonceUsed);
                }
                if tx.withdrawal(&petition_id, &nonce).await?.is_some() {
                    return Err(RedemptionError::Withdrawn);
                }
                leaf_index
            }
            None => {
                self.is_still_taken(&mut tx, petition).await?;
                tx.insert_nonce(&petition_id, &token).await?;
                None
            }
        };
        tx.commit().await?;
        self.answer(petition, entry.leaf_hash(), answer)
    }

    /// Takes a signature back: once, however often and from wherever it is asked for, and for good. Durable when it returns.
    ///
    /// A repeat gets its answer whatever the petition's state, as that of a redemption does.
    pub(super) async fn withdraw(
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
                self.is_still_taken(&mut tx, petition).await?;
                tx.insert_withdrawal(&petition_id, &withdrawal).await?;
                None
            }
        };
        tx.commit().await?;
        self.answer(petition, Entry::Withdrawal(withdrawal).leaf_hash(), answer)
    }

    /// Whether something new is taken now. Read in the caller's transaction: what is taken there is in the pool before the last batch
    /// selects it, or is refused.
    async fn is_still_taken(&self, tx: &mut Transaction, petition: &Petition) -> Result<(), RedemptionError> {
        let ended = tx.log_has_ended(&LogId::of_petition(&petition.verified.petition_id())).await?;
        match petition.state(self.clock.now()) {
            PetitionState::Announced => Err(RedemptionError::NotYetOpen),
            PetitionState::Closed => Err(RedemptionError::Closed),
            PetitionState::Open | PetitionState::Closing if ended => Err(RedemptionError::Closed),
            PetitionState::Open | PetitionState::Closing => Ok(()),
        }
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

//! Tokens become signatures. A token is checked alone, completely, and its nonce enters one table once; then it waits in the pool for
//! the next batch, with the log's promise.

/// Route of RFC 9577.
pub mod http;

/// Decisions and errors.
pub mod rules;

pub(in crate::anonymous) mod store;

use std::sync::Arc;

use undersign_protocol::petition::PetitionState;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Promise, RedemptionAnswer, Token};

pub use rules::{RedemptionError, VerifiedToken};

use super::AnonymousDatabase;
use super::public_log::{LogId, PublicLog};
use crate::clock::Clock;
use crate::petition::Petition;

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
        let manifest = petition.verified.manifest();
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
                leaf_index
            }
            None => {
                // Read in this transaction: what is taken here is in the pool before the last batch selects it, or is refused.
                let ended = tx.log_has_ended(&LogId::of_petition(&petition_id)).await?;
                match petition.state(self.clock.now()) {
                    PetitionState::Announced => return Err(RedemptionError::NotYetOpen),
                    PetitionState::Closed => return Err(RedemptionError::Closed),
                    PetitionState::Open | PetitionState::Closing if ended => return Err(RedemptionError::Closed),
                    PetitionState::Open | PetitionState::Closing => {}
                }
                tx.insert_nonce(&petition_id, &token).await?;
                None
            }
        };
        tx.commit().await?;

        let leaf_hash = entry.leaf_hash();
        match answer {
            Some(leaf_index) => Ok(RedemptionAnswer::Published { leaf_hash, leaf_index }),
            None => {
                let publish_by = manifest.publication.publish_by(manifest.opens_at, self.clock.now());
                let key = self.log.petition_key(petition)?;
                Ok(Promise::sign(&petition.verified.log_origin(), leaf_hash, publish_by, &key).into())
            }
        }
    }
}

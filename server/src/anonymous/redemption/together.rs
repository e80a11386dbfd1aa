//! Tokens that are redeemed in one transaction. What happens to each is what would happen if it came alone.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use undersign_protocol::petition::PetitionState;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Nonce, Token};

use super::rules::{RedemptionError, Refusal, VerifiedToken};
use super::store::Taken;
use crate::anonymous::AnonymousDatabase;
use crate::anonymous::public_log::LogId;
use crate::anonymous::public_log::close::is_over;
use crate::clock::Clock;
use crate::gather::Together;
use crate::petition::Petition;
use crate::storage::{StorageError, Transaction};

/// A token that one caller hands in.
pub(super) struct Handed {
    pub petition: Arc<Petition>,
    pub token: VerifiedToken,
}

/// Takes tokens, each once.
pub(super) struct Redeeming {
    pub database: AnonymousDatabase,
    pub clock: Arc<dyn Clock>,
}

/// Where the token's entry stands in the log, `None` while it is in the pool; or why it is not taken.
type Answer = Result<Option<u64>, RedemptionError>;

impl Together for Redeeming {
    type Item = Handed;
    type Answer = Answer;
    type Error = StorageError;

    async fn together(&self, items: &[Handed]) -> Result<Vec<Answer>, StorageError> {
        let mut tx = self.database.begin("redemption::redeem").await?;
        // In the order of their ids, so that two processes that take for several petitions never wait for each other.
        let mut petitions: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            petitions.entry(*item.petition.verified.petition_id().as_bytes()).or_default().push(index);
        }
        let mut answers: Vec<Option<Answer>> = items.iter().map(|_| None).collect();
        for indexes in petitions.values() {
            let petition = &items[indexes[0]].petition;
            let tokens: Vec<&Token> = indexes.iter().map(|index| items[*index].token.token()).collect();
            let petition_answers = self.redeem(&mut tx, petition, &tokens).await?;
            for (index, answer) in indexes.iter().zip(petition_answers) {
                answers[*index] = Some(answer);
            }
        }
        tx.commit().await?;
        Ok(answers.into_iter().flatten().collect())
    }
}

impl Redeeming {
    /// Redeems tokens of one petition. Of several with one nonce the first is taken.
    async fn redeem(
        &self,
        tx: &mut Transaction,
        petition: &Petition,
        tokens: &[&Token],
    ) -> Result<Vec<Answer>, StorageError> {
        let petition_id = petition.verified.petition_id();
        let nonces: BTreeMap<Nonce, &Token> = tokens.iter().rev().map(|token| (token.input.nonce, *token)).collect();
        let refusal = is_still_taken(tx, petition, self.clock.as_ref()).await?;
        // Nearly every nonce is new, so none is looked for before.
        let new = match refusal {
            None => tx.insert_nonces(&petition_id, &nonces).await?,
            Some(_) => HashSet::new(),
        };
        let others: Vec<Nonce> = nonces.keys().filter(|nonce| !new.contains(*nonce)).copied().collect();
        let taken = tx.taken(petition, &others).await?;
        let mut answers = Vec::with_capacity(tokens.len());
        for token in tokens {
            let nonce = &token.input.nonce;
            answers.push(match (taken.get(nonce), refusal) {
                (Some(taken), _) => repeated(tx, petition, token, taken).await?,
                (None, Some(refusal)) => Err(refusal.into()),
                // The same token twice is one redemption; another one with its nonce is none.
                (None, None) if new.contains(nonce) && nonces.get(nonce) == Some(token) => Ok(None),
                (None, None) => Err(RedemptionError::NonceUsed),
            });
        }
        Ok(answers)
    }
}

/// The answer to a token whose nonce is taken. The stored bytes decide: another token with this nonce is another signature and was not
/// counted.
async fn repeated(
    tx: &mut Transaction,
    petition: &Petition,
    token: &Token,
    taken: &Taken,
) -> Result<Answer, StorageError> {
    let petition_id = petition.verified.petition_id();
    let (is_same, leaf_index) = match taken {
        Taken::Waiting(stored) => (**stored == *token, None),
        Taken::Published(index) => {
            let stored = tx.entry(&LogId::of_petition(&petition_id), *index).await?;
            (stored == Entry::Signature(token.clone()).encode(), Some(*index))
        }
    };
    if !is_same {
        return Ok(Err(RedemptionError::NonceUsed));
    }
    let withdrawn = tx.withdrawal(&petition_id, &token.input.nonce).await?.is_some();
    Ok(if withdrawn { Err(RedemptionError::Withdrawn) } else { Ok(leaf_index) })
}

/// Why nothing new is taken now, if so. Read in the caller's transaction: what is taken there is in the pool before the last batch
/// selects it, or is refused.
pub(super) async fn is_still_taken(
    tx: &mut Transaction,
    petition: &Petition,
    clock: &dyn Clock,
) -> Result<Option<Refusal>, StorageError> {
    let log = LogId::of_petition(&petition.verified.petition_id());
    let ended = is_over(tx, &log).await?;
    Ok(match petition.state(clock.now()) {
        PetitionState::Announced => Some(Refusal::NotYetOpen),
        PetitionState::Closed => Some(Refusal::Closed),
        PetitionState::Open | PetitionState::Closing => ended.then_some(Refusal::Closed),
    })
}

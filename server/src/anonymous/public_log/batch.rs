use std::collections::HashMap;

use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Nonce, Token};

use super::PublicLog;
use super::rules::{LogError, LogId, Tick, check_statement, in_publication_order};
use super::store::Head;
use crate::petition::Petition;
use crate::storage::StorageError;

/// A batch that is fixed: these tokens, after this head.
struct Batch {
    head: Head,
    tokens: Vec<Token>,
}

impl PublicLog {
    /// Publishes what is in the pool, if this tick does. In three steps: the batch is fixed; then the issuer is asked, so that every
    /// signature of the batch was counted before; then statement and batch are appended in one transaction. Whatever fails, the
    /// tokens stay in the pool and the next tick begins again.
    pub(super) async fn publish_batch(&self, petition: &Petition, tick: Tick) -> Result<(), LogError> {
        let Some(batch) = self.fix_batch(petition, tick).await? else { return Ok(()) };
        let statement = self.statement(petition, &batch).await?;
        self.append_batch(petition, batch, statement).await
    }

    async fn fix_batch(&self, petition: &Petition, tick: Tick) -> Result<Option<Batch>, LogError> {
        let log = LogId::of_petition(&petition.verified.petition_id());
        let mut tx = self.database.begin_read("public_log::fix_batch").await?;
        let head = tx.head(&log).await?.unwrap_or_default();
        if head.ended {
            return Ok(None);
        }
        let tokens = in_publication_order(tx.pool(petition).await?);
        let publishes = tick.publishes(tokens.len(), petition.verified.manifest().publication.min_batch);
        Ok(publishes.then_some(Batch { head, tokens }))
    }

    async fn statement(&self, petition: &Petition, batch: &Batch) -> Result<IssuanceStatement, LogError> {
        let statement = self.issuer.issued(&petition.verified.petition_id()).await?;
        check_statement(&statement, &petition.verified, &batch.head, batch.tokens.len())?;
        Ok(statement)
    }

    async fn append_batch(
        &self,
        petition: &Petition,
        batch: Batch,
        statement: IssuanceStatement,
    ) -> Result<(), LogError> {
        let petition_id = petition.verified.petition_id();
        let log = LogId::of_petition(&petition_id);
        self.witnesses.check_not_behind(&log)?;
        let mut tx = self.database.begin("public_log::append_batch").await?;
        // A notice may have been appended since the batch was fixed, another batch or the end may not.
        let head = tx.head(&log).await?.unwrap_or_default();
        if head.tally != batch.head.tally || head.ended {
            return Err(LogError::Storage(StorageError::Conflict));
        }
        let nonces: Vec<Nonce> = batch.tokens.iter().map(|token| token.input.nonce).collect();
        let mut entries = vec![Entry::IssuanceStatement(statement)];
        entries.extend(batch.tokens.into_iter().map(Entry::Signature));
        let first = tx.append(&log, &entries).await?;
        let places: HashMap<Nonce, u64> = nonces.iter().copied().zip(first + 1..).collect();
        let mut by_key = nonces;
        // In key order, so that the rows are rewritten in it too.
        by_key.sort_unstable();
        for nonce in by_key {
            tx.publish_nonce(&petition_id, &nonce, places[&nonce]).await?;
        }
        tx.commit().await?;
        self.witnesses.wake();
        Ok(())
    }
}

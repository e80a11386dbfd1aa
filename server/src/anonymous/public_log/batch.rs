use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::Entry;

use super::PublicLog;
use super::rules::{LogError, LogId, Tick, check_statement, in_publication_order};
use super::store::Head;
use crate::petition::Petition;
use crate::storage::{Lock, StorageError, Transaction};

/// A batch that is fixed: these signatures and withdrawals, sorted, after this head.
struct Batch {
    head: Head,
    entries: Vec<Entry>,
}

impl PublicLog {
    /// Publishes what is in the pool, if this tick does. In three steps: the batch is fixed; then the issuer is asked, so that every
    /// signature of the batch was counted before; then statement and batch are appended in one transaction. Whatever fails, the
    /// tokens and withdrawals stay where they are and the next tick begins again.
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
        // Withdrawals before tokens: where a later statement sees more than an earlier one (PostgreSQL), the signature of each
        // withdrawal is then in this batch or in the log, and no tree has one without the other.
        let withdrawals = tx.waiting_withdrawals(&petition.verified.petition_id()).await?;
        let tokens = tx.pool(petition).await?;
        let entries = tokens.into_iter().map(Entry::Signature).chain(withdrawals.into_iter().map(Entry::Withdrawal));
        let entries = in_publication_order(entries.collect());
        let publishes = tick.publishes(entries.len(), petition.verified.manifest().publication.min_batch);
        Ok(publishes.then_some(Batch { head, entries }))
    }

    async fn statement(&self, petition: &Petition, batch: &Batch) -> Result<IssuanceStatement, LogError> {
        let statement = self.issuer.issued(&petition.verified.petition_id()).await?;
        let signatures = batch.entries.iter().filter(|entry| matches!(entry, Entry::Signature(_))).count();
        check_statement(&statement, &petition.verified, &batch.head, signatures)?;
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
        tx.lock(Lock::Appending(log.as_bytes())).await?;
        // A notice may have been appended since the batch was fixed, another batch or the end may not.
        let head = tx.head(&log).await?.unwrap_or_default();
        if head.tally != batch.head.tally || head.ended {
            return Err(LogError::Storage(StorageError::Conflict));
        }
        let mut entries = batch.entries;
        let withdrawn = entries.iter().filter(|entry| matches!(entry, Entry::Withdrawal(_))).count() as u64;
        let counted = entries.len() as u64 - withdrawn;
        entries.insert(0, Entry::IssuanceStatement(statement));
        let first = tx.append(&log, &entries).await?;
        note_places(&mut tx, &petition_id, &entries, first).await?;
        let change = self.version().change();
        tx.commit().await?;
        drop(change);
        self.appended();
        // With the day of its batch, as whoever reads the log can: nothing finer than a batch is counted.
        let issued = statement.issued.saturating_sub(head.tally.issued);
        for (name, number) in [("counted", counted), ("withdrawn", withdrawn), ("issued", issued)] {
            self.counts.count_many(Some(&petition_id), name, number);
        }
        Ok(())
    }
}

/// Notes where each signature and withdrawal stands. In key order, so that the rows are rewritten in it too.
async fn note_places(
    tx: &mut Transaction,
    petition_id: &PetitionId,
    entries: &[Entry],
    first: u64,
) -> Result<(), StorageError> {
    let (mut signatures, mut withdrawals) = (Vec::new(), Vec::new());
    for (entry, leaf_index) in entries.iter().zip(first..) {
        match entry {
            Entry::Signature(token) => signatures.push((token.input.nonce, leaf_index)),
            Entry::Withdrawal(withdrawal) => withdrawals.push((withdrawal, leaf_index)),
            _ => {}
        }
    }
    signatures.sort_unstable();
    withdrawals.sort_unstable_by_key(|(withdrawal, _)| *withdrawal.nonce());
    tx.publish_nonces(petition_id, &signatures).await?;
    tx.publish_withdrawals(petition_id, &withdrawals).await
}

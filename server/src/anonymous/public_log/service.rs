//! What the host's log says of the service itself.

use undersign_protocol::public_log::{HostEntry, KeyConfigEntry, Service};

use super::rules::LogId;
use super::{LogError, PublicLog};
use crate::storage::{Lock, StorageError, Transaction};

impl PublicLog {
    /// Appends how this host is reached, where that is not what its log says already. To be called when the witnesses were asked: a log
    /// that is behind gets no entry.
    ///
    /// # Returns
    /// Whether it was appended.
    pub(in crate::anonymous) async fn announce_service(&self, service: &Service) -> Result<bool, LogError> {
        self.check_host_not_behind()?;
        let mut tx = self.database.begin("public_log::announce_service").await?;
        // Of several processes that start together one appends, and the others find it there.
        tx.lock(Lock::Appending(LogId::HOST.as_bytes())).await?;
        let is_news = match last(&mut tx, service_of).await? {
            Some(last) => last != *service,
            // Nothing needs to be taken back that was never said.
            None => service.onion.is_some() || !service.relays.is_empty(),
        };
        if !is_news {
            return Ok(false);
        }
        tx.append_host_entry(&HostEntry::Service(service.clone())).await?;
        tx.commit().await?;
        self.appended();
        Ok(true)
    }

    /// Appends a key of the gateway, where the last one for its time is another. As [`announce_service`](Self::announce_service) otherwise.
    pub(in crate::anonymous) async fn announce_key_config(&self, entry: &KeyConfigEntry) -> Result<bool, LogError> {
        self.check_host_not_behind()?;
        let mut tx = self.database.begin("public_log::announce_key_config").await?;
        tx.lock(Lock::Appending(LogId::HOST.as_bytes())).await?;
        let of_its_time = |found| key_config_of(found).filter(|found| found.not_before() == entry.not_before());
        if last(&mut tx, of_its_time).await?.as_ref() == Some(entry) {
            return Ok(false);
        }
        tx.append_host_entry(&HostEntry::KeyConfig(entry.clone())).await?;
        tx.commit().await?;
        self.appended();
        Ok(true)
    }
}

/// The last of the log's entries of which this makes something: it is read at a start, and once a week, alone.
async fn last<T>(tx: &mut Transaction, find: impl Fn(HostEntry) -> Option<T>) -> Result<Option<T>, StorageError> {
    let head = tx.head(&LogId::HOST).await?.unwrap_or_default();
    let entries = tx.entries(&LogId::HOST, 0, head.tree_size).await?;
    Ok(entries.iter().rev().find_map(|entry| HostEntry::decode(entry).ok().and_then(&find)))
}

fn service_of(entry: HostEntry) -> Option<Service> {
    match entry {
        HostEntry::Service(service) => Some(service),
        _ => None,
    }
}

fn key_config_of(entry: HostEntry) -> Option<KeyConfigEntry> {
    match entry {
        HostEntry::KeyConfig(entry) => Some(entry),
        _ => None,
    }
}

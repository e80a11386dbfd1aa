//! What the host's log says of the service itself.

use undersign_protocol::public_log::{HostEntry, Service};

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
        let is_news = match last_service(&mut tx).await? {
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
}

/// The last entry of its kind: such entries are few, and read at a start alone.
async fn last_service(tx: &mut Transaction) -> Result<Option<Service>, StorageError> {
    let head = tx.head(&LogId::HOST).await?.unwrap_or_default();
    let entries = tx.entries(&LogId::HOST, 0, head.tree_size).await?;
    Ok(entries.iter().rev().find_map(|entry| match HostEntry::decode(entry) {
        Ok(HostEntry::Service(service)) => Some(service),
        _ => None,
    }))
}

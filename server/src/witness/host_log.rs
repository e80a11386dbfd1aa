use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::{
    Announcement, Checkpoint, CheckpointKey, Hash, HostEntry, TILE_WIDTH, TilePath, decode_entries, tree_root,
};

use super::WitnessError;
use super::config::HostLogConfig;

/// Most entries of a host's log that are read.
const MAX_ENTRIES: u64 = 65_536;

/// The hosts that were configured, and the petitions' logs that they were seen to announce.
pub(super) struct HostLogs {
    hosts: Vec<HostLog>,
    client: reqwest::Client,
    announced: Mutex<HashMap<String, CheckpointKey>>,
}

/// One of them.
pub(super) struct HostLog {
    key: CheckpointKey,
    url: String,
}

impl HostLog {
    /// The host log's name.
    pub(super) fn origin(&self) -> &str {
        self.key.origin()
    }

    fn host(&self) -> &str {
        self.origin().strip_suffix("/v1/log").unwrap_or_default()
    }
}

impl HostLogs {
    pub(super) fn new(configured: &[HostLogConfig]) -> Result<Self, reqwest::Error> {
        let host = |log: &HostLogConfig| HostLog {
            key: log.vkey.clone(),
            url: log.url.as_str().trim_end_matches('/').to_owned(),
        };
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            // An address in the environment would send the question elsewhere.
            .no_proxy()
            .build()?;
        Ok(Self { hosts: configured.iter().map(host).collect(), client, announced: Mutex::default() })
    }

    /// The key of a host's log.
    pub(super) fn key(&self, origin: &str) -> Option<&CheckpointKey> {
        self.hosts.iter().map(|host| &host.key).find(|key| key.origin() == origin)
    }

    /// The host log that would announce a petition's log of this name.
    pub(super) fn of_petition_log(&self, origin: &str) -> Option<&HostLog> {
        self.hosts.iter().find(|host| petition_of(host, origin).is_some())
    }

    /// The key under which the host announces a petition's log, read from the tree of the host's log that was cosigned here. Of two
    /// announcements with one slug or one petition the first stands: what comes later cannot take a name away.
    pub(super) async fn announced(
        &self,
        host: &HostLog,
        cosigned: &Checkpoint,
        origin: &str,
    ) -> Result<CheckpointKey, WitnessError> {
        if let Some(key) = self.known(origin) {
            return Ok(key);
        }
        let petition_id = petition_of(host, origin).ok_or(WitnessError::UnknownLog)?;
        let mut seen: Vec<Announcement> = Vec::new();
        for entry in self.entries(host, cosigned).await? {
            let Ok(HostEntry::Announcement(announcement)) = HostEntry::decode(&entry) else { continue };
            let is_first =
                |other: &Announcement| other.slug != announcement.slug && other.petition_id != announcement.petition_id;
            if seen.iter().all(is_first) {
                seen.push(announcement);
            }
        }
        let found = seen.iter().find(|announcement| announcement.petition_id == petition_id);
        let key = found.map(|found| CheckpointKey::new(origin.to_owned(), found.log_public_key));
        let key = key.ok_or(WitnessError::UnknownLog)?;
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        announced.insert(origin.to_owned(), key.clone());
        Ok(key)
    }

    fn known(&self, origin: &str) -> Option<CheckpointKey> {
        self.announced.lock().unwrap_or_else(PoisonError::into_inner).get(origin).cloned()
    }

    /// All entries of the host's log below a tree head, verified against its root.
    async fn entries(&self, host: &HostLog, tree: &Checkpoint) -> Result<Vec<Vec<u8>>, WitnessError> {
        if tree.tree_size > MAX_ENTRIES {
            return Err(WitnessError::HostAway("the log is too large".to_owned()));
        }
        let mut entries = Vec::new();
        for index in 0..tree.tree_size.div_ceil(TILE_WIDTH) {
            let width = (tree.tree_size - index * TILE_WIDTH).min(TILE_WIDTH);
            let bundle = self.bundle(host, &TilePath { level: None, index, width }).await?;
            let bundle = decode_entries(&bundle, width).map_err(|error| WitnessError::HostAway(error.to_string()))?;
            entries.extend(bundle.into_iter().map(<[u8]>::to_vec));
        }
        let leaves: Vec<Hash> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
        if tree_root(&leaves) == tree.root {
            Ok(entries)
        } else {
            Err(WitnessError::HostAway("another tree".to_owned()))
        }
    }

    async fn bundle(&self, host: &HostLog, path: &TilePath) -> Result<Vec<u8>, WitnessError> {
        let url = format!("{}/v1/log/tile/{path}", host.url);
        let answer = self.client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(away)?;
        Ok(answer.bytes().await.map_err(away)?.to_vec())
    }
}

/// The petition whose log has this name: `{host}/v1/petitions/{petition_id}/log`.
fn petition_of(host: &HostLog, origin: &str) -> Option<PetitionId> {
    let path = origin.strip_prefix(host.host())?;
    path.strip_prefix("/v1/petitions/")?.strip_suffix("/log")?.parse().ok()
}

fn away(error: reqwest::Error) -> WitnessError {
    WitnessError::HostAway(error.without_url().to_string())
}

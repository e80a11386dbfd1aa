//! Watching a petition's log until a leaf is in it.
//!
//! All leaves are asked for, so the log does not learn which one is looked for; the root is recomputed from all of them, so what is
//! found is in the very tree that the log has signed, and every later tree contains every earlier one.

use undersign_protocol::public_log::{Checkpoint, CheckpointKey, Edge, Hash};

use crate::endpoints::Base;
use crate::log_reader::{LogError, grow, tiles};
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Malformed, Response};

/// Most leaves that are read: 32 bytes each.
const MAX_LEAVES: u64 = 1 << 24;

/// A log that is watched for one leaf.
pub struct Watch {
    base: Base,
    log_path: String,
    key: CheckpointKey,
    leaf: Hash,
    edge: Edge,
}

/// A checkpoint whose new leaves are being fetched.
pub struct Reading {
    checkpoint: Checkpoint,
}

/// Where the leaf stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Index of the leaf, from 0.
    pub leaf_index: u64,
    /// The signed tree head whose root was recomputed.
    pub checkpoint: Checkpoint,
}

/// Why watching failed. The watch can go on after every one of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// An answer is not what was asked for.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The log does not hold what it has signed.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Watch {
    /// Starts before the first leaf.
    ///
    /// # Arguments
    /// * `log_path` – `/v1/petitions/{petition_id}/log`
    /// * `key` – the log's key under its origin, from the manifest
    pub fn new(base: Base, log_path: String, key: CheckpointKey, leaf: Hash) -> Self {
        Self { base, log_path, key, leaf, edge: Edge::default() }
    }

    /// Asks for the newest checkpoint.
    pub fn checkpoint_request(&self) -> Request {
        Request::get(Side::Anonymous, Stage::PublicLog, &self.base, &format!("{}/checkpoint", self.log_path))
    }

    /// Opens the checkpoint and asks for the tiles of hashes that are new since the last one; none where nothing is new.
    pub fn opened(&self, response: &Response) -> Result<(Reading, Vec<Request>), WatchError> {
        let checkpoint = open(response, &self.key)?;
        if checkpoint.tree_size < self.edge.tree_size() {
            return Err(LogError::Shrunk.into());
        }
        if checkpoint.tree_size > MAX_LEAVES {
            return Err(LogError::TooLarge.into());
        }
        let mut requests = Vec::new();
        for path in tiles(Some(0), self.edge.tree_size(), checkpoint.tree_size) {
            requests.push(Request::get(
                Side::Anonymous,
                Stage::PublicLog,
                &self.base,
                &format!("{}/tile/{path}", self.log_path),
            ));
        }
        Ok((Reading { checkpoint }, requests))
    }

    /// Takes the answers, in the order of the requests.
    ///
    /// # Returns
    /// Where the leaf stands, or `None` while it is not in the log.
    pub fn read(&mut self, reading: Reading, responses: &[Response]) -> Result<Option<Inclusion>, WatchError> {
        let mut bodies = Vec::with_capacity(responses.len());
        for response in responses {
            bodies.push(response.expect(200).map_err(AnswerError::from)?);
        }
        let (grown, fresh) = grow(&self.edge, &reading.checkpoint, &bodies)?;
        let position = fresh.iter().position(|leaf| *leaf == self.leaf);
        let leaf_index = position.map(|position| self.edge.tree_size() + position as u64);
        if leaf_index.is_none() {
            self.edge = grown;
        }
        Ok(leaf_index.map(|leaf_index| Inclusion { leaf_index, checkpoint: reading.checkpoint }))
    }
}

/// Opens an answer to `…/checkpoint` as a checkpoint of the log with this key.
pub(crate) fn open(response: &Response, key: &CheckpointKey) -> Result<Checkpoint, WatchError> {
    let note = response.expect(200).map_err(AnswerError::from)?;
    let note = std::str::from_utf8(note).map_err(|_| AnswerError::from(Malformed))?;
    Ok(Checkpoint::open(note, key).map_err(LogError::from)?)
}

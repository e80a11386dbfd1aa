//! Evidence of a broken promise that somebody has published, compared with the log that it accuses.

use undersign_protocol::public_log::{Checkpoint, CheckpointKey, Edge, tree_root};
use undersign_protocol::redemption::{Evidence, EvidenceError};

use crate::endpoints::Base;
use crate::log_reader::{LogError, grow, tiles};
use crate::published::{WatchError, open};
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Response};

/// Evidence whose two signatures are valid.
pub struct EvidenceCheck {
    evidence: Evidence,
    /// The head that does not keep the promise, if it is as the evidence says.
    head: Checkpoint,
    base: Base,
}

/// The newest head, whose leaves are being fetched.
pub struct Reading {
    newest: Checkpoint,
}

/// What the log says of it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceFinding {
    /// The leaf is not in the log: not below the head, and not since.
    Missing,
    /// It was not below the head, and is in the log since.
    Late {
        /// Its place, from 0.
        leaf_index: u64,
    },
    /// It is below the head: the evidence proves nothing.
    Kept {
        /// Its place, from 0.
        leaf_index: u64,
    },
}

impl EvidenceCheck {
    /// Verifies the signatures of promise and head, and that the head was seen after the promised time.
    ///
    /// # Arguments
    /// * `base` – where the log is read
    pub fn new(evidence: Evidence, base: Base) -> Result<Self, EvidenceError> {
        let head = evidence.verify()?;
        Ok(Self { evidence, head, base })
    }

    /// The head that does not keep the promise.
    pub fn head(&self) -> &Checkpoint {
        &self.head
    }

    /// The accused log's key under its name.
    pub fn log_key(&self) -> CheckpointKey {
        CheckpointKey::new(self.evidence.log_origin.clone(), self.evidence.log_key)
    }

    /// Asks for the newest checkpoint.
    pub fn checkpoint_request(&self) -> Request {
        self.get("checkpoint")
    }

    /// Opens the checkpoint and asks for all tiles of hashes below it.
    pub fn opened(&self, response: &Response) -> Result<(Reading, Vec<Request>), WatchError> {
        let newest = open(response, &self.log_key())?;
        if newest.tree_size < self.head.tree_size {
            return Err(LogError::Shrunk.into());
        }
        let paths = tiles(Some(0), 0, newest.tree_size);
        let requests = paths.iter().map(|path| self.get(&format!("tile/{path}"))).collect();
        Ok((Reading { newest }, requests))
    }

    /// Takes the answers, in the order of the requests. The first leaves must give the head's root.
    pub fn read(&self, reading: &Reading, responses: &[Response]) -> Result<EvidenceFinding, WatchError> {
        let bodies = responses
            .iter()
            .map(|response| response.expect(200).map_err(AnswerError::from))
            .collect::<Result<Vec<_>, _>>()?;
        let (_, leaves) = grow(&Edge::default(), &reading.newest, &bodies)?;
        let below = leaves.get(..self.head.tree_size as usize).ok_or(LogError::Shrunk)?;
        if tree_root(below) != self.head.root {
            return Err(LogError::Root.into());
        }
        let place = leaves.iter().position(|leaf| *leaf == self.evidence.promise.leaf_hash);
        Ok(match place.map(|place| place as u64) {
            None => EvidenceFinding::Missing,
            Some(leaf_index) if leaf_index < self.head.tree_size => EvidenceFinding::Kept { leaf_index },
            Some(leaf_index) => EvidenceFinding::Late { leaf_index },
        })
    }

    /// The log's name is its host, and its path everywhere.
    fn get(&self, path: &str) -> Request {
        let folder = self.evidence.log_origin.find('/').map_or("", |at| &self.evidence.log_origin[at..]);
        Request::get(Side::Anonymous, Stage::PublicLog, &self.base, &format!("{folder}/{path}"))
    }
}

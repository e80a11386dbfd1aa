//! What became of a signature whose receipt was kept.
//!
//! All leaves of the petition's log are read, so the log does not learn which one is looked for, and the root is recomputed from all of
//! them. Both leaves that matter, the signature's and its withdrawal's, follow from the receipt.

use undersign_protocol::public_log::{Checkpoint, Edge, Hash, InclusionProof, TlogProof, TlogProofError, tree_root};
use undersign_protocol::redemption::{Evidence, Receipt};
use undersign_protocol::timestamp::Timestamp;

use crate::log_reader::{LogError, grow, tiles};
use crate::published::{WatchError, open};
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Response};

/// Most leaves that are read: 32 bytes each.
const MAX_LEAVES: u64 = 1 << 24;

/// Seconds after the promised time at which a promise counts as broken: clocks may differ by as much.
const PATIENCE: u64 = 600;

/// A receipt that is compared with its log.
pub struct ReceiptCheck {
    receipt: Receipt,
}

/// A checkpoint whose leaves are being fetched.
pub struct Reading {
    checkpoint: Checkpoint,
    note: String,
}

/// What the log says about a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What became of the signature.
    pub standing: Standing,
    /// The signed tree head whose root was recomputed.
    pub checkpoint: Checkpoint,
    /// The signed note that it was read from, with the cosignatures that came with it.
    pub checkpoint_note: String,
    /// Where the signature or its withdrawal is in the tree: a proof of it that can be verified without the log, and shown to others.
    pub proof: Option<TlogProof>,
}

/// What became of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not in the log yet, and not promised to be.
    Pending {
        /// When it is published at the latest.
        publish_by: Timestamp,
    },
    /// Counted.
    Included {
        /// Its place in the log, from 0.
        leaf_index: u64,
    },
    /// Taken back: it is counted no more.
    Withdrawn {
        /// The withdrawal's place in the log, from 0.
        leaf_index: u64,
    },
    /// The log had promised it and does not hold it.
    PromiseBroken(Box<Evidence>),
    /// The log does not hold it. The server had said, without a signed word, that it did: nothing proves it to others.
    Missing,
}

impl ReceiptCheck {
    /// Begins; nothing is sent.
    pub fn new(receipt: Receipt) -> Self {
        Self { receipt }
    }

    /// The receipt.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Asks for the newest checkpoint.
    pub fn checkpoint_request(&self) -> Request {
        self.get("checkpoint")
    }

    /// Opens the checkpoint and asks for all tiles of hashes below it.
    pub fn opened(&self, response: &Response) -> Result<(Reading, Vec<Request>), WatchError> {
        let checkpoint = open(response, &self.receipt.checkpoint_key())?;
        if checkpoint.tree_size > MAX_LEAVES {
            return Err(LogError::TooLarge.into());
        }
        let paths = tiles(Some(0), 0, checkpoint.tree_size);
        let requests = paths.iter().map(|path| self.get(&format!("tile/{path}"))).collect();
        // UTF-8, or it had not been opened.
        let note = String::from_utf8_lossy(&response.body).into_owned();
        Ok((Reading { checkpoint, note }, requests))
    }

    /// Takes the answers, in the order of the requests.
    ///
    /// # Arguments
    /// * `now` – when the checkpoint came
    pub fn read(&self, reading: Reading, responses: &[Response], now: Timestamp) -> Result<Finding, WatchError> {
        let bodies = responses
            .iter()
            .map(|response| response.expect(200).map_err(AnswerError::from))
            .collect::<Result<Vec<_>, _>>()?;
        let (_, leaves) = grow(&Edge::default(), &reading.checkpoint, &bodies)?;
        let place = |wanted| leaves.iter().position(|leaf| *leaf == wanted).map(|place| place as u64);
        let Reading { checkpoint, note } = reading;
        let found = (place(self.receipt.withdrawal_leaf_hash()), place(self.receipt.leaf_hash()));
        let proof = found.0.or(found.1).and_then(|leaf_index| prove(&leaves, leaf_index, note.clone()));
        let standing = match found {
            (Some(leaf_index), _) => Standing::Withdrawn { leaf_index },
            (None, Some(leaf_index)) => Standing::Included { leaf_index },
            (None, None) => self.absent(note.clone(), now),
        };
        Ok(Finding { standing, checkpoint, checkpoint_note: note, proof })
    }

    /// What a proof that was kept says, without the log: of the tree of its own checkpoint, and of nothing that came later.
    pub fn read_proof(&self, proof: &TlogProof) -> Result<Finding, TlogProofError> {
        let key = self.receipt.checkpoint_key();
        let leaf_index = proof.leaf_index;
        let (standing, checkpoint) = match proof.verify(&self.receipt.leaf_hash(), &key) {
            Ok(checkpoint) => (Standing::Included { leaf_index }, checkpoint),
            Err(error) => match proof.verify(&self.receipt.withdrawal_leaf_hash(), &key) {
                Ok(checkpoint) => (Standing::Withdrawn { leaf_index }, checkpoint),
                Err(_) => return Err(error),
            },
        };
        Ok(Finding { standing, checkpoint, checkpoint_note: proof.checkpoint.clone(), proof: Some(proof.clone()) })
    }

    fn absent(&self, checkpoint: String, now: Timestamp) -> Standing {
        match self.receipt.promise() {
            None => Standing::Missing,
            Some(promise) if now <= promise.publish_by.plus(PATIENCE) => {
                Standing::Pending { publish_by: promise.publish_by }
            }
            Some(promise) => Standing::PromiseBroken(Box::new(Evidence {
                log_origin: self.receipt.log_origin(),
                log_key: *self.receipt.log_key(),
                promise: *promise,
                checkpoint,
                seen_at: now,
            })),
        }
    }

    fn get(&self, path: &str) -> Request {
        let receipt = &self.receipt;
        let path = format!("/v1/petitions/{}/log/{path}", receipt.petition_id());
        Request::get(Side::Anonymous, Stage::PublicLog, receipt.base(), &path)
    }
}

/// A proof made of all leaves: nobody is asked for the hashes beside one of them.
fn prove(leaves: &[Hash], leaf_index: u64, checkpoint: String) -> Option<TlogProof> {
    let subtree = |level: u8, position: u64| {
        let (low, high) = (position << (8 * level), (position + 1) << (8 * level));
        leaves.get(low as usize..high as usize).map(tree_root)
    };
    let plan = InclusionProof::plan(leaf_index, leaves.len() as u64)?;
    let hashes = plan.hashes(|range| {
        (range.start..range.start + range.count).map(|position| subtree(range.level, position)).collect()
    })?;
    Some(TlogProof { leaf_index, inclusion: InclusionProof { hashes }, checkpoint })
}

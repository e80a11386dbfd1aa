use undersign_protocol::public_log::{AddCheckpoint, Checkpoint, CheckpointError, tree_root};

use crate::key_directory::KeyError;

/// Why a checkpoint is not cosigned. Each has its status in C2SP tlog-witness.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// Not a request of that form, or an old size above the checkpoint's.
    #[error("not a request to add a checkpoint")]
    Form,
    /// No log of this name is known here.
    #[error("this log is not known here")]
    UnknownLog,
    /// Not signed with the log's key.
    #[error("the checkpoint does not carry the log's signature")]
    Signature,
    /// Another size than the named one was cosigned last, or another tree of this size.
    #[error("a tree of {newest} entries was cosigned last")]
    Conflict {
        /// Size of the newest tree that was cosigned, 0 if none was.
        newest: u64,
    },
    /// The tree does not contain what was cosigned before, or this is not shown.
    #[error("the proof does not show that the log has only grown")]
    Proof,
    /// The host could not be asked which logs it announces.
    #[error("the host's log could not be read: {0}")]
    HostAway(String),
    /// The key or a tree head could not be read or kept.
    #[error(transparent)]
    Store(#[from] KeyError),
}

impl From<CheckpointError> for WitnessError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Signature => Self::Signature,
            CheckpointError::Note | CheckpointError::Form | CheckpointError::Origin => Self::Form,
        }
    }
}

/// The log that a note says it is of, before anything of it is believed.
pub fn origin_of(note: &str) -> Result<&str, WitnessError> {
    note.split('\n').next().filter(|origin| !origin.is_empty()).ok_or(WitnessError::Form)
}

/// Checks that a checkpoint contains the newest one that was cosigned, in the order of C2SP tlog-witness.
pub fn check_growth(
    request: &AddCheckpoint,
    cosigned: Option<&Checkpoint>,
    checkpoint: &Checkpoint,
) -> Result<(), WitnessError> {
    if request.old_size > checkpoint.tree_size {
        return Err(WitnessError::Form);
    }
    let (newest, root) = cosigned.map_or((0, tree_root(&[])), |cosigned| (cosigned.tree_size, cosigned.root));
    let is_fork = newest == checkpoint.tree_size && root != checkpoint.root;
    if request.old_size != newest || is_fork {
        return Err(WitnessError::Conflict { newest });
    }
    request.proof.verify(newest, &root, checkpoint).map_err(|_| WitnessError::Proof)
}

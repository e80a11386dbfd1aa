//! What organiser and operator said about a petition since: believed only where its log holds it.

use undersign_protocol::json;
use undersign_protocol::petition::{NoticeError, NoticeList, VerifiedManifest, VerifiedNotice};
use undersign_protocol::public_log::{Checkpoint, CheckpointError, CheckpointKey};

/// Most notices that are read; a server takes 200.
const MAX_NOTICES: usize = 1_000;

/// Why a petition's notices are not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticesError {
    /// Not of the expected form.
    #[error("not of the expected form: {0}")]
    Form(String),
    /// The head beside them is not one of the petition's log.
    #[error("{0}")]
    Checkpoint(#[from] CheckpointError),
    /// The head beside them has the size of the other one, and another root.
    #[error("the log has two histories")]
    Fork,
    /// One of them is not in the log at its place, or two stand in one place.
    #[error("a notice is not in the log that the server has signed")]
    NotInLog,
    /// One of them breaks a rule, or its signature is not valid.
    #[error("{0}")]
    Notice(#[from] NoticeError),
}

/// Reads `GET /v1/petitions/{petition_id}/notices`. Each notice must be proved to be in the petition's log. That none was left out
/// shows only to whoever reads the whole log: a server can keep silent, but it cannot invent, and not tell one person something that
/// the log does not say.
///
/// # Arguments
/// * `checkpoint` – another signed head of the log
pub fn read(
    body: &[u8],
    petition: &VerifiedManifest,
    checkpoint: &Checkpoint,
) -> Result<Vec<VerifiedNotice>, NoticesError> {
    let list: NoticeList = json::from_slice(body).map_err(|error| NoticesError::Form(error.to_string()))?;
    if list.notices.len() > MAX_NOTICES {
        return Err(NoticesError::Form("too many notices".to_owned()));
    }
    let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
    let tree = Checkpoint::open(&list.checkpoint, &key)?;
    if tree.tree_size == checkpoint.tree_size && tree.root != checkpoint.root {
        return Err(NoticesError::Fork);
    }
    let ascending = list.notices.is_sorted_by(|first, second| first.leaf_index < second.leaf_index);
    let mut notices = Vec::with_capacity(list.notices.len());
    for logged in &list.notices {
        let (leaf, proof) = logged.proof();
        let is_in_log = ascending && proof.verify(&leaf, logged.leaf_index, &tree).is_ok();
        if !is_in_log {
            return Err(NoticesError::NotInLog);
        }
        notices.push(VerifiedNotice::verify(logged.signed(), petition)?);
    }
    Ok(notices)
}

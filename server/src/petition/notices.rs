use undersign_protocol::petition::{
    Notice, NoticeContent, NoticeError, NoticeRequest, NoticeSigner, PetitionState, SignedNotice, VerifiedNotice,
};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::{Petition, PetitionError, Registry};
use crate::storage::{StorageError, Transaction};
use crate::web::problem::WebProblem;

/// Seconds by which clocks may differ.
const TOLERANCE: u64 = 600;
/// Notices about one petition that each signer may publish: the organiser cannot use up the operator's.
const MAX_NOTICES: u64 = 100;

/// Why a notice is not published.
#[derive(Debug, thiserror::Error)]
pub enum NewNoticeError {
    /// The petition it is posted to is not here.
    #[error("there is no such petition")]
    Unknown,
    /// It breaks a rule, or its signature is not valid.
    #[error(transparent)]
    Notice(#[from] NoticeError),
    /// It breaks a rule of the moment.
    #[error("{0}")]
    Rule(&'static str),
    /// The petition is over: there is nothing left to close.
    #[error("the petition is closed")]
    Closed,
    /// Its signer has published enough.
    #[error("too many notices")]
    TooMany,
    /// The log is behind what its witnesses have signed: nothing is appended to it.
    #[error("the petition's log is not appended to")]
    LogBehind,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Which side a notice comes to. The identified side is asked first and acts on it; the other follows, perhaps later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// Acts: a petition does not close in the past.
    First,
    /// Takes what the first took up to a day ago: where it was away, it must not be left with another end than the first.
    Second,
}

/// Reads a notice that was posted to a petition.
pub fn read(request: &NoticeRequest, petition: &Petition) -> Result<VerifiedNotice, NewNoticeError> {
    let signed = SignedNotice { notice: request.notice.get().as_bytes().to_vec(), signature: request.signature };
    Ok(VerifiedNotice::verify(signed, &petition.verified)?)
}

/// Checks what depends on the moment and on what else is here. A notice that is kept already is not checked again.
pub fn check_new(
    notice: &VerifiedNotice,
    petition: &Petition,
    registry: &Registry,
    follows: Follows,
    now: Timestamp,
) -> Result<(), NewNoticeError> {
    let published_at = notice.notice().published_at;
    if published_at > now.plus(TOLERANCE) {
        return Err(NewNoticeError::Rule("published_at: must not be in the future"));
    }
    if published_at.plus(DAY) < now {
        return Err(NewNoticeError::Rule("published_at: must not be more than a day ago"));
    }
    if let Some(closes_at) = notice.closes_at()
        && follows == Follows::First
        && closes_at.plus(TOLERANCE) < now
    {
        return Err(NewNoticeError::Rule("a petition does not close in the past"));
    }
    let is_by_lost_key = notice.notice().signer == NoticeSigner::Organiser && notice.notice().recovery_key.is_none();
    if is_by_lost_key && petition.is_recovered() {
        return Err(NewNoticeError::Rule("signer: the recovery key has signed, and the organiser's key signs no more"));
    }
    match notice.notice().content {
        NoticeContent::Close { .. } if petition.state(now) == PetitionState::Closed => Err(NewNoticeError::Closed),
        NoticeContent::Correction { replaced_by } => {
            // A petition that is elsewhere cannot be looked at; one that is here must say the same.
            let other = registry.by_id(&replaced_by);
            let replaces = other.map(|other| other.verified.manifest().replaces);
            if replaces.is_none_or(|replaces| replaces == Some(petition.verified.petition_id())) {
                Ok(())
            } else {
                Err(NewNoticeError::Rule("content.replaced_by: that petition does not say that it replaces this one"))
            }
        }
        _ => Ok(()),
    }
}

/// Whether another notice of this signer may be published.
pub async fn check_room(tx: &mut Transaction, petition: &Petition, notice: &Notice) -> Result<(), NewNoticeError> {
    let kept = tx.count_notices(&petition.verified, notice).await?;
    if kept < MAX_NOTICES { Ok(()) } else { Err(NewNoticeError::TooMany) }
}

impl Registry {
    /// The petition that a notice is posted to: by its id alone.
    pub(crate) async fn noticed(&self, text: &str) -> Result<std::sync::Arc<Petition>, NewNoticeError> {
        match self.find_by_id(text).await {
            Ok(petition) => Ok(petition),
            Err(PetitionError::Storage(error)) => Err(error.into()),
            Err(_) => Err(NewNoticeError::Unknown),
        }
    }
}

impl From<NewNoticeError> for WebProblem {
    fn from(error: NewNoticeError) -> Self {
        match error {
            NewNoticeError::Unknown => PetitionError::Unknown.into(),
            NewNoticeError::Notice(NoticeError::Signature) => Problem::SignatureNotValid.into(),
            NewNoticeError::Notice(error) => Self::with_detail(Problem::NoticeNotValid, error),
            NewNoticeError::Rule(rule) => Self::with_detail(Problem::NoticeNotValid, rule),
            NewNoticeError::Closed => Problem::Closed.into(),
            NewNoticeError::TooMany => Problem::TooManyNotices.into(),
            NewNoticeError::LogBehind | NewNoticeError::Storage(_) => Self::internal(&error),
        }
    }
}

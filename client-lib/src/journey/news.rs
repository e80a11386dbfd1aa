use undersign_protocol::petition::{PetitionDocument, VerifiedManifest, effective_closes_at};
use undersign_protocol::timestamp::Timestamp;

use super::TokenHeld;
use crate::notices::{self, NoticesError};
use crate::published::{WatchError, open};
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Malformed, Response};

/// When a petition ends, by what its log says now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// The manifest's time, or an earlier one of a notice.
    pub closes_at: Timestamp,
    /// First moment at which nothing more is taken.
    pub ends_at: Timestamp,
}

/// Why nothing was learnt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewsError {
    /// An answer is not what was asked for.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The petition is another one, or not valid.
    #[error("the server does not show the petition that is being signed")]
    Petition,
    /// The log's head is not believed.
    #[error(transparent)]
    Log(#[from] WatchError),
    /// The notices are not.
    #[error(transparent)]
    Notices(#[from] NoticesError),
}

impl TokenHeld {
    /// Asks when the petition ends, once a token that was held for a while is refused as too late. That is no question before it: the
    /// server alone knows whether it has taken this token already. The origin alone is asked, so the issuer does not see when a token is
    /// handed in.
    pub fn news_requests(&self) -> Vec<Request> {
        let (origin, petition_id) = (&self.terms.endpoints.origin, self.terms.petition_id);
        let paths = ["", "/log/checkpoint", "/notices"].map(|end| format!("/v1/petitions/{petition_id}{end}"));
        paths.iter().map(|path| Request::get(Side::Anonymous, Stage::PublicLog, origin, path)).collect()
    }

    /// Takes the answers, in the order of the requests. Notices are believed only with a proof that they are in the log.
    pub fn news_answered(&self, responses: &[Response]) -> Result<News, NewsError> {
        let [petition, checkpoint, notices] = responses else { return Err(AnswerError::from(Malformed).into()) };
        let document: PetitionDocument = petition.expect_json(200)?;
        let petition = VerifiedManifest::verify(document.manifest.get().as_bytes(), document.organiser_signature)
            .ok()
            .filter(|petition| petition.petition_id() == self.terms.petition_id)
            .ok_or(NewsError::Petition)?;
        let checkpoint = open(checkpoint, &self.terms.checkpoint_key())?;
        let notices = notices.expect(200).map_err(AnswerError::from)?;
        let notices = notices::read(notices, &petition, &checkpoint)?;
        let closes_at = effective_closes_at(petition.manifest(), &notices);
        Ok(News { closes_at, ends_at: closes_at.plus(petition.manifest().grace) })
    }
}

//! Evidence that a petition was checked.

use undersign_protocol::petition::{
    Manifest, PetitionId, PetitionState, PetitionSummary, VerifiedManifest, VerifiedNotice, effective_closes_at,
};
use undersign_protocol::public_log::{Checkpoint, CheckpointKey, TilePath};
use undersign_protocol::tally::TotalDocument;
use undersign_protocol::timestamp::Timestamp;

use crate::endpoints::{Base, Endpoints};
use crate::log_reader::LogError;
use crate::oblivious::Announced;
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Response};

/// A petition that passed every check of [`check`](crate::checks::check). There is no other way to make one, and no journey begins
/// without one.
#[derive(Debug, Clone)]
pub struct CheckedPetition {
    petition: VerifiedManifest,
    state: PetitionState,
    endpoints: Endpoints,
    trust: Trust,
    run: Vec<PetitionSummary>,
    checkpoint: Checkpoint,
    checkpoint_note: String,
    notices: Vec<VerifiedNotice>,
    announced: Announced,
}

/// What stands behind the checks besides the server's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trust {
    pub is_pinned: bool,
    pub is_witnessed: bool,
}

/// Why a total is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TotalError {
    /// The answer is not what was asked for.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The checkpoint beside the numbers is not one of the petition's log.
    #[error("the total's checkpoint cannot be believed: {0}")]
    Checkpoint(LogError),
    /// The numbers contradict each other, or are those of another tree than the checkpoint's.
    #[error("the numbers of the total do not fit each other")]
    Numbers,
}

impl CheckedPetition {
    pub(crate) fn new(
        petition: VerifiedManifest,
        state: PetitionState,
        endpoints: Endpoints,
        trust: Trust,
        run: Vec<PetitionSummary>,
        (checkpoint, checkpoint_note): (Checkpoint, String),
        notices: Vec<VerifiedNotice>,
    ) -> Self {
        Self {
            petition,
            state,
            endpoints,
            trust,
            run,
            checkpoint,
            checkpoint_note,
            notices,
            announced: Announced::default(),
        }
    }

    /// Notes that it was checked under a witness policy.
    pub(crate) fn witnessed(&mut self) {
        self.trust.is_witnessed = true;
    }

    /// The petition with its id and signature.
    pub fn verified(&self) -> &VerifiedManifest {
        &self.petition
    }

    /// The petition.
    pub fn manifest(&self) -> &Manifest {
        self.petition.manifest()
    }

    /// Hash of the manifest.
    pub fn petition_id(&self) -> PetitionId {
        self.petition.petition_id()
    }

    /// Where it is in its life, by the issuer's list.
    pub fn state(&self) -> PetitionState {
        self.state
    }

    /// What was said about it since, in the order of its log.
    pub fn notices(&self) -> &[VerifiedNotice] {
        &self.notices
    }

    /// When it closes: the manifest's time, or an earlier one of a notice.
    pub fn closes_at(&self) -> Timestamp {
        effective_closes_at(self.manifest(), &self.notices)
    }

    /// First moment at which nothing more is taken.
    pub fn ends_at(&self) -> Timestamp {
        self.closes_at().plus(self.manifest().grace)
    }

    /// Whether its text is not to be shown any more, and nobody is to sign it.
    pub fn is_taken_down(&self) -> bool {
        self.notices.iter().any(VerifiedNotice::takes_down)
    }

    /// Whether the link named the petition_id. Without a pin, the host could show each visitor another petition.
    pub fn is_pinned(&self) -> bool {
        self.trust.is_pinned
    }

    pub(crate) fn reached_by(&mut self, announced: Announced) {
        self.announced = announced;
    }

    /// The relays that the host's log announces, and the keys of its gateway: for handing in without showing where one is. Empty where
    /// the petition was checked without [`check_under`](crate::checks::check_under).
    pub fn announced(&self) -> &Announced {
        &self.announced
    }

    /// The onion service that the host's log announces for this host. The host's word, and everybody's the same as far as the log is.
    pub fn onion(&self) -> Option<&Base> {
        self.announced.onion()
    }

    /// Whether the host's log and the petition's are cosigned as a witness policy demands.
    pub fn is_witnessed(&self) -> bool {
        self.trust.is_witnessed
    }

    /// Where both sides are.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The open petitions whose tokens are asked for together, this one among them, in the order in which they are asked for; empty
    /// before it opens. Their titles are the issuer's word.
    pub fn run(&self) -> &[PetitionSummary] {
        &self.run
    }

    /// The newest signed head of the petition's log.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed note that the head was read from: evidence, should another head contradict it.
    pub fn checkpoint_note(&self) -> &str {
        &self.checkpoint_note
    }

    /// Asks for a bundle of the log's entries.
    pub fn bundle_request(&self, path: &TilePath) -> Request {
        let path = format!("/v1/petitions/{}/log/tile/{path}", self.petition_id());
        Request::get(Side::Anonymous, Stage::PublicLog, &self.endpoints.origin, &path)
    }

    /// The log's key under its name.
    pub fn log_key(&self) -> CheckpointKey {
        CheckpointKey::new(self.petition.log_origin(), self.manifest().log.public_key)
    }

    /// Asks for the total.
    pub fn total_request(&self) -> Request {
        let path = format!("/v1/petitions/{}/total", self.petition_id());
        Request::get(Side::Anonymous, Stage::PublicLog, &self.endpoints.origin, &path)
    }

    /// Takes the total, as [`check_total`] does.
    pub fn total(&self, response: &Response) -> Result<TotalDocument, TotalError> {
        check_total(response.expect_json(200)?, &self.log_key())
    }
}

/// Checks a total: its checkpoint must be signed by the petition's log and of the tree that the numbers are of. That the log holds as
/// many valid signatures is what an audit recounts.
pub fn check_total(total: TotalDocument, log_key: &CheckpointKey) -> Result<TotalDocument, TotalError> {
    let checkpoint =
        Checkpoint::open(&total.checkpoint, log_key).map_err(|error| TotalError::Checkpoint(error.into()))?;
    let fits = checkpoint.tree_size == total.tree_size
        && checkpoint.root == total.root
        && total.signatures.checked_sub(total.withdrawals) == Some(total.total)
        && total.signatures <= total.issued
        && total.signatures.saturating_add(total.withdrawals) < total.tree_size;
    if fits { Ok(total) } else { Err(TotalError::Numbers) }
}

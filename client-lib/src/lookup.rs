//! Which documents a client fetches before it believes a petition, in two rounds. Nothing is believed here: what is read is only
//! used to know what to ask next. [`check`](crate::checks::check) reads it all again and decides.

use undersign_protocol::json;
use undersign_protocol::petition::{PetitionDocument, VerifiedManifest};
use undersign_protocol::public_log::{Checkpoint, CheckpointKey, HostLogKey};

use crate::checks::CheckError;
use crate::endpoints::{Base, Endpoints};
use crate::link::PetitionLink;
use crate::log_reader::{LogError, tiles};
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Malformed, Refusal, Response};

/// Most entries of a host's log that are read.
const MAX_HOST_ENTRIES: u64 = 1 << 16;

/// Everything that [`check`](crate::checks::check) reads: bodies as they were received.
pub struct PetitionDocuments {
    /// `GET /v1/petitions/{slug}`, from the origin.
    pub petition: Vec<u8>,
    /// `GET /v1/petitions`, from the issuer.
    pub list: Vec<u8>,
    /// `GET /.well-known/private-token-issuer-directory`, from the issuer.
    pub directory: Vec<u8>,
    /// `GET /v1/log/key`, from the origin: a [`HostLogKey`].
    pub host_log_key: Vec<u8>,
    /// `GET /v1/log/checkpoint`, from the origin.
    pub host_checkpoint: Vec<u8>,
    /// `GET /v1/log/tile/entries/…`, from the origin: every bundle below that checkpoint, in order.
    pub host_entries: Vec<Vec<u8>>,
    /// `GET /v1/petitions/{petition_id}/log/checkpoint`, from the origin.
    pub checkpoint: Vec<u8>,
    /// `GET /v1/petitions/{petition_id}/notices`, from the origin.
    pub notices: Vec<u8>,
}

/// Why a petition cannot be looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// An answer is not what was asked for.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// What came is not even enough to ask on.
    #[error(transparent)]
    Check(#[from] CheckError),
}

/// Waits for the first three answers.
pub struct FirstRound {
    base: Base,
}

/// Waits for the others.
pub struct SecondRound {
    petition: Vec<u8>,
    host_log_key: Vec<u8>,
    host_checkpoint: Vec<u8>,
}

/// Asks for the petition and for what the host log says. The answers go to [`FirstRound::answered`] in the same order.
pub fn start(base: &Base, link: &PetitionLink) -> (FirstRound, Vec<Request>) {
    let get = |path: &str| Request::get(Side::Anonymous, Stage::Petition, base, path);
    let requests = vec![get(&format!("/v1/petitions/{}", link.slug)), get("/v1/log/key"), get("/v1/log/checkpoint")];
    (FirstRound { base: base.clone() }, requests)
}

impl FirstRound {
    /// Asks for what the first answers name: the issuer's list and directory, the petition's checkpoint and notices, the
    /// host log's entries.
    pub fn answered(self, responses: Vec<Response>) -> Result<(SecondRound, Vec<Request>), LookupError> {
        let [petition, host_log_key, host_checkpoint] = bodies(responses)?.try_into().map_err(|_| malformed())?;
        let document: PetitionDocument = json::from_slice(&petition).map_err(|_| malformed())?;
        let manifest = VerifiedManifest::verify(document.manifest.get().as_bytes(), document.organiser_signature)
            .map_err(CheckError::from)?;
        let endpoints = Endpoints::of(manifest.manifest(), &self.base).map_err(CheckError::from)?;
        let tree_size = host_tree_size(&host_log_key, &host_checkpoint)?;
        let petition_id = manifest.petition_id();
        let get = |path: &str| Request::get(Side::Anonymous, Stage::Petition, &self.base, path);
        let mut requests = vec![
            list_request(&endpoints.issuer),
            Request::get(
                Side::Identified,
                Stage::Petition,
                &endpoints.issuer,
                "/.well-known/private-token-issuer-directory",
            ),
            get(&format!("/v1/petitions/{petition_id}/log/checkpoint")),
            get(&format!("/v1/petitions/{petition_id}/notices")),
        ];
        let entries = tiles(None, 0, tree_size);
        for path in entries {
            requests.push(get(&format!("/v1/log/tile/{path}")));
        }
        Ok((SecondRound { petition, host_log_key, host_checkpoint }, requests))
    }
}

impl SecondRound {
    /// Takes the other answers, in the order of the requests.
    pub fn answered(self, responses: Vec<Response>) -> Result<PetitionDocuments, LookupError> {
        let mut bodies = bodies(responses)?;
        let host_entries = bodies.split_off(bodies.len().min(4));
        let [list, directory, checkpoint, notices] = bodies.try_into().map_err(|_| malformed())?;
        let Self { petition, host_log_key, host_checkpoint } = self;
        Ok(PetitionDocuments {
            petition,
            list,
            directory,
            host_log_key,
            host_checkpoint,
            host_entries,
            checkpoint,
            notices,
        })
    }
}

/// Asks for the list of all petitions. It is taken from the issuer, because the run that tokens are asked for is the issuer's.
pub fn list_request(base: &Base) -> Request {
    Request::get(Side::Identified, Stage::Petition, base, "/v1/petitions")
}

/// How many entries a host's log is said to have, which is not believed yet.
pub(crate) fn host_tree_size(key: &[u8], checkpoint: &[u8]) -> Result<u64, LookupError> {
    let key: HostLogKey = json::from_slice(key).map_err(|_| malformed())?;
    let note = std::str::from_utf8(checkpoint).map_err(|_| malformed())?;
    let tree_size = Checkpoint::open(note, &CheckpointKey::new(key.origin, key.public_key))
        .map_err(|error| CheckError::HostLog(error.into()))?
        .tree_size;
    if tree_size > MAX_HOST_ENTRIES {
        return Err(CheckError::HostLog(LogError::TooLarge).into());
    }
    Ok(tree_size)
}

pub(crate) fn bodies(responses: Vec<Response>) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut bodies = Vec::with_capacity(responses.len());
    for response in responses {
        bodies.push(response.expect(200)?.to_vec());
    }
    Ok(bodies)
}

pub(crate) fn malformed() -> LookupError {
    LookupError::Answer(Malformed.into())
}

impl From<Refusal> for LookupError {
    fn from(refusal: Refusal) -> Self {
        Self::Answer(refusal.into())
    }
}

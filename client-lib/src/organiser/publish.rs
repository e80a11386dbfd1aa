use rand_core::CryptoRng;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::json::{self, Raw};
use undersign_protocol::petition::{
    ManifestError, PetitionDocument, PetitionState, PrepareNonce, PrepareRequest, PreparedAnonymous,
    PreparedIdentified, PublishRequest, ReviewAnswer, ReviewNonce, ReviewQuestion, Slug, VerifiedManifest,
};
use undersign_protocol::timestamp::Timestamp;

use crate::endpoints::Base;
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Response};

/// Why a publication is not done.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The server refused, or its answer is not well-formed.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The server says that it published something else.
    #[error("the server answered with another petition than the one that was sent")]
    OtherPetition,
}

/// Why bytes are not a kept publication.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// Not the JSON of one.
    #[error("not a signed manifest")]
    Form,
    /// The manifest or its signature is not valid.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// Asks a side for the keys that the manifest will name. The same organiser and slug get the same keys for a day, so this may be
/// repeated.
pub fn prepare_request(side: Side, base: &Base, slug: &Slug, key: &SecretKey, rng: &mut impl CryptoRng) -> Request {
    let mut nonce = [0; PrepareNonce::SIZE];
    rng.fill_bytes(&mut nonce);
    Request::post(side, Stage::Petition, base, "/v1/petitions/prepare").json(&PrepareRequest::sign(
        slug.clone(),
        nonce.into(),
        key,
    ))
}

/// The identified side's answer to [`prepare_request`].
pub fn read_prepared_identified(response: &Response) -> Result<PreparedIdentified, PublishError> {
    Ok(response.expect_json(200)?)
}

/// The anonymous side's answer to [`prepare_request`].
pub fn read_prepared_anonymous(response: &Response) -> Result<PreparedAnonymous, PublishError> {
    Ok(response.expect_json(200)?)
}

/// Publishes at a side. A repeat with the same manifest gets the same answer.
pub fn publish_request(side: Side, base: &Base, manifest: &VerifiedManifest) -> Request {
    Request::post(side, Stage::Petition, base, "/v1/petitions").json(&body(manifest))
}

/// A side's answer to [`publish_request`]: the state of exactly this petition.
pub fn read_published(response: &Response, manifest: &VerifiedManifest) -> Result<PetitionState, PublishError> {
    let document: PetitionDocument = response.expect_json(200)?;
    let same = document.petition_id == manifest.petition_id()
        && document.manifest.get().as_bytes() == manifest.canonical()
        && document.organiser_signature == *manifest.organiser_signature();
    if same { Ok(document.state) } else { Err(PublishError::OtherPetition) }
}

/// The same where a petition may have to wait: `None` says that it does, and [`review_request`] asks where it stands.
pub fn read_handed_in(response: &Response, manifest: &VerifiedManifest) -> Result<Option<PetitionState>, PublishError> {
    if response.status != 202 {
        return read_published(response, manifest).map(Some);
    }
    let answer: ReviewAnswer = response.expect_json(202)?;
    if answer.petition_id == manifest.petition_id() { Ok(None) } else { Err(PublishError::OtherPetition) }
}

/// Asks a side where a petition stands that waits for the operator's moderator. Each question is signed anew: a server answers none twice.
pub fn review_request(
    side: Side,
    base: &Base,
    manifest: &VerifiedManifest,
    key: &SecretKey,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Request {
    let mut nonce = [0; ReviewNonce::SIZE];
    rng.fill_bytes(&mut nonce);
    let petition_id = manifest.petition_id();
    let question = ReviewQuestion::sign(&petition_id, now, nonce.into(), key);
    Request::post(side, Stage::Petition, base, &format!("/v1/petitions/{petition_id}/review")).json(&question)
}

/// A side's answer to [`review_request`].
pub fn read_review(response: &Response, manifest: &VerifiedManifest) -> Result<ReviewAnswer, PublishError> {
    let answer: ReviewAnswer = response.expect_json(200)?;
    if answer.petition_id == manifest.petition_id() { Ok(answer) } else { Err(PublishError::OtherPetition) }
}

/// Hands in the picture that a published manifest names, as it is on the organiser's disk. A repeat gets the same answer.
pub fn picture_request(base: &Base, manifest: &VerifiedManifest, file: Vec<u8>) -> Request {
    let path = format!("/v1/petitions/{}/picture", manifest.petition_id());
    Request::post(Side::Anonymous, Stage::Petition, base, &path).body("application/octet-stream", file)
}

/// The anonymous side's answer to [`picture_request`].
pub fn read_picture_answer(response: &Response) -> Result<(), PublishError> {
    response.expect(204).map(drop).map_err(|refusal| AnswerError::from(refusal).into())
}

/// A signed manifest as it is kept and posted: the body of `POST /v1/petitions`.
pub fn format_publication(manifest: &VerifiedManifest) -> Vec<u8> {
    json::to_vec(&body(manifest))
}

/// Reads a kept publication, and verifies it like one that was received.
pub fn parse_publication(bytes: &[u8]) -> Result<VerifiedManifest, PublicationError> {
    let request: PublishRequest = json::from_slice(bytes).map_err(|_| PublicationError::Form)?;
    Ok(VerifiedManifest::verify(request.manifest.get().as_bytes(), request.organiser_signature)?)
}

fn body(manifest: &VerifiedManifest) -> PublishRequest {
    let canonical = String::from_utf8_lossy(manifest.canonical()).into_owned();
    PublishRequest {
        // Unwrap safety: a verified manifest is canonical JSON, and so UTF-8.
        manifest: Raw::new(canonical).expect("canonical JSON"),
        organiser_signature: *manifest.organiser_signature(),
    }
}

use rand_core::CryptoRng;
use undersign_protocol::daily_counts::{CountedBy, CountedDays, CountsNonce, CountsRequest};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::Timestamp;

use super::PublishError;
use crate::endpoints::Endpoints;
use crate::request::{Request, Side, Stage};
use crate::response::Response;

/// Asks a side what it has counted of a petition, as its organiser. It is answered once: a repeat is a new request.
pub fn counts_request(
    side: Side,
    endpoints: &Endpoints,
    petition_id: &PetitionId,
    now: Timestamp,
    key: &SecretKey,
    rng: &mut impl CryptoRng,
) -> Request {
    let mut nonce = [0; CountsNonce::SIZE];
    rng.fill_bytes(&mut nonce);
    let (base, counted_by, what) = match side {
        Side::Identified => (&endpoints.issuer, CountedBy::Issuer, "issued"),
        Side::Anonymous => (&endpoints.origin, CountedBy::Origin, "total"),
    };
    let path = format!("/v1/petitions/{petition_id}/{what}/days");
    Request::post(side, Stage::Petition, base, &path).json(&CountsRequest::sign(
        petition_id,
        counted_by,
        now.day(),
        nonce.into(),
        key,
    ))
}

/// A side's answer to [`counts_request`].
pub fn read_counts(response: &Response) -> Result<CountedDays, PublishError> {
    Ok(response.expect_json(200)?)
}

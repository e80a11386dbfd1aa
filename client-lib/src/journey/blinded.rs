use rand_core::CryptoRng;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{BatchTokenRequest, TokenKey, TokenRequest, media_type};
use undersign_protocol::petition::{PetitionId, Slug};
use undersign_protocol::redemption::{Nonce, TokenInput, WithdrawalKey};
use zeroize::Zeroizing;

use super::Terms;
use crate::blind::{BlindError, BlindingSecret, blind};
use crate::checks::TOKEN_REQUEST_PATH;
use crate::request::{Request, Side};

/// One petition of the run: the request that is sent and the secrets that make its answer a token.
pub(crate) struct Blinded {
    pub petition_id: PetitionId,
    pub slug: Slug,
    pub key: TokenKey,
    pub nonce: Nonce,
    pub request: TokenRequest,
    pub secret: BlindingSecret,
}

/// What is asked for together, in the order of the request. Never empty; `wanted` is an index into it.
pub(crate) struct Run {
    pub elements: Vec<Blinded>,
    pub wanted: usize,
}

impl Blinded {
    /// Draws a nonce and blinds. The nonce is the hash of a withdrawal key that is forgotten at once: no receipt is kept.
    pub fn new(
        terms: &Terms,
        petition_id: PetitionId,
        slug: Slug,
        key: TokenKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, BlindError> {
        let mut withdrawal_key = Zeroizing::new([0; 32]);
        rng.fill_bytes(withdrawal_key.as_mut());
        let nonce = WithdrawalKey::from_bytes(*withdrawal_key).nonce();
        let (request, secret) = blind(&key, &Self::input(terms, &petition_id, &key, nonce), rng)?;
        Ok(Self { petition_id, slug, key, nonce, request, secret })
    }

    /// What the token will be signed over.
    pub fn token_input(&self, terms: &Terms) -> TokenInput {
        Self::input(terms, &self.petition_id, &self.key, self.nonce)
    }

    fn input(terms: &Terms, petition_id: &PetitionId, key: &TokenKey, nonce: Nonce) -> TokenInput {
        TokenInput { nonce, challenge_digest: terms.challenge(petition_id).digest(), token_key_id: key.id() }
    }
}

impl Run {
    /// The exact body that is posted to `/v1/token-requests`, and its media type. It is the same, byte for byte, each time.
    pub fn body(&self) -> (&'static str, Vec<u8>) {
        match self.elements.as_slice() {
            [only] => (media_type::TOKEN_REQUEST, only.request.encode()),
            several => {
                let token_requests = several.iter().map(|element| element.request.clone()).collect();
                (media_type::BATCH_REQUEST, BatchTokenRequest { token_requests }.encode())
            }
        }
    }

    pub fn digest(&self) -> RequestDigest {
        RequestDigest::of(&self.body().1)
    }

    /// Asks for the tokens; the server holds the answer for up to 20 seconds while the address is not confirmed.
    pub fn token_request(&self, terms: &Terms) -> Request {
        let (media_type, body) = self.body();
        let accept = if self.elements.len() == 1 { media_type::TOKEN_RESPONSE } else { media_type::BATCH_RESPONSE };
        Request::post(Side::Identified, &terms.endpoints.issuer, TOKEN_REQUEST_PATH)
            .header("accept", accept.to_owned())
            .header("prefer", "wait=20".to_owned())
            .body(media_type, body)
    }
}

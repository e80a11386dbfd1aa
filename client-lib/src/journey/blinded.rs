use rand_core::CryptoRng;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{BatchTokenRequest, TokenKey, TokenRequest, media_type};
use undersign_protocol::petition::{PetitionId, Slug};
use undersign_protocol::redemption::{Nonce, TokenInput, WithdrawalKey};
use zeroize::Zeroize as _;

use super::{Keys, Terms};
use crate::blind::{BlindError, BlindingSecret, blind};
use crate::checks::TOKEN_REQUEST_PATH;
use crate::request::{Request, Side, Stage};

/// One petition of the run: the request that is sent and the secrets that make its answer a token.
pub(crate) struct Blinded {
    pub petition_id: PetitionId,
    pub slug: Slug,
    pub key: TokenKey,
    pub nonce: Nonce,
    /// Where a receipt may be asked for at the end.
    pub withdrawal_key: Option<WithdrawalKey>,
    pub request: TokenRequest,
    pub secret: BlindingSecret,
}

/// What is asked for together, in the order of the request. Never empty; `wanted` is an index into it.
pub(crate) struct Run {
    pub elements: Vec<Blinded>,
    pub wanted: usize,
}

impl Blinded {
    /// Draws a nonce and blinds. The nonce is the hash of a withdrawal key.
    pub fn new(
        terms: &Terms,
        petition_id: PetitionId,
        slug: Slug,
        key: TokenKey,
        keys: Keys,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, BlindError> {
        let withdrawal_key = draw_key(rng);
        let nonce = withdrawal_key.nonce();
        let withdrawal_key = (keys == Keys::Keep).then_some(withdrawal_key);
        let (request, secret) = blind(&key, &Self::input(terms, &petition_id, &key, nonce), rng)?;
        Ok(Self { petition_id, slug, key, nonce, withdrawal_key, request, secret })
    }

    /// What the token will be signed over.
    pub fn token_input(&self, terms: &Terms) -> TokenInput {
        Self::input(terms, &self.petition_id, &self.key, self.nonce)
    }

    fn input(terms: &Terms, petition_id: &PetitionId, key: &TokenKey, nonce: Nonce) -> TokenInput {
        TokenInput { nonce, challenge_digest: terms.challenge(petition_id).digest(), token_key_id: key.id() }
    }
}

fn draw_key(rng: &mut impl CryptoRng) -> WithdrawalKey {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    let key = WithdrawalKey::from_bytes(bytes);
    bytes.zeroize();
    key
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

    /// Whether a receipt can be made at the end.
    pub fn keeps_keys(&self) -> bool {
        self.elements[self.wanted].withdrawal_key.is_some()
    }

    pub fn digest(&self) -> RequestDigest {
        RequestDigest::of(&self.body().1)
    }

    /// Asks for the tokens; the server holds the answer for up to 20 seconds while the address is not confirmed.
    pub fn token_request(&self, terms: &Terms) -> Request {
        let (media_type, body) = self.body();
        let accept = if self.elements.len() == 1 { media_type::TOKEN_RESPONSE } else { media_type::BATCH_RESPONSE };
        Request::post(Side::Identified, Stage::Issuance, &terms.endpoints.issuer, TOKEN_REQUEST_PATH)
            .header("accept", accept.to_owned())
            .header("prefer", "wait=20".to_owned())
            .body(media_type, body)
    }
}

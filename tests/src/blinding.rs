use getrandom::rand_core::Rng as _;
use undersign_client_lib::blind::{BlindingSecret, blind, finalize};
use undersign_protocol::email_verification::{CheckNumber, RequestDigest};
use undersign_protocol::issuance::{BatchTokenRequest, TokenKey, TokenRequest, TokenResponse};
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::redemption::{Nonce, Token, TokenInput};

use crate::signer::rng;

/// One token request and what makes its answer a token, outside of any journey.
pub struct Blinding {
    key: TokenKey,
    input: TokenInput,
    request: TokenRequest,
    secret: BlindingSecret,
}

impl Blinding {
    /// For a token of a petition.
    pub fn new(petition: &VerifiedManifest) -> Self {
        let mut nonce = [0; Nonce::SIZE];
        rng().fill_bytes(&mut nonce);
        Self::with_nonce(petition, nonce.into())
    }

    /// With a nonce of one's own; salt and blinding factor are drawn.
    pub fn with_nonce(petition: &VerifiedManifest, nonce: Nonce) -> Self {
        let key = petition.manifest().issuer.token_key;
        let input = TokenInput::of_petition(petition.manifest(), &petition.petition_id(), nonce);
        let (request, secret) = blind(&key, &input, &mut rng()).expect("an honest key");
        Self { key, input, request, secret }
    }

    /// The request, to be changed or put into a batch.
    pub fn request(&self) -> TokenRequest {
        self.request.clone()
    }

    /// The body of a request for this token alone.
    pub fn body(&self) -> Vec<u8> {
        self.request.encode()
    }

    /// What an address confirms for that body.
    pub fn digest(&self) -> RequestDigest {
        RequestDigest::of(&self.body())
    }

    /// The check number of that body.
    pub fn check(&self) -> CheckNumber {
        CheckNumber::of(&self.digest())
    }

    /// Unblinds an answer's body.
    pub fn token(self, body: &[u8]) -> Token {
        let response = TokenResponse::decode(body).expect("a token response");
        finalize(&self.key, &self.input, self.secret, &response).expect("a valid signature")
    }
}

/// The body of a request for several tokens.
pub fn batch<'a>(blindings: impl IntoIterator<Item = &'a Blinding>) -> Vec<u8> {
    BatchTokenRequest { token_requests: blindings.into_iter().map(Blinding::request).collect() }.encode()
}

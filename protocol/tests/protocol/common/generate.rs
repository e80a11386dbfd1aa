//! Values of every type, the formats' corners included.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use undersign_protocol::issuance::{
    BatchTokenRequest, BatchTokenResponse, NK, TokenChallenge, TokenKey, TokenRequest, TokenResponse,
};
use undersign_protocol::petition::{Language, Slug};
use undersign_protocol::redemption::{Token, TokenInput, WithdrawalKey};
use undersign_protocol::timestamp::Timestamp;

/// Any byte string of a fixed size.
pub fn bytes<T: From<[u8; N]> + std::fmt::Debug, const N: usize>() -> impl Strategy<Value = T> {
    any::<[u8; N]>().prop_map(T::from)
}

/// Any number, small ones and the largest more often.
pub fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..70_000u64, any::<u64>(), Just(u64::MAX)]
}

/// Any moment of the years 1970 to 9999.
pub fn timestamp() -> impl Strategy<Value = Timestamp> {
    (0..=Timestamp::MAX.seconds()).prop_map(|seconds| Timestamp::from_seconds(seconds).unwrap())
}

/// Any slug.
pub fn slug() -> impl Strategy<Value = Slug> {
    "[a-z0-9-]{1,40}".prop_map(|text| text.parse().unwrap())
}

/// Any language.
pub fn language() -> impl Strategy<Value = Language> {
    "[a-z]{2,3}".prop_map(|text| text.parse().unwrap())
}

/// Names as challenges have them; the sizes around which a length needs its second byte are among them.
pub fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[!-~]{1,40}", "[a-z.]{254,258}"]
}

/// Any challenge.
pub fn token_challenge() -> impl Strategy<Value = TokenChallenge> {
    let origin_info = prop_oneof![Just(String::new()), name()];
    (name(), option::of(any::<[u8; 32]>()), origin_info).prop_map(|(issuer_name, redemption_context, origin_info)| {
        TokenChallenge { issuer_name, redemption_context, origin_info }
    })
}

/// Keys whose modulus is the first allowed one from a random start: not products of two primes, which no parser can see.
pub fn token_key() -> impl Strategy<Value = TokenKey> {
    any::<[u8; NK]>().prop_map(token_key_from)
}

/// The first key from this start: the highest bit set, the last four bytes counted up until no small factor is left.
pub fn token_key_from(mut start: [u8; NK]) -> TokenKey {
    start[0] |= 0x80;
    (1..u32::MAX)
        .step_by(2)
        .find_map(|odd| {
            start[NK - 4..].copy_from_slice(&odd.to_be_bytes());
            TokenKey::from_modulus(start).ok()
        })
        .unwrap()
}

/// Any token request.
pub fn token_request() -> impl Strategy<Value = TokenRequest> {
    any::<(u8, [u8; NK])>()
        .prop_map(|(truncated_token_key_id, blinded_msg)| TokenRequest { truncated_token_key_id, blinded_msg })
}

/// Any token response.
pub fn token_response() -> impl Strategy<Value = TokenResponse> {
    any::<[u8; NK]>().prop_map(|blind_sig| TokenResponse { blind_sig })
}

/// Batches of one to 64 requests: their lengths need two and four bytes.
pub fn batch_request() -> impl Strategy<Value = BatchTokenRequest> {
    prop_oneof![vec(token_request(), 1..9), vec(token_request(), 62..65)]
        .prop_map(|token_requests| BatchTokenRequest { token_requests })
}

/// Batches of one to 80 responses, with gaps: their lengths need one, two and four bytes.
pub fn batch_response() -> impl Strategy<Value = BatchTokenResponse> {
    prop_oneof![vec(option::of(token_response()), 1..9), vec(Just(None), 1..80), vec(option::of(token_response()), 80)]
        .prop_map(|token_responses| BatchTokenResponse { token_responses })
}

/// Any token: its signature is not verified by parsing.
pub fn token() -> impl Strategy<Value = Token> {
    let input = (bytes(), bytes(), bytes()).prop_map(|(nonce, challenge_digest, token_key_id)| TokenInput {
        nonce,
        challenge_digest,
        token_key_id,
    });
    (input, any::<[u8; NK]>()).prop_map(|(input, authenticator)| Token { input, authenticator })
}

/// Any withdrawal key.
pub fn withdrawal_key() -> impl Strategy<Value = WithdrawalKey> {
    any::<[u8; 32]>().prop_map(WithdrawalKey::from_bytes)
}

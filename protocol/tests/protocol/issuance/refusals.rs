//! Encodings that other readers might take and ours must not.

use undersign_protocol::codec::{DecodeError, Reader, write_vector_varint};
use undersign_protocol::issuance::{
    BatchTokenRequest, BatchTokenResponse, NK, TokenChallenge, TokenRequest, TokenResponse,
};

fn challenge(issuer_name: &[u8], redemption_context: &[u8], origin_info: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 2];
    out.extend((issuer_name.len() as u16).to_be_bytes());
    out.extend(issuer_name);
    out.push(redemption_context.len() as u8);
    out.extend(redemption_context);
    out.extend((origin_info.len() as u16).to_be_bytes());
    out.extend(origin_info);
    out
}

#[test]
fn a_challenge_has_an_issuer() {
    assert_eq!(TokenChallenge::decode(&challenge(b"", &[], b"")), Err(DecodeError::Invalid("issuer_name")));
}

#[test]
fn a_challenge_has_ascii_names_without_spaces() {
    for name in [b"b\xc3\xbccher.example".as_slice(), b"a b", b"a\n", b"\x00", b"\xff"] {
        assert_eq!(TokenChallenge::decode(&challenge(name, &[], b"")), Err(DecodeError::Invalid("issuer_name")));
        assert_eq!(TokenChallenge::decode(&challenge(b"a", &[], name)), Err(DecodeError::Invalid("origin_info")));
    }
}

#[test]
fn a_redemption_context_has_no_or_32_bytes() {
    for size in 0..=255 {
        let decoded = TokenChallenge::decode(&challenge(b"issuer.example", &vec![7; size], b"origin.example"));
        assert_eq!(decoded.is_ok(), size == 0 || size == 32, "{size} bytes");
    }
}

#[test]
fn other_token_types_are_refused() {
    for token_type in [0u16, 1, 3, 5, 0x0200, 0xda7a, 0xffff] {
        let with_type = |rest: Vec<u8>| [token_type.to_be_bytes().as_slice(), &rest].concat();
        let refused = DecodeError::Invalid("token_type");
        let names = challenge(b"a", &[], b"")[2..].to_vec();
        assert_eq!(TokenChallenge::decode(&with_type(names)), Err(refused));
        assert_eq!(TokenRequest::decode(&with_type(vec![0; 1 + NK])), Err(refused));
        let requests = in_vector(&with_type(vec![0; 1 + NK]));
        assert_eq!(BatchTokenRequest::decode(&requests), Err(refused));
        let responses = in_vector(&[&[1], with_type(vec![0; NK]).as_slice()].concat());
        assert_eq!(BatchTokenResponse::decode(&responses), Err(refused));
    }
}

#[test]
fn a_batch_is_not_empty() {
    assert_eq!(BatchTokenRequest::decode(&[0]), Err(DecodeError::Invalid("token_requests")));
    assert_eq!(BatchTokenResponse::decode(&[0]), Err(DecodeError::Invalid("token_responses")));
}

#[test]
fn a_response_is_present_or_not() {
    for present in 2..=255 {
        assert_eq!(BatchTokenResponse::decode(&[1, present]), Err(DecodeError::Invalid("present")));
    }
}

/// RFC 9000 §16 allows longer lengths; they would give one batch several digests.
#[test]
fn a_length_is_as_short_as_it_can_be() {
    let batch = BatchTokenRequest { token_requests: vec![request(1), request(2)] };
    let encoding = batch.encode();
    assert_eq!(encoding[..2], [0x42, 0x06], "518 bytes behind two bytes of length");
    let elements = &encoding[2..];
    for longer in [&[0x80, 0, 2, 6][..], &[0xc0, 0, 0, 0, 0, 0, 2, 6]] {
        let longer = [longer, elements].concat();
        assert_eq!(BatchTokenRequest::decode(&longer), Err(DecodeError::Invalid("length")));
    }
    let response = BatchTokenResponse { token_responses: vec![None] };
    assert_eq!(response.encode(), [1, 0]);
    assert_eq!(BatchTokenResponse::decode(&[0x40, 1, 0]), Err(DecodeError::Invalid("length")));
}

/// The examples of RFC 9000 §A.1, as lengths.
#[test]
fn lengths_are_those_of_rfc_9000() {
    for (length, prefix) in
        [(37usize, &[0x25][..]), (15_293, &[0x7b, 0xbd]), (0, &[0]), (63, &[0x3f]), (64, &[0x40, 64])]
    {
        let mut out = Vec::new();
        write_vector_varint(&mut out, &vec![9; length]);
        assert_eq!(out[..prefix.len()], *prefix);
        assert_eq!(out.len(), prefix.len() + length);
        assert_eq!(Reader::new(&out).vector_varint(), Ok(vec![9; length].as_slice()));
    }
    let (four, eight) = ([0x9d, 0x7f, 0x3e, 0x7d], [0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c]);
    // 494,878,333 and 151,288,809,941,952,652 bytes are announced and none are there: nothing is allocated for them.
    assert_eq!(Reader::new(&four).vector_varint(), Err(DecodeError::Truncated));
    assert_eq!(Reader::new(&eight).vector_varint(), Err(DecodeError::Truncated));
}

#[test]
fn sizes_are_exact() {
    assert_eq!(TokenRequest::SIZE, 259);
    assert_eq!(request(0).encode().len(), TokenRequest::SIZE);
    for size in [0, 1, 255, 257, 512] {
        assert!(TokenResponse::decode(&vec![0; size]).is_err(), "{size} bytes");
    }
}

fn request(truncated_token_key_id: u8) -> TokenRequest {
    TokenRequest { truncated_token_key_id, blinded_msg: [5; NK] }
}

fn in_vector(elements: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_vector_varint(&mut out, elements);
    out
}

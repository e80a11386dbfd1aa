//! One size for every request, and another for every answer.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use undersign_protocol::codec::{DecodeError, write_vector_varint};
use undersign_protocol::oblivious::{
    ENCAPSULATED_REQUEST_SIZE, ENCAPSULATED_RESPONSE_SIZE, REQUEST_SIZE, RESPONSE_SIZE, pad, unpad_request,
    unpad_response,
};

use crate::common::laws::check;

/// A known-length request of RFC 9292 §3.1, with its empty trailer section.
fn requests() -> impl Strategy<Value = Vec<u8>> {
    (vec(vec(1..=u8::MAX, 0..70), 4), vec(any::<u8>(), 0..300), vec(any::<u8>(), 0..300)).prop_map(
        |(control_data, headers, content)| {
            let mut message = vec![0];
            control_data.iter().for_each(|part| write_vector_varint(&mut message, part));
            write_vector_varint(&mut message, &headers);
            write_vector_varint(&mut message, &content);
            message.push(0);
            message
        },
    )
}

fn responses() -> impl Strategy<Value = Vec<u8>> {
    (200..=599u16, vec(any::<u8>(), 0..300), vec(any::<u8>(), 0..1_000)).prop_map(|(status, headers, content)| {
        let mut message = vec![1];
        message.extend((0x4000 | status).to_be_bytes());
        write_vector_varint(&mut message, &headers);
        write_vector_varint(&mut message, &content);
        message.push(0);
        message
    })
}

#[test]
fn what_was_padded_is_found_again_and_padding_is_zeros() {
    check((requests(), responses(), any::<Index>(), 1..=u8::MAX), |(request, response, place, mask)| {
        for (message, size, unpad) in [
            (request, REQUEST_SIZE, unpad_request as fn(&[u8]) -> Result<&[u8], DecodeError>),
            (response, RESPONSE_SIZE, unpad_response),
        ] {
            let padded = pad(&message, size).unwrap();
            prop_assert_eq!(padded.len(), size);
            prop_assert_eq!(unpad(&padded), Ok(message.as_slice()));
            // Nothing hides behind the message.
            let mut other = padded.clone();
            other[message.len() + place.index(size - message.len())] ^= mask;
            prop_assert_eq!(unpad(&other), Err(DecodeError::Invalid("padding")));
            // One byte more or less is another size.
            prop_assert_eq!(unpad(&padded[..size - 1]), Err(DecodeError::Invalid("size")));
            let longer = [padded.as_slice(), &[0]].concat();
            prop_assert_eq!(unpad(&longer), Err(DecodeError::Invalid("size")));
        }
        Ok(())
    });
}

#[test]
fn any_bytes_are_read_without_panic_and_what_is_read_is_padded_to_the_same() {
    check(
        (vec(any::<u8>(), REQUEST_SIZE), vec(any::<u8>(), RESPONSE_SIZE), 0..2u8),
        |(mut request, mut response, kind)| {
            (request[0], response[0]) = (kind, kind);
            for (bytes, message) in [(&request, unpad_request(&request)), (&response, unpad_response(&response))] {
                if let Ok(message) = message {
                    prop_assert_eq!(&pad(message, bytes.len()).unwrap(), bytes);
                }
            }
            Ok(())
        },
    );
}

#[test]
fn other_messages_are_refused() {
    let request = |message: &[u8]| unpad_request(&pad(message, REQUEST_SIZE).unwrap()).map(<[u8]>::to_vec);
    let response = |message: &[u8]| unpad_response(&pad(message, RESPONSE_SIZE).unwrap()).map(<[u8]>::to_vec);
    // An answer in the place of a request, and messages of indeterminate length.
    for framing in 1..=3 {
        assert_eq!(request(&[framing]), Err(DecodeError::Invalid("framing")));
    }
    for framing in [0, 2, 3] {
        assert_eq!(response(&[framing]), Err(DecodeError::Invalid("framing")));
    }
    // A length that is written longer than it is.
    assert_eq!(request(&[0, 0x40, 1, b'G']), Err(DecodeError::Invalid("length")));
    // 100 Continue, and no status at all.
    assert_eq!(response(&[1, 0x40, 100]), Err(DecodeError::Invalid("status")));
    assert_eq!(response(&[1, 0x42, 0x58]), Err(DecodeError::Invalid("status")));
    // Trailers.
    assert_eq!(request(&[0, 0, 0, 0, 0, 0, 0, 1, 7]), Err(DecodeError::Invalid("trailers")));
    // A content that reaches beyond the end.
    assert_eq!(request(&[0, 0, 0, 0, 0, 0, 0x47, 0xff]), Err(DecodeError::Truncated));
    // What is larger does not fit.
    assert_eq!((pad(&[1; 5], 4), pad(&[1; 5], 5)), (None, Some(vec![1; 5])));
}

/// RFC 9458 §4.3 and §4.4, with the sizes of X25519 and ChaCha20-Poly1305.
#[test]
fn sealed_sizes_are_those_of_the_specification() {
    assert_eq!((REQUEST_SIZE, RESPONSE_SIZE), (1_024, 2_048));
    assert_eq!((ENCAPSULATED_REQUEST_SIZE, ENCAPSULATED_RESPONSE_SIZE), (1_079, 2_096));
}

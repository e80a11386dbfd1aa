//! Byte strings in base64url, with padding and without.

use proptest::collection::vec;
use proptest::prelude::*;
use undersign_protocol::bytes::{BytesError, from_base64url, from_padded_base64url, to_base64url, to_padded_base64url};
use undersign_protocol::ed25519::{PublicKey, Signature};
use undersign_protocol::petition::{PetitionId, PrepareNonce};

use crate::common::generate::bytes;
use crate::common::laws::{Format, check};

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[test]
fn base64url_keeps_the_laws() {
    let any_bytes = || vec(any::<u8>(), 1..200);
    Format {
        decode: |bytes| from_base64url(text(bytes)?).ok(),
        encode: |bytes: &Vec<u8>| to_base64url(bytes).into_bytes(),
    }
    .keeps_the_laws_of_open_length(any_bytes());
    Format {
        decode: |bytes| from_padded_base64url(text(bytes)?).ok(),
        encode: |bytes: &Vec<u8>| to_padded_base64url(bytes).into_bytes(),
    }
    .keeps_the_laws_of_open_length(any_bytes());
}

#[test]
fn byte_strings_keep_the_laws() {
    Format { decode: |bytes| text(bytes)?.parse().ok(), encode: |id: &PetitionId| id.to_string().into_bytes() }
        .keeps_the_laws(bytes());
    Format { decode: |bytes| text(bytes)?.parse().ok(), encode: |nonce: &PrepareNonce| nonce.to_string().into_bytes() }
        .keeps_the_laws(bytes());
    Format { decode: |bytes| text(bytes)?.parse().ok(), encode: |one: &Signature| one.to_string().into_bytes() }
        .keeps_the_laws(bytes());
    Format {
        decode: |bytes| serde_json::from_slice(bytes).ok(),
        encode: |key: &PublicKey| serde_json::to_vec(key).unwrap(),
    }
    .keeps_the_laws_of_json(bytes());
    Format { decode: |bytes| PublicKey::try_from(bytes).ok(), encode: |key| key.as_bytes().to_vec() }
        .keeps_the_laws(bytes());
}

/// RFC 4648 §10, and the two characters that base64url has instead of `+` and `/`.
#[test]
fn examples() {
    for (bytes, padded) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(to_padded_base64url(bytes.as_bytes()), padded);
        assert_eq!(to_base64url(bytes.as_bytes()), padded.trim_end_matches('='));
    }
    assert_eq!(to_base64url(&[0xfb, 0xff]), "-_8");
}

#[test]
fn other_encodings_are_refused() {
    for other in ["Zg==", "Zg=", "Zh", "Z", "Zg ", " Zg", "Z\ng", "+_8", "-/8", "Zm9vé"] {
        assert_eq!(from_base64url(other), Err(BytesError::Encoding), "{other:?}");
    }
    for other in ["Zg", "Zg=", "Zg===", "Zh==", "Z===", "=", "Zg==Zg==", "Zm9v=", "Zm9v====", "+_8=", "Zg==\n"] {
        assert_eq!(from_padded_base64url(other), Err(BytesError::Encoding), "{other:?}");
    }
}

#[test]
fn sizes_are_exact() {
    for size in (0..64).filter(|size| *size != 32) {
        assert_eq!(to_base64url(&vec![0; size]).parse::<PetitionId>(), Err(BytesError::Size));
        assert_eq!(PetitionId::try_from(vec![0; size].as_slice()), Err(BytesError::Size));
    }
    assert_eq!((PetitionId::SIZE, Signature::SIZE, PrepareNonce::SIZE), (32, 64, 16));
}

/// Leaves are sorted by hash and keys by value: as bytes, not as text.
#[test]
fn order_is_that_of_the_bytes() {
    check((bytes::<PetitionId, 32>(), bytes::<PetitionId, 32>()), |(one, other)| {
        prop_assert_eq!(one.cmp(&other), one.as_bytes().cmp(other.as_bytes()));
        prop_assert_eq!(format!("{one:?}"), format!("PetitionId({one})"));
        Ok(())
    });
}

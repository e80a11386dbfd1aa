//! Contents of tiles: entry bundles and hashes.

use proptest::collection::vec;
use proptest::prelude::*;
use undersign_protocol::codec::DecodeError;
use undersign_protocol::public_log::{Hash, TilePath, decode_entries, encode_entries};

use crate::common::laws::{Format, check};

/// A bundle of three entries.
const BUNDLE: Format<Vec<Vec<u8>>> = Format {
    decode: |bytes| Some(decode_entries(bytes, 3).ok()?.into_iter().map(<[u8]>::to_vec).collect()),
    encode: |entries| encode_entries(entries.iter().map(Vec::as_slice)),
};

#[test]
fn bundles_keep_the_laws() {
    BUNDLE.keeps_the_laws(vec(vec(any::<u8>(), 0..300), 3));
}

#[test]
fn a_bundle_has_exactly_the_width_that_was_asked_for() {
    check(vec(vec(any::<u8>(), 0..20), 0..=256), |entries| {
        let bundle = encode_entries(entries.iter().map(Vec::as_slice));
        let width = entries.len() as u64;
        let read = decode_entries(&bundle, width);
        prop_assert!(read.is_ok_and(|read| read.iter().zip(&entries).all(|(one, other)| one == other)));
        prop_assert_eq!(decode_entries(&bundle, width + 1), Err(DecodeError::Truncated));
        if width > 0 {
            prop_assert_eq!(decode_entries(&bundle, width - 1), Err(DecodeError::Trailing));
        }
        Ok(())
    });
    assert_eq!(decode_entries(&[0; 8], u64::MAX), Err(DecodeError::Truncated));
}

#[test]
fn an_entry_stands_behind_two_bytes_of_length() {
    let longest = vec![7; 65_535];
    let bundle = encode_entries([b"".as_slice(), b"abc", &longest]);
    assert_eq!(bundle[..9], [0, 0, 0, 3, b'a', b'b', b'c', 0xff, 0xff]);
    assert_eq!(decode_entries(&bundle, 3), Ok(vec![b"".as_slice(), b"abc", &longest]));
}

#[test]
#[should_panic(expected = "at most 65,535 bytes")]
fn a_longer_entry_is_never_shortened() {
    encode_entries([vec![7; 65_536].as_slice()]);
}

#[test]
fn a_tile_has_exactly_its_width_of_hashes() {
    let tile = |width| TilePath { level: Some(0), index: 0, width };
    for width in [1u64, 2, 255, 256] {
        let hashes: Vec<Hash> = (0..width).map(|place| Hash::of_leaf(&place.to_be_bytes())).collect();
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        assert_eq!(tile(width).decode_hashes(&bytes), Ok(hashes));
        assert_eq!(tile(width).decode_hashes(&bytes[1..]), Err(DecodeError::Truncated));
        assert_eq!(tile(width).decode_hashes(&[&bytes, [0].as_slice()].concat()), Err(DecodeError::Trailing));
    }
}

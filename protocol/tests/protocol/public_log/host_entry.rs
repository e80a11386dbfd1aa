//! Entries of a host's log.

use proptest::prelude::*;
use undersign_protocol::codec::DecodeError;
use undersign_protocol::public_log::{Announcement, Entry, HostEntry, host_log_origin};

use crate::common::generate::{bytes, slug};
use crate::common::laws::{Format, check};
use crate::common::manifest::{log_key, verified_example};

fn host_entries() -> impl Strategy<Value = HostEntry> {
    (bytes(), bytes(), slug()).prop_map(|(log_public_key, petition_id, slug)| {
        HostEntry::Announcement(Announcement { log_public_key, petition_id, slug })
    })
}

#[test]
fn keeps_the_laws() {
    Format { decode: |bytes| HostEntry::decode(bytes).ok(), encode: HostEntry::encode }.keeps_the_laws(host_entries());
}

/// An entry of one log must never pass for one of the other.
#[test]
fn no_entry_is_one_of_a_petitions_log() {
    check(host_entries(), |entry| {
        prop_assert_eq!(Entry::decode(&entry.encode()), Err(DecodeError::Invalid("kind")));
        Ok(())
    });
    for kind in (0..=u8::MAX).filter(|kind| *kind != 16) {
        assert_eq!(HostEntry::decode(&[kind, b'{', b'}']), Err(DecodeError::Invalid("kind")));
    }
}

#[test]
fn an_announcement_names_slug_petition_and_key() {
    let petition = verified_example();
    let announcement = Announcement::of(&petition);
    assert_eq!(announcement.log_public_key, log_key().public_key());
    assert_eq!(announcement.petition_id, petition.petition_id());
    assert_eq!(announcement.slug, petition.manifest().slug);
    let bytes = HostEntry::Announcement(announcement).encode();
    assert_eq!(bytes[0], 16);
    assert!(bytes[1..].starts_with(b"{\"log_public_key\":\""));
}

#[test]
fn only_canonical_json_is_read() {
    let canonical = HostEntry::Announcement(Announcement::of(&verified_example())).encode();
    let text = String::from_utf8(canonical[1..].to_vec()).unwrap();
    for other in [
        text.replacen(':', ": ", 1),
        text.replacen('{', "{\"a\":1,", 1),
        text.replacen("\"slug\"", "\"slug\":\"x\",\"slug\"", 1),
        format!("{text} "),
        String::new(),
    ] {
        let bytes = [[16].as_slice(), other.as_bytes()].concat();
        assert_eq!(HostEntry::decode(&bytes), Err(DecodeError::Invalid("announcement")), "{other}");
    }
}

#[test]
fn origins_are_those_of_the_design() {
    assert_eq!(host_log_origin("petitions.example:8443"), "petitions.example:8443/v1/log");
    let petition = verified_example();
    let expected = format!("petitions.example:8443/v1/petitions/{}/log", petition.petition_id());
    assert_eq!(petition.log_origin(), expected);
}

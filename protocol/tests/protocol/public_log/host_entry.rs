//! Entries of a host's log.

use proptest::prelude::*;
use undersign_protocol::base::Base;
use undersign_protocol::codec::DecodeError;
use undersign_protocol::oblivious::{KeyConfig, RelayUrl};
use undersign_protocol::public_log::{Announcement, Entry, HostEntry, KeyConfigEntry, Service, host_log_origin};

use crate::common::generate::{bytes, slug, timestamp};
use crate::common::laws::{Format, check};
use crate::common::manifest::{log_key, verified_example};

fn host_entries() -> impl Strategy<Value = HostEntry> {
    let announcements = (bytes(), bytes(), slug()).prop_map(|(log_public_key, petition_id, slug)| {
        HostEntry::Announcement(Announcement { log_public_key, petition_id, slug })
    });
    let base = |pattern: &'static str| pattern.prop_map(|text: String| text.parse::<Base>().unwrap());
    let onion = proptest::option::of(base("https?://[a-z2-7]{56}\\.onion(:[1-9][0-9]{1,3})?"));
    let relays = proptest::collection::btree_set("[a-z]{1,9}\\.example(/[a-z0-9]{1,5}\\.example){0,2}", 0..=16);
    let services = (onion, relays).prop_map(|(onion, hosts)| {
        let relays = hosts.iter().map(|host| format!("https://{host}").parse().unwrap()).collect();
        HostEntry::Service(Service::new(onion, relays).unwrap())
    });
    prop_oneof![announcements, services, key_configs().prop_map(HostEntry::KeyConfig)]
}

fn key_configs() -> impl Strategy<Value = KeyConfigEntry> {
    (any::<u8>(), any::<[u8; 32]>(), timestamp(), 1..=1_209_600u64).prop_filter_map("no end", |it| {
        let (key_id, public_key, not_before, time) = it;
        KeyConfigEntry::new(KeyConfig { key_id, public_key }, not_before, not_before.plus(time))
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
    for kind in (0..=u8::MAX).filter(|kind| ![16, 17, 18].contains(kind)) {
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

/// A browser reads announcements alone: it finds the same ones.
#[test]
fn an_announcement_is_read_alone_as_among_others() {
    check(host_entries(), |entry| {
        let bytes = entry.encode();
        let announced = match entry {
            HostEntry::Announcement(announcement) => Some(announcement),
            HostEntry::Service(_) | HostEntry::KeyConfig(_) => None,
        };
        prop_assert_eq!(Announcement::of_entry(&bytes).ok(), announced);
        Ok(())
    });
    assert_eq!(Announcement::of_entry(&[]), Err(DecodeError::Truncated));
    assert_eq!(HostEntry::decode(&[]), Err(DecodeError::Truncated));
}

#[test]
fn a_service_is_an_onion_and_relays_of_this_version() {
    let read = |text: &str| HostEntry::decode(&[[17].as_slice(), text.as_bytes()].concat());
    let onion: Base = "http://abcdefghij234567.onion".parse().unwrap();
    let service = HostEntry::Service(Service::new(Some(onion.clone()), Vec::new()).unwrap());
    assert_eq!(read(r#"{"onion":"http://abcdefghij234567.onion","relays":[],"version":1}"#), Ok(service));
    let none = HostEntry::Service(Service::new(None, Vec::new()).unwrap());
    assert_eq!(read(r#"{"onion":null,"relays":[],"version":1}"#), Ok(none));
    for other in [
        r#"{"onion":null,"relays":[],"version":2}"#,
        r#"{"onion":null,"relays":[]}"#,
        r#"{"relays":[],"version":1}"#,
        r#"{"onion":null,"ohttp":[],"relays":[],"version":1}"#,
        r#"{"onion":null,"relays":[], "version":1}"#,
        r#"{"onion":"https://petitions.example","relays":[],"version":1}"#,
        r#"{"onion":"http://127.0.0.1","relays":[],"version":1}"#,
        r#"{"onion":"http://abcdefghij234567.onion/","relays":[],"version":1}"#,
        r#"{"onion":null,"relays":["http://abcdefghij234567.onion"],"version":1}"#,
        r#"{"onion":null,"relays":["http://relay.example"],"version":1}"#,
        r#"{"onion":null,"relays":["https://relay.example/"],"version":1}"#,
        r#"{"onion":null,"relays":["https://a.example","https://a.example"],"version":1}"#,
    ] {
        assert_eq!(read(other), Err(DecodeError::Invalid("service announcement")), "{other}");
    }
    let relays = |count: usize| -> Vec<RelayUrl> {
        (0..count).map(|index| format!("https://r{index}.example").parse().unwrap()).collect()
    };
    assert!(Service::new(None, relays(16)).is_some() && Service::new(None, relays(17)).is_none());
    assert!(onion.is_onion() && !"https://onion.example".parse::<Base>().unwrap().is_onion());
}

#[test]
fn a_key_configuration_has_a_time_of_at_most_two_weeks() {
    let key = KeyConfig { key_id: 7, public_key: [9; 32] };
    let text = |not_after: &str, version: u8| {
        format!(
            r#"{{"key_config":"{key}","not_after":"{not_after}","not_before":"2026-12-03T00:00:00Z","version":{version}}}"#
        )
    };
    let read = |text: String| HostEntry::decode(&[[18].as_slice(), text.as_bytes()].concat());
    let entry = |not_after: &str| {
        let entry = KeyConfigEntry::new(key, "2026-12-03T00:00:00Z".parse().unwrap(), not_after.parse().unwrap());
        entry.map(HostEntry::KeyConfig).ok_or(DecodeError::Invalid("key configuration"))
    };
    for not_after in ["2026-12-03T00:00:01Z", "2026-12-11T00:00:00Z", "2026-12-17T00:00:00Z"] {
        assert!(entry(not_after).is_ok());
        assert_eq!(read(text(not_after, 1)), entry(not_after));
        assert_eq!(read(text(not_after, 2)), Err(DecodeError::Invalid("key configuration")));
    }
    for not_after in ["2026-12-02T23:59:59Z", "2026-12-03T00:00:00Z", "2026-12-17T00:00:01Z"] {
        assert_eq!(entry(not_after), Err(DecodeError::Invalid("key configuration")));
        assert_eq!(read(text(not_after, 1)), entry(not_after));
    }
}

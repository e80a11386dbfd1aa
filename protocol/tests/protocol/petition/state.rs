//! Where a petition is in its life, and how lists and documents say so.

use undersign_protocol::json::Raw;
use undersign_protocol::petition::{PetitionDocument, PetitionList, PetitionState, PetitionSummary, VerifiedManifest};
use undersign_protocol::timestamp::Timestamp;

use crate::common::manifest::{example, in_both, signed};

#[test]
fn each_state_begins_at_its_moment() {
    let manifest = example();
    let at = |text: &str| PetitionState::at(&manifest, text.parse().unwrap());
    assert_eq!(at("2026-11-30T23:59:59Z"), PetitionState::Announced);
    assert_eq!(at("2026-12-01T00:00:00Z"), PetitionState::Open);
    assert_eq!(at("2027-02-28T23:59:59Z"), PetitionState::Open);
    assert_eq!(at("2027-03-01T00:00:00Z"), PetitionState::Closing);
    assert_eq!(at("2027-03-02T23:59:59Z"), PetitionState::Closing);
    assert_eq!(at("2027-03-03T00:00:00Z"), PetitionState::Closed);
    assert_eq!(manifest.ends_at().to_string(), "2027-03-03T00:00:00Z");
}

#[test]
fn an_end_beyond_the_calendar_is_its_last_moment() {
    let mut manifest = example();
    manifest.closes_at = Timestamp::MAX;
    assert_eq!(manifest.ends_at(), Timestamp::MAX);
}

#[test]
fn a_list_has_the_members_of_the_design() {
    let summary = PetitionSummary {
        petition_id: [0; 32].into(),
        slug: "slug".parse().unwrap(),
        state: PetitionState::Announced,
        titles: in_both("One", "Один"),
        token_key: example().issuer.token_key,
        bundle: None,
    };
    let list = PetitionList { petitions: vec![summary] };
    let json = serde_json::to_value(&list).unwrap();
    let mut keys: Vec<&str> = json["petitions"][0].as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["bundle", "petition_id", "slug", "state", "titles", "token_key"]);
    assert_eq!(json["petitions"][0]["state"], "announced");
    assert_eq!(json["petitions"][0]["bundle"], serde_json::Value::Null);
    assert_eq!(serde_json::from_value::<PetitionList>(json).unwrap(), list);
}

/// Whoever hashes the manifest that a document carries must get the petition_id: not one byte may change on the way.
#[test]
fn a_document_carries_the_manifest_byte_for_byte() {
    let (canonical, organiser_signature) = signed(&example());
    let petition = VerifiedManifest::verify(&canonical, organiser_signature).unwrap();
    let document = PetitionDocument {
        petition_id: petition.petition_id(),
        state: PetitionState::Open,
        manifest: Raw::new(String::from_utf8(canonical.clone()).unwrap()).unwrap(),
        organiser_signature,
    };
    let received: PetitionDocument = serde_json::from_slice(&serde_json::to_vec(&document).unwrap()).unwrap();
    assert_eq!(received.manifest.get().as_bytes(), canonical);
    let verified = VerifiedManifest::verify(received.manifest.get().as_bytes(), received.organiser_signature).unwrap();
    assert_eq!(verified.petition_id(), received.petition_id);
}

//! Manifests, slugs and languages keep the laws.

use proptest::prelude::*;
use undersign_protocol::petition::{
    Language, Manifest, PetitionId, Slug, VerifiedManifest, from_canonical, to_canonical,
};

use crate::common::generate;
use crate::common::laws::{Format, check};
use crate::common::manifest::{manifests, signed, verified_example};

#[test]
fn manifest() {
    Format {
        decode: |bytes| from_canonical(bytes).ok(),
        encode: |manifest: &Manifest| to_canonical(manifest).unwrap(),
    }
    .keeps_the_laws(manifests());
}

#[test]
fn verified_manifest() {
    check((manifests(), any::<proptest::sample::Index>(), 1..=u8::MAX), |(manifest, place, mask)| {
        let (canonical, signature) = signed(&manifest);
        let verified = VerifiedManifest::verify(&canonical, signature);
        prop_assert!(verified.is_ok(), "{verified:?}");
        let verified = verified.unwrap();
        prop_assert_eq!(verified.canonical(), &*canonical);
        prop_assert_eq!(verified.petition_id(), PetitionId::of_manifest(&canonical));
        prop_assert_eq!(verified.manifest(), &manifest);
        let mut changed = canonical.clone();
        changed[place.index(canonical.len())] ^= mask;
        prop_assert!(VerifiedManifest::verify(&changed, signature).is_err());
        Ok(())
    });
}

#[test]
fn every_changed_bit_of_a_signature_is_refused() {
    let petition = verified_example();
    for bit in 0..512 {
        let mut signature = *petition.organiser_signature().as_bytes();
        signature[bit / 8] ^= 1 << (bit % 8);
        let refused = VerifiedManifest::verify(petition.canonical(), signature.into()).unwrap_err();
        assert_eq!(refused.to_string(), "the organiser's signature is not valid");
    }
}

#[test]
fn slug() {
    let format: Format<Slug> = Format {
        decode: |bytes| std::str::from_utf8(bytes).ok()?.parse().ok(),
        encode: |slug| slug.as_str().as_bytes().to_vec(),
    };
    format.keeps_the_laws_of_open_length(generate::slug());
    for text in ["", "A", "a b", "a_b", "ä", "а", "a.b", "a/b", "a%", "a\n", &"a".repeat(41)] {
        assert!(text.parse::<Slug>().is_err(), "{text:?}");
    }
    // In links a slug may stand where a petition_id stands.
    check(generate::bytes::<PetitionId, 32>(), |id| {
        prop_assert!(id.to_string().parse::<Slug>().is_err());
        Ok(())
    });
}

#[test]
fn language() {
    let format: Format<Language> = Format {
        decode: |bytes| std::str::from_utf8(bytes).ok()?.parse().ok(),
        encode: |language| language.as_str().as_bytes().to_vec(),
    };
    format.keeps_the_laws_of_open_length(generate::language());
    for text in ["", "e", "engl", "EN", "En", "e1", "e-", "en-US", "ру", " en", "en "] {
        assert!(text.parse::<Language>().is_err(), "{text:?}");
    }
}

#[test]
fn both_in_json_are_their_text() {
    check((generate::slug(), generate::language()), |(slug, language)| {
        let json = format!("[\"{slug}\",\"{language}\"]");
        prop_assert_eq!(serde_json::to_string(&(&slug, &language)).unwrap(), &*json);
        prop_assert_eq!(serde_json::from_str::<(Slug, Language)>(&json).unwrap(), (slug, language));
        Ok(())
    });
    assert!(serde_json::from_str::<Slug>("\"A\"").is_err());
    assert!(serde_json::from_str::<Language>("7").is_err());
}

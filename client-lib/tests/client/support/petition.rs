use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{
    Addressee, ByLanguage, Issuer, Localized, Log, Manifest, Organiser, Origin, PetitionId, Publication, Redemption,
    Tags, Text, VerifiedManifest, manifest_signing_text, to_canonical,
};
use undersign_protocol::timestamp::Timestamp;

use super::keys::token_key;

pub const HOST: &str = "petitions.example";

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// While the petitions are open.
pub fn now() -> Timestamp {
    time("2026-12-10T12:34:56Z")
}

pub fn organiser_key() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

/// The log key of the petition with this index.
pub fn log_key(index: usize) -> SecretKey {
    SecretKey::from_seed(&[10 + index as u8; 32])
}

pub fn statement_key() -> SecretKey {
    SecretKey::from_seed(&[2; 32])
}

pub fn slug(index: usize) -> String {
    format!("petition-{index}")
}

/// A petition's manifest, `index` from 0; each has its own RSA key.
pub fn manifest(index: usize) -> Manifest {
    let localized = |text: &str| Localized::from([("en".parse().unwrap(), text.to_owned())]);
    let text = Text {
        title: format!("Petition {index}"),
        summary: "A summary.".into(),
        body: "A body.".into(),
        demands: vec!["One demand.".into()],
        faq: vec![],
        help: String::new(),
    };
    Manifest {
        version: 1,
        slug: slug(index).parse().unwrap(),
        organiser: Organiser {
            name: localized("An organiser"),
            public_key: organiser_key().public_key(),
            recovery_key_hash: None,
        },
        texts: ByLanguage::from([("en".parse().unwrap(), text)]),
        addressees: vec![Addressee { name: localized("A minister"), reason: localized("Decides.") }],
        channels: vec![],
        support: vec![],
        picture: None,
        accent: None,
        replaces: None,
        opens_at: time("2026-12-01T00:00:00Z"),
        closes_at: time("2027-03-01T00:00:00Z"),
        grace: 172_800,
        goals: vec![100],
        publication: Publication { interval: 600, min_batch: 20, max_wait: 86_400 },
        redemption: Redemption::Immediate {},
        issuer: Issuer {
            name: HOST.into(),
            token_key: token_key(index),
            statement_key: statement_key().public_key(),
            address_rules: 1,
            tags: Tags::Local,
        },
        origin: Origin { host: HOST.into() },
        log: Log { public_key: log_key(index).public_key() },
    }
}

/// Signs a manifest as the organiser does.
pub fn publish(manifest: &Manifest) -> VerifiedManifest {
    let canonical = to_canonical(manifest).unwrap();
    let petition_id = PetitionId::of_manifest(&canonical);
    let signature = organiser_key().sign(&manifest_signing_text(&petition_id));
    VerifiedManifest::verify(&canonical, signature).unwrap()
}

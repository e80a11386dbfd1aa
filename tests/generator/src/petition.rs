use anyhow::Result;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{
    Addressee, ByLanguage, Issuer, Localized, Log, Manifest, Notice, NoticeContent, NoticeSigner, NoticeText,
    Organiser, Origin, PetitionId, Publication, Redemption, SignedNotice, Tags, Text, VerifiedManifest,
    manifest_signing_text, to_canonical,
};

use crate::rsa::Key;
use crate::seed;

/// Every host in the manifest: names come from there, never from where the files are served.
pub const HOST: &str = "petitions.example";
/// The petition's name in links.
pub const SLUG: &str = "generated";

/// A petition with every key that stands behind it.
pub struct Petition {
    /// Manifest, id and signature.
    pub verified: VerifiedManifest,
    /// Signs tokens.
    pub token_key: Key,
    /// Signs counts.
    pub statement_key: SecretKey,
    /// Signs checkpoints.
    pub log_key: SecretKey,
    /// Signs manifest and notices.
    pub organiser_key: SecretKey,
    /// Signs the host log's checkpoint.
    pub host_log_key: SecretKey,
}

impl Petition {
    /// The petition of a seed.
    pub fn of_seed(seed: u64) -> Result<Self> {
        let token_key = Key::of_seed(seed)?;
        let [statement_key, log_key, organiser_key, host_log_key] =
            ["statement", "log", "organiser", "host log"].map(|purpose| seed::key(seed, purpose));
        let issuer = Issuer {
            name: HOST.to_owned(),
            token_key: token_key.public()?,
            statement_key: statement_key.public_key(),
            address_rules: 1,
            tags: Tags::Local,
        };
        let manifest = manifest(issuer, organiser_key.public_key(), log_key.public_key())?;
        let canonical = to_canonical(&manifest)?;
        let signature = organiser_key.sign(&manifest_signing_text(&PetitionId::of_manifest(&canonical)));
        let verified = VerifiedManifest::verify(&canonical, signature)?;
        Ok(Self { verified, token_key, statement_key, log_key, organiser_key, host_log_key })
    }

    /// A notice of the organiser.
    pub fn notice(&self, title: &str, content: NoticeContent) -> Result<SignedNotice> {
        let text = NoticeText { title: title.to_owned(), body: "Thank you.".to_owned() };
        let notice = Notice {
            version: 1,
            petition_id: self.verified.petition_id(),
            signer: NoticeSigner::Organiser,
            published_at: "2026-07-01T12:00:00Z".parse()?,
            texts: ByLanguage::from([("en".parse()?, text)]),
            content,
            recovery_key: None,
        };
        Ok(SignedNotice::sign(&notice, &self.organiser_key)?)
    }
}

fn manifest(
    issuer: Issuer,
    organiser: undersign_protocol::ed25519::PublicKey,
    log: undersign_protocol::ed25519::PublicKey,
) -> Result<Manifest> {
    let english: undersign_protocol::petition::Language = "en".parse()?;
    let localized = |text: &str| Localized::from([(english.clone(), text.to_owned())]);
    let text = Text {
        title: "A generated petition".to_owned(),
        summary: "It was made to be recounted.".to_owned(),
        body: "Nobody has signed it: all keys follow from a number.".to_owned(),
        demands: vec!["Count what can be counted.".to_owned()],
        faq: vec![],
        help: String::new(),
    };
    Ok(Manifest {
        version: 1,
        slug: SLUG.parse()?,
        organiser: Organiser { name: localized("A generator of logs"), public_key: organiser, recovery_key_hash: None },
        texts: ByLanguage::from([(english.clone(), text)]),
        addressees: vec![Addressee { name: localized("Auditors"), reason: localized("They can count.") }],
        channels: vec![],
        support: vec![],
        picture: None,
        accent: None,
        replaces: None,
        opens_at: "2026-01-01T00:00:00Z".parse()?,
        closes_at: "2027-01-01T00:00:00Z".parse()?,
        grace: 172_800,
        goals: vec![100_000, 1_000_000],
        publication: Publication { interval: 600, min_batch: 20, max_wait: 86_400 },
        redemption: Redemption::Immediate {},
        issuer,
        origin: Origin { host: HOST.to_owned() },
        log: Log { public_key: log },
    })
}

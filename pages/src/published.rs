use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::{
    BUNDLE_SIZE, Localized, PetitionDocument, PetitionState, PetitionSummary, VerifiedManifest, VerifiedNotice,
    effective_closes_at,
};
use undersign_protocol::timestamp::Timestamp;

/// A published petition: everything about it that is public and is not its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Petition {
    /// The manifest, verified when it was read.
    pub verified: VerifiedManifest,
    /// Its place in the order of opening, once it has opened.
    pub position: Option<u64>,
    /// What was said about it since, verified when it was read; newest first.
    pub notices: Vec<PublishedNotice>,
}

/// A notice as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedNotice {
    /// The notice.
    pub verified: VerifiedNotice,
    /// Its place in the petition's log, where that is known.
    pub leaf_index: Option<u64>,
}

impl Petition {
    /// One of which nothing is known but its manifest.
    pub fn without_notices(verified: VerifiedManifest) -> Self {
        Self { verified, position: None, notices: Vec::new() }
    }

    /// When first-time issuance ends.
    pub fn closes_at(&self) -> Timestamp {
        effective_closes_at(self.verified.manifest(), self.notices.iter().map(|notice| &notice.verified))
    }

    /// Whether its text is not to be shown any more.
    pub fn is_taken_down(&self) -> bool {
        self.notices.iter().any(|notice| notice.verified.takes_down())
    }

    /// Whether the recovery key has signed in place of the organiser's: from then on that one signs no more.
    pub fn is_recovered(&self) -> bool {
        self.notices.iter().any(|notice| notice.verified.notice().recovery_key.is_some())
    }

    /// The key that speaks for the organiser: the manifest's, until the recovery key has signed in its place.
    pub fn organiser_key(&self) -> &PublicKey {
        let recovery_key = self.notices.iter().find_map(|notice| notice.verified.notice().recovery_key.as_ref());
        recovery_key.unwrap_or(&self.verified.manifest().organiser.public_key)
    }

    /// First moment at which nothing more is taken.
    pub fn ends_at(&self) -> Timestamp {
        self.closes_at().plus(self.verified.manifest().grace)
    }

    /// Where it is in its life. Every decision of a side is by this.
    pub fn state(&self, now: Timestamp) -> PetitionState {
        PetitionState::closing_at(self.verified.manifest(), self.closes_at(), now)
    }

    /// Its run of the order of opening, once it has opened: fixed public runs of at most eight.
    pub fn bundle(&self) -> Option<u64> {
        self.position.map(|position| position / BUNDLE_SIZE as u64)
    }

    /// Its first tick later than `now`.
    pub fn next_tick(&self, now: Timestamp) -> Timestamp {
        let manifest = self.verified.manifest();
        manifest.publication.next_tick(manifest.opens_at, now)
    }

    /// Body of `GET /v1/petitions/{petition_id}`.
    pub fn document(&self, now: Timestamp) -> PetitionDocument {
        let manifest = String::from_utf8_lossy(self.verified.canonical()).into_owned();
        PetitionDocument {
            petition_id: self.verified.petition_id(),
            state: self.state(now),
            // Unwrap safety: a verified manifest is canonical JSON, and so UTF-8.
            manifest: undersign_protocol::json::Raw::new(manifest).expect("canonical JSON"),
            organiser_signature: *self.verified.organiser_signature(),
        }
    }

    /// Its element of `GET /v1/petitions`.
    pub fn summary(&self, now: Timestamp) -> PetitionSummary {
        let manifest = self.verified.manifest();
        PetitionSummary {
            petition_id: self.verified.petition_id(),
            slug: manifest.slug.clone(),
            state: self.state(now),
            titles: self.titles(),
            token_key: manifest.issuer.token_key,
            bundle: self.bundle(),
        }
    }

    /// Titles, by language; none where the text was taken down.
    fn titles(&self) -> Localized {
        let texts = self.verified.manifest().texts.iter().filter(|_| !self.is_taken_down());
        texts.map(|(language, text)| (language.clone(), text.title.clone())).collect()
    }
}

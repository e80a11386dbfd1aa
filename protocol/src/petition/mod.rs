//! What is signed. A petition is a frozen manifest; its id is the hash of the manifest's canonical bytes, so whoever has the id has
//! the text, the keys and the rules.

mod by_language;
mod canonical;
mod identity;
mod language;
mod listing;
mod manifest;
mod notice;
mod notice_rules;
mod prepare;
mod publication;
mod rules;
mod verified;

pub use by_language::{ByLanguage, Localized};
pub use canonical::{CanonicalError, from_canonical, to_canonical};
pub use identity::{PetitionId, Slug, SlugError};
pub use language::{Language, LanguageError};
pub use listing::{PetitionDocument, PetitionList, PetitionState, PetitionSummary};
pub use manifest::{
    Addressee, Channel, Issuer, Log, Manifest, Organiser, Origin, Picture, Publication, Question, Redemption,
    Sha256Hash, Tags, Text,
};
pub use notice::{EarlierTotal, Notice, NoticeContent, NoticeSigner, NoticeText, SignedNotice};
pub use notice_rules::{
    LoggedNotice, MAX_EARLIER_TOTAL, NoticeAnswer, NoticeError, NoticeId, NoticeList, NoticeRequest, VerifiedNotice,
    effective_closes_at,
};
pub use prepare::{PrepareNonce, PrepareRequest, PreparedAnonymous, PreparedIdentified};
pub use rules::ManifestError;
pub(crate) use rules::is_host;
pub use verified::{PublishRequest, VerifiedManifest, manifest_signing_text};

/// Most petitions of one bundle: a client asks for tokens of the whole run at once.
pub const BUNDLE_SIZE: usize = 8;

/// Most bytes of a canonical manifest; an entry of the log holds it with a signature and a kind byte in 65,535 bytes.
pub const MAX_MANIFEST_SIZE: usize = 60_000;

/// Most bytes of a canonical notice, for the same reason.
pub const MAX_NOTICE_SIZE: usize = 60_000;

use crate::codec::{DecodeError, Reader};
use crate::ed25519::PublicKey;
use crate::petition::{PetitionId, Slug, VerifiedManifest, from_canonical, to_canonical};
use crate::{json_object, serde_by_json};

/// Other than every kind of a petition's log, so that no entry of one log can be taken for one of the other.
const ANNOUNCEMENT: u8 = 16;

/// Origin of a host's log (C2SP tlog-checkpoint): `{host}/v1/log`.
pub fn host_log_origin(host: &str) -> String {
    format!("{host}/v1/log")
}

/// Body of `GET /v1/log/key`: the host log's name and key, to be configured in witnesses and policies. It comes from the host itself,
/// so without a witness policy it says no more than that the host tells the same to all who ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLogKey {
    /// `{origin.host}/v1/log`.
    pub origin: String,
    /// The key of its checkpoints.
    pub public_key: PublicKey,
}

json_object!(open HostLogKey { origin, public_key });

/// An entry of a host's log: one kind byte and canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEntry {
    /// Kind 16: a petition of this host.
    Announcement(Announcement),
}

/// That a slug stands for this petition and no other, and which key its log has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Key of the petition's log.
    pub log_public_key: PublicKey,
    /// Hash of the manifest.
    pub petition_id: PetitionId,
    /// Short name in links.
    pub slug: Slug,
}

json_object!(strict Announcement { log_public_key, petition_id, slug });
serde_by_json!(HostLogKey, Announcement);

impl Announcement {
    /// What a petition is announced by.
    pub fn of(petition: &VerifiedManifest) -> Self {
        Self {
            log_public_key: petition.manifest().log.public_key,
            petition_id: petition.petition_id(),
            slug: petition.manifest().slug.clone(),
        }
    }
}

impl HostEntry {
    /// Reads an entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8()? {
            ANNOUNCEMENT => {
                from_canonical(&bytes[1..]).map(Self::Announcement).map_err(|_| DecodeError::Invalid("announcement"))
            }
            _ => Err(DecodeError::Invalid("kind")),
        }
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let Self::Announcement(announcement) = self;
        let mut out = vec![ANNOUNCEMENT];
        // Unwrap safety: three strings always have a canonical form.
        out.extend(to_canonical(announcement).expect("strings have a canonical form"));
        out
    }
}

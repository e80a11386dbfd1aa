use super::KeyConfigEntry;
use crate::base::Base;
use crate::codec::{DecodeError, Reader};
use crate::ed25519::PublicKey;
use crate::oblivious::RelayUrl;
use crate::petition::{PetitionId, Slug, VerifiedManifest, from_canonical, to_canonical};
use crate::{json_object, serde_by_json};

/// Other than every kind of a petition's log, so that no entry of one log can be taken for one of the other.
const ANNOUNCEMENT: u8 = 16;
/// How the service itself is reached.
const SERVICE: u8 = 17;
/// For which key requests through relays are sealed.
const KEY_CONFIG: u8 = 18;

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
    /// Kind 17: how this host is reached besides its name. The last one in the log stands.
    Service(Service),
    /// Kind 18: a key of the gateway of Oblivious HTTP.
    KeyConfig(KeyConfigEntry),
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

/// Other ways to a host than its name. Whoever obeys one has it from a log whose witnesses have seen the same: so that nobody is given
/// a way of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The onion service with the same pages, petitions and logs; `None` where there is none (any more).
    pub onion: Option<Base>,
    /// Relays of other people that take requests for this host (Oblivious HTTP).
    pub relays: Vec<RelayUrl>,
    version: u64,
}

json_object!(strict Service { onion, relays, version });
serde_by_json!(HostLogKey, Announcement, Service);

/// Most relays of one host.
const MOST_RELAYS: usize = 16;

impl Service {
    /// The form that this program writes and reads. An entry of another one is passed over like one of another kind.
    pub const VERSION: u64 = 1;

    /// `None` where the onion is no onion service, or the relays are too many, or one is named twice.
    pub fn new(onion: Option<Base>, relays: Vec<RelayUrl>) -> Option<Self> {
        let service = Self { onion, relays, version: Self::VERSION };
        service.keeps_the_rules().then_some(service)
    }

    fn keeps_the_rules(&self) -> bool {
        let relays = &self.relays;
        let is_new = |(index, relay): (usize, &RelayUrl)| !relays[..index].contains(relay);
        self.version == Self::VERSION
            && self.onion.iter().all(Base::is_onion)
            && relays.len() <= MOST_RELAYS
            && relays.iter().enumerate().all(is_new)
    }
}

impl Announcement {
    /// What a petition is announced by.
    pub fn of(petition: &VerifiedManifest) -> Self {
        Self {
            log_public_key: petition.manifest().log.public_key,
            petition_id: petition.petition_id(),
            slug: petition.manifest().slug.clone(),
        }
    }

    /// Reads an entry that is one, and no other kind: all that a browser has to know of this log.
    pub fn of_entry(bytes: &[u8]) -> Result<Self, DecodeError> {
        match bytes.split_first() {
            Some((&ANNOUNCEMENT, body)) => from_canonical(body).map_err(|_| DecodeError::Invalid("announcement")),
            Some(_) => Err(DecodeError::Invalid("kind")),
            None => Err(DecodeError::Truncated),
        }
    }
}

impl HostEntry {
    /// Reads an entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        match Reader::new(bytes).u8()? {
            ANNOUNCEMENT => Announcement::of_entry(bytes).map(Self::Announcement),
            SERVICE => {
                let service: Service =
                    from_canonical(&bytes[1..]).map_err(|_| DecodeError::Invalid("service announcement"))?;
                if !service.keeps_the_rules() {
                    return Err(DecodeError::Invalid("service announcement"));
                }
                Ok(Self::Service(service))
            }
            KEY_CONFIG => {
                let entry: Result<KeyConfigEntry, _> = from_canonical(&bytes[1..]);
                let entry = entry.ok().filter(KeyConfigEntry::keeps_the_rules);
                entry.map(Self::KeyConfig).ok_or(DecodeError::Invalid("key configuration"))
            }
            _ => Err(DecodeError::Invalid("kind")),
        }
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, body) = match self {
            Self::Announcement(announcement) => (ANNOUNCEMENT, to_canonical(announcement)),
            Self::Service(service) => (SERVICE, to_canonical(service)),
            Self::KeyConfig(entry) => (KEY_CONFIG, to_canonical(entry)),
        };
        let mut out = vec![kind];
        // Unwrap safety: strings and one small number always have a canonical form.
        out.extend(body.expect("strings have a canonical form"));
        out
    }
}

//! What a client checks before a petition is shown as true or a signature begins.

use undersign_protocol::issuance::{IssuerDirectory, TOKEN_TYPE};
use undersign_protocol::json::{FromJson, from_slice};
use undersign_protocol::petition::{
    BUNDLE_SIZE, ManifestError, NoticeList, PetitionDocument, PetitionId, PetitionList, PetitionState, PetitionSummary,
    Slug, VerifiedManifest,
};
use undersign_protocol::public_log::{
    Announcement, Checkpoint, CheckpointKey, HostLogKey, NotWitnessed, host_log_origin,
};

use crate::checked::{CheckedPetition, Trust};
use crate::endpoints::{Base, BaseError, Endpoints};
use crate::link::PetitionLink;
use crate::log_reader::{LogError, verified_entries};
use crate::lookup::PetitionDocuments;
use crate::notices::{self, NoticesError};
use crate::oblivious::Announced;
use crate::witnesses::Demand;

/// Where token requests go; the directory must say the same, so that no signer is sent elsewhere.
pub(crate) const TOKEN_REQUEST_PATH: &str = "/v1/token-requests";

/// The check that failed. Each is a reason not to sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// A document is not of its form; keys that are not strictly encoded are found here too.
    #[error("the server's {document} is not of the expected form: {reason}")]
    Form {
        /// Which document.
        document: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Checks 1 and 3.
    #[error("the petition is not valid: {0}")]
    Manifest(#[from] ManifestError),
    /// Check 2.
    #[error("the server names another petition_id than the petition's text has")]
    PetitionId,
    /// Check 4.
    #[error("the server answered with another petition")]
    Slug,
    /// Check 5.
    #[error("this is not the petition that the link pins: its text, key or rules were changed")]
    Pin,
    /// Check 6.
    #[error("the petition names an issuer that cannot be reached safely")]
    Issuer(#[from] BaseError),
    /// Check 7.
    #[error("the issuer's list does not show this petition as the petition itself does: {0}")]
    List(&'static str),
    /// Check 8.
    #[error("the issuer's directory does not fit: {0}")]
    Directory(&'static str),
    /// Check 9.
    #[error("the host's log cannot be believed: {0}")]
    HostLog(LogError),
    /// Check 10.
    #[error("the host's log does not announce {0} once and as this petition")]
    Announcement(Slug),
    /// Check 11.
    #[error("the petition's log cannot be believed: {0}")]
    Log(LogError),
    /// Check 12.
    #[error("the petition's notices cannot be believed: {0}")]
    Notices(#[from] NoticesError),
    /// Check 13.
    #[error("the host's log has another key than the witness policy names")]
    PolicyLog,
    /// Check 14.
    #[error("the {0} log's newest checkpoint {1}")]
    Witnesses(&'static str, NotWitnessed),
}

/// Checks a petition and its issuer. In this order:
///
/// 1. The manifest's bytes are canonical JSON (RFC 8785) and keep every rule; its RSA key is the strict 342-byte SPKI: id-RSASSA-PSS
///    with SHA-384, MGF1-SHA-384 and 48 bytes of salt, an odd modulus of 2048 bits without small factors, e = 65537.
/// 2. SHA-256 of these bytes is the petition_id under which the server shows it.
/// 3. The organiser's signature over the petition_id is valid.
/// 4. The slug is the one that was asked for.
/// 5. Where the link pins a petition_id, it is this one.
/// 6. The issuer that the manifest names is reached over HTTPS, on an onion service or on this machine. The host of the link is not
///    compared with origin.host: it may be a mirror or an onion. All names in challenges and logs come from the manifest.
/// 7. The issuer's list has this petition_id, this slug and this RSA key once each, in one row; the run of open petitions to which
///    the row belongs has at most eight, with distinct RSA keys.
/// 8. While the petition is open, the issuer's directory takes requests at `/v1/token-requests` and lists the RSA key of each petition
///    of the run, and no other key with the same truncated id.
/// 9. The host log's name is that of origin.host, its checkpoint is signed, and all its entries give the checkpoint's root.
/// 10. The host log announces exactly one petition under this slug: this petition_id with this log key. Other petitions
///     of the run that it does not announce exactly once are left out of the run.
/// 11. The petition's log has a checkpoint, signed with the manifest's log key under the manifest's log origin, of at least one entry.
/// 12. Each notice that the server shows is proved to be in the petition's log, keeps the rules and is signed by the organiser or the
///     operator.
///
/// With a witness policy (C2SP tlog-policy) also:
///
/// 13. The host log's name and key are among the logs of the policy, where it names any.
/// 14. The newest checkpoints of the host's log and of the petition's log, and the one beside the notices, are each cosigned as the
///     policy demands, and recently ([`Demand`]). So the policy's witnesses have seen the same announcements and the same log, and
///     no later ones.
///
/// Without one, checks 9 and 10 show only what this host shows now to whoever asks; then a pinned link is what proves that everybody is
/// given the same petition. [`CheckedPetition::is_pinned`] and [`CheckedPetition::is_witnessed`] tell.
///
/// # Arguments
/// * `base`, `link` – from the link that the signer was given
/// * `documents` – what [`lookup`](crate::lookup) has fetched
/// * `demand` – whom to believe about logs
pub fn check_under(
    base: &Base,
    link: &PetitionLink,
    documents: &PetitionDocuments,
    demand: Option<Demand<'_>>,
) -> Result<CheckedPetition, CheckError> {
    let mut petition = check(base, link, documents)?; // 1 to 12
    // Not in `check`: pages do not ask for it, and need not load what reads it.
    petition.reached_by(Announced::of_entries(&entries_of(&petition.manifest().origin.host, documents)?));
    if let Some(demand) = demand {
        check_witnesses(&petition, documents, demand)?; // 13, 14
        petition.witnessed();
    }
    Ok(petition)
}

/// [`check_under`] without a policy.
pub fn check(base: &Base, link: &PetitionLink, documents: &PetitionDocuments) -> Result<CheckedPetition, CheckError> {
    let document: PetitionDocument = json("petition", &documents.petition)?;
    let petition = VerifiedManifest::verify(document.manifest.get().as_bytes(), document.organiser_signature)?; // 1, 3
    let petition_id = petition.petition_id();
    ensure(document.petition_id == petition_id, CheckError::PetitionId)?; // 2
    let manifest = petition.manifest();
    ensure(manifest.slug == link.slug, CheckError::Slug)?; // 4
    ensure(link.pin.is_none_or(|pin| pin == petition_id), CheckError::Pin)?; // 5
    let endpoints = Endpoints::of(manifest, base)?; // 6
    let (row, mut run) = check_list(&petition, &json::<PetitionList>("list of petitions", &documents.list)?)?; // 7
    check_directory(&run, &json::<IssuerDirectory>("issuer directory", &documents.directory)?)?; // 8
    let announcements = host_log(&manifest.origin.host, documents)?; // 9
    check_announced(&Announcement::of(&petition), &announcements)?; // 10
    // A petition that another organiser has published halfway must not stop its whole run: it is left out, for everyone alike.
    let announced =
        |other: &PetitionSummary| check_announced_id(&other.slug, &other.petition_id, &announcements).is_ok();
    run.retain(announced);
    let checkpoint = check_log(&petition, &documents.checkpoint)?; // 11
    let notices = notices::read(&documents.notices, &petition, &checkpoint.0)?; // 12
    let trust = Trust { is_pinned: link.pin.is_some(), is_witnessed: false };
    Ok(CheckedPetition::new(petition, row.state, endpoints, trust, run, checkpoint, notices))
}

fn check_witnesses(
    petition: &CheckedPetition,
    documents: &PetitionDocuments,
    demand: Demand<'_>,
) -> Result<(), CheckError> {
    check_policy_log(&petition.manifest().origin.host, &documents.host_log_key, demand)?;
    let notices: NoticeList = json("list of notices", &documents.notices)?;
    let notes = [
        ("host's", documents.host_checkpoint.as_slice()),
        ("petition's", documents.checkpoint.as_slice()),
        ("petition's", notices.checkpoint.as_bytes()),
    ];
    for (whose, note) in notes {
        let note = std::str::from_utf8(note).unwrap_or_default();
        demand.check(note, petition.ends_at()).map_err(|reason| CheckError::Witnesses(whose, reason))?;
    }
    Ok(())
}

/// Checks 13 and 14 for the host's log alone.
pub(crate) fn check_host_witnesses(
    host: &str,
    key: &[u8],
    checkpoint: &[u8],
    demand: Demand<'_>,
) -> Result<(), CheckError> {
    check_policy_log(host, key, demand)?;
    let note = std::str::from_utf8(checkpoint).unwrap_or_default();
    demand.check(note, demand.now).map_err(|reason| CheckError::Witnesses("host's", reason))
}

fn check_policy_log(host: &str, key: &[u8], demand: Demand<'_>) -> Result<(), CheckError> {
    let (key, logs) = (host_key(host, key)?, demand.policy.logs());
    ensure(logs.is_empty() || logs.contains(&key), CheckError::PolicyLog)
}

fn check_list(
    petition: &VerifiedManifest,
    list: &PetitionList,
) -> Result<(PetitionSummary, Vec<PetitionSummary>), CheckError> {
    let (petition_id, manifest) = (petition.petition_id(), petition.manifest());
    let same = |row: &&PetitionSummary| {
        row.petition_id == petition_id || row.slug == manifest.slug || row.token_key == manifest.issuer.token_key
    };
    let mut rows = list.petitions.iter().filter(same);
    let (Some(row), None) = (rows.next(), rows.next()) else {
        return Err(CheckError::List("it is missing, or listed twice"));
    };
    let fits =
        row.petition_id == petition_id && row.slug == manifest.slug && row.token_key == manifest.issuer.token_key;
    ensure(fits, CheckError::List("another petition_id, slug or key"))?;
    let mut run: Vec<PetitionSummary> = Vec::new();
    for other in &list.petitions {
        if row.bundle.is_some() && other.bundle == row.bundle && other.state == PetitionState::Open {
            run.push(other.clone());
        }
    }
    ensure(run.len() <= BUNDLE_SIZE, CheckError::List("its bundle has more than eight petitions"))?;
    let repeated = run.iter().enumerate().any(|(index, row)| {
        run[..index].iter().any(|other| other.token_key == row.token_key || other.petition_id == row.petition_id)
    });
    ensure(!repeated, CheckError::List("its bundle names a petition or a key twice"))?;
    Ok((row.clone(), run))
}

fn check_directory(run: &[PetitionSummary], directory: &IssuerDirectory) -> Result<(), CheckError> {
    if run.is_empty() {
        return Ok(());
    }
    ensure(directory.issuer_request_uri == TOKEN_REQUEST_PATH, CheckError::Directory("token requests go elsewhere"))?;
    for row in run {
        let truncated = row.token_key.id().truncated();
        let mut same_byte = directory.token_keys.iter().filter(|listed| listed.token_key.id().truncated() == truncated);
        match (same_byte.next(), same_byte.next()) {
            (Some(listed), None) if listed.token_key == row.token_key && listed.token_type == TOKEN_TYPE => {}
            (_, Some(_)) => return Err(CheckError::Directory("two keys have the same truncated id")),
            _ => return Err(CheckError::Directory("the petition's key is missing")),
        }
    }
    Ok(())
}

/// Every announcement of the host log. Kinds of entries that came later than this program are part of the tree and nothing else.
fn host_log(host: &str, documents: &PetitionDocuments) -> Result<Vec<Announcement>, CheckError> {
    let mut announcements = Vec::new();
    for entry in entries_of(host, documents)? {
        announcements.extend(Announcement::of_entry(entry));
    }
    Ok(announcements)
}

fn entries_of<'a>(host: &str, documents: &'a PetitionDocuments) -> Result<Vec<&'a [u8]>, CheckError> {
    let PetitionDocuments { host_log_key, host_checkpoint, host_entries, .. } = documents;
    host_entries_of(host, host_log_key, host_checkpoint, host_entries)
}

/// Every entry of the log of this host: its checkpoint must be signed, and all entries give the checkpoint's root.
pub(crate) fn host_entries_of<'a>(
    host: &str,
    key: &[u8],
    checkpoint: &[u8],
    bundles: &'a [Vec<u8>],
) -> Result<Vec<&'a [u8]>, CheckError> {
    let key = host_key(host, key)?;
    let (checkpoint, _) = open_checkpoint(checkpoint, &key).map_err(CheckError::HostLog)?;
    verified_entries(&checkpoint, bundles).map_err(CheckError::HostLog)
}

fn host_key(host: &str, key: &[u8]) -> Result<CheckpointKey, CheckError> {
    let key: HostLogKey = json("log key", key)?;
    Ok(CheckpointKey::new(host_log_origin(host), key.public_key))
}

fn check_announced(expected: &Announcement, announcements: &[Announcement]) -> Result<(), CheckError> {
    check_announced_id(&expected.slug, &expected.petition_id, announcements)?;
    ensure(announcements.contains(expected), CheckError::Announcement(expected.slug.clone()))
}

fn check_announced_id(slug: &Slug, petition_id: &PetitionId, announcements: &[Announcement]) -> Result<(), CheckError> {
    let same = |found: &&Announcement| found.slug == *slug || found.petition_id == *petition_id;
    let mut found = announcements.iter().filter(same);
    match (found.next(), found.next()) {
        (Some(only), None) if only.slug == *slug && only.petition_id == *petition_id => Ok(()),
        _ => Err(CheckError::Announcement(slug.clone())),
    }
}

/// # Returns
/// The head, and the note that it was read from.
fn check_log(petition: &VerifiedManifest, note: &[u8]) -> Result<(Checkpoint, String), CheckError> {
    let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
    let (checkpoint, note) = open_checkpoint(note, &key).map_err(CheckError::Log)?;
    ensure(checkpoint.tree_size > 0, CheckError::Log(LogError::Shrunk))?;
    Ok((checkpoint, note.to_owned()))
}

fn open_checkpoint<'a>(note: &'a [u8], key: &CheckpointKey) -> Result<(Checkpoint, &'a str), LogError> {
    let note = std::str::from_utf8(note).map_err(|_| undersign_protocol::public_log::CheckpointError::Note)?;
    Ok((Checkpoint::open(note, key)?, note))
}

fn json<T: FromJson>(document: &'static str, body: &[u8]) -> Result<T, CheckError> {
    from_slice(body).map_err(|error| CheckError::Form { document, reason: error.to_string() })
}

fn ensure(holds: bool, error: CheckError) -> Result<(), CheckError> {
    if holds { Ok(()) } else { Err(error) }
}

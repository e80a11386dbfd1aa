use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use undersign_protocol::issuance::{DirectoryKey, IssuerDirectory};
use undersign_protocol::petition::{PetitionDocument, PetitionList, PetitionState, PetitionSummary};
use undersign_protocol::public_log::{Announcement, Checkpoint, Entry, HostEntry, HostLogKey, host_log_origin};
use undersign_protocol::tally::{Tally, TotalDocument};

use crate::entries::{Batch, batch, first, last};
use crate::notices::Notices;
use crate::petition::{HOST, Petition, SLUG};
use crate::plan::Plan;
use crate::tiles::{TileWriter, write};

/// What was written.
pub struct Site {
    /// The petition.
    pub petition: Petition,
    /// The folder of the petition, with `total` and `log/`: what an audit reads without a network.
    pub copy: PathBuf,
    /// The log's head.
    pub checkpoint: Checkpoint,
    /// The counts of the entries.
    pub tally: Tally,
}

/// Writes a log and everything that a client fetches around it, as files under the paths of their URLs. Any server of files can serve
/// them that answers for a folder with the `index.json` in it (nginx: `try_files $uri $uri/index.json`).
pub fn generate(plan: &Plan, out: &Path) -> Result<Site> {
    generate_edited(plan, out, |_, _| {})
}

/// The same with a hand in it: `edit` may change each batch before it is appended, so that the log's root is signed over what it made.
/// Batches are counted from 1; 0 is the petition, and the one after the last is the close.
pub fn generate_edited(plan: &Plan, out: &Path, mut edit: impl FnMut(u64, &mut Batch)) -> Result<Site> {
    ensure!(plan.signatures > 0 && plan.batch > 0, "a log needs a signature");
    ensure!(plan.withdrawals <= plan.signatures, "each signature can be withdrawn once");
    let petition = Petition::of_seed(plan.seed)?;
    let copy = out.join(format!("v1/petitions/{}", petition.verified.petition_id()));
    let mut log = TileWriter::new(copy.join("log"));
    let (mut tally, mut notices) = (Tally::default(), Notices::default());
    for number in 0..plan.batches() + 2 {
        let mut entries = match number {
            0 => first(&petition),
            number if number <= plan.batches() => batch(plan, &petition, number - 1)?,
            _ if plan.close => last(plan, &petition, log.tree_size())?,
            _ => Batch::new(),
        };
        edit(number, &mut entries);
        for entry in entries {
            // What an edit has spoilt counts as nothing.
            if let Ok(decoded) = Entry::decode(&entry) {
                tally.add(&decoded);
                notices.note(&petition.verified, log.tree_size(), decoded);
            }
            log.append(entry)?;
        }
    }
    let (checkpoint, note) = log.finish(&petition.verified.log_origin(), &petition.log_key)?;
    write(&copy.join("notices"), &serde_json::to_vec(&notices.list(&copy.join("log"), &checkpoint, note.clone())?)?)?;
    let total = total(&tally, &checkpoint, note);
    write(&copy.join("total"), &serde_json::to_vec(&total)?)?;
    write_surroundings(plan, &petition, out)?;
    Ok(Site { petition, copy, checkpoint, tally })
}

fn total(tally: &Tally, checkpoint: &Checkpoint, note: String) -> TotalDocument {
    TotalDocument {
        total: tally.total(),
        signatures: tally.signatures,
        withdrawals: tally.withdrawals,
        issued: tally.issued,
        tree_size: checkpoint.tree_size,
        root: checkpoint.root,
        checkpoint: note,
    }
}

/// The petition's document, the list, the issuer's directory, the host's log.
fn write_surroundings(plan: &Plan, petition: &Petition, out: &Path) -> Result<()> {
    let verified = &petition.verified;
    let manifest = verified.manifest();
    let state = if plan.close { PetitionState::Closed } else { PetitionState::Open };
    let document = serde_json::to_vec(&PetitionDocument {
        petition_id: verified.petition_id(),
        state,
        manifest: undersign_protocol::json::Raw::new(String::from_utf8(verified.canonical().to_vec())?)?,
        organiser_signature: *verified.organiser_signature(),
    })?;
    write(&out.join(format!("v1/petitions/{SLUG}")), &document)?;
    write(&out.join(format!("v1/petitions/{}/index.json", verified.petition_id())), &document)?;

    let titles = manifest.texts.iter().map(|(language, text)| (language.clone(), text.title.clone())).collect();
    let row = PetitionSummary {
        petition_id: verified.petition_id(),
        slug: manifest.slug.clone(),
        state,
        titles,
        token_key: manifest.issuer.token_key,
        bundle: (!plan.close).then_some(0),
    };
    write(&out.join("v1/petitions/index.json"), &serde_json::to_vec(&PetitionList { petitions: vec![row] })?)?;

    let key = DirectoryKey::new(manifest.issuer.token_key, manifest.opens_at.seconds());
    let directory = IssuerDirectory {
        issuer_request_uri: "/v1/token-requests".to_owned(),
        token_keys: if plan.close { vec![] } else { vec![key] },
    };
    write(&out.join(".well-known/private-token-issuer-directory"), &serde_json::to_vec(&directory)?)?;

    let origin = host_log_origin(HOST);
    let key = HostLogKey { origin: origin.clone(), public_key: petition.host_log_key.public_key() };
    write(&out.join("v1/log/key"), &serde_json::to_vec(&key)?)?;
    let mut log = TileWriter::new(out.join("v1/log"));
    log.append(HostEntry::Announcement(Announcement::of(verified)).encode())?;
    log.finish(&origin, &petition.host_log_key)?;
    Ok(())
}

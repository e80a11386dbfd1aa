//! An audit from the arguments to the verdict: of a server or of a copy.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use undersign_client_lib::audit::Verdict;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::PetitionLink;
use undersign_protocol::petition::{Language, PetitionId, VerifiedManifest};
use undersign_protocol::public_log::TilePath;

use super::copy::{CHECKPOINT, Copy, Folder, TOTAL};
use super::download::download;
use super::recounting::{Subject, recount};
use super::remembered::Remembered;
use super::verdict::Circumstances;
use super::witnesses::Witnesses;
use crate::args::{AuditSource, SourceArguments};
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::petition::{Purpose, look_up, total, transport, trust_in_copy, trust_in_server};

/// What an audit keeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keeping<'a> {
    /// Where the signed head is remembered.
    pub state: Option<&'a Path>,
    /// Where a copy is kept.
    pub export: Option<&'a Path>,
}

/// A log that was found true.
pub struct Audited {
    /// The counts.
    pub verdict: Verdict,
    /// The signed head, with its cosignatures.
    pub note: String,
    /// Whether the caller named the petition's id.
    pub pinned: bool,
    /// Who has cosigned the head.
    pub witnesses: Witnesses,
    total_shown: bool,
    grown_from: Option<u64>,
    to_pack: Option<(Folder, PathBuf)>,
}

/// Audits a log.
///
/// # Arguments
/// * `see` – given each bundle on its way to the recount
pub async fn audited(
    arguments: &SourceArguments,
    keeping: Keeping<'_>,
    see: impl FnMut(TilePath, &[u8]) + Send + 'static,
    output: &Output,
) -> CommandResult<Audited> {
    match &arguments.source {
        AuditSource::Server { base, petition } => of_server(arguments, keeping, (base, petition), see, output).await,
        AuditSource::Copy(path) => of_copy(arguments, keeping, path, see, output).await,
    }
}

impl Audited {
    /// What stands behind the verdict.
    pub fn circumstances<'a>(&'a self, language: Option<&'a Language>) -> Circumstances<'a> {
        let Self { pinned, total_shown, grown_from, witnesses, .. } = self;
        Circumstances { pinned: *pinned, total_shown: *total_shown, grown_from: *grown_from, witnesses, language }
    }

    /// Packs the copy, where one is kept in a tar file.
    pub fn pack(&self) -> CommandResult {
        match &self.to_pack {
            Some((folder, export)) => folder.clone().pack(self.verdict.tree_size(), export),
            None => Ok(()),
        }
    }
}

async fn of_server(
    arguments: &SourceArguments,
    keeping: Keeping<'_>,
    (base, link): (&Base, &PetitionLink),
    mut see: impl FnMut(TilePath, &[u8]) + Send + 'static,
    output: &Output,
) -> CommandResult<Audited> {
    let link = PetitionLink { pin: pin(link.pin, arguments.pin)?, ..link.clone() };
    let transport = Arc::new(transport(&arguments.connection)?);
    let trust = trust_in_server(&arguments.trust)?;
    let mut petition = look_up(&transport, base, &link, trust.as_ref(), Purpose::Recount, output).await?;
    let total = total(&transport, &petition).await?;
    if trust.is_some() && total.tree_size > petition.checkpoint().tree_size {
        // The log has grown in between; its witnesses sign the larger head within seconds.
        petition = look_up(&transport, base, &link, trust.as_ref(), Purpose::Recount, output).await?;
    }
    let petition = Arc::new(petition);
    let (checkpoint, note) = (petition.checkpoint().clone(), petition.checkpoint_note().to_owned());
    let subject = Subject {
        remembered: remembered(keeping, petition.verified())?,
        petition: petition.verified().clone(),
        checkpoint: (checkpoint, note.clone()),
        total: Some(total.clone()),
    };
    let witnesses = Witnesses::judge(trust.as_ref(), &subject, petition.ends_at())?;
    let claims = subject.claims(output)?;
    let folder = keeping.export.map(|export| Folder::new(folder_of(export)));
    let went_on = folder.as_ref().filter(|folder| folder.path().exists()).cloned();
    if let Some(folder) = &folder {
        // First, so that what is there belongs together whenever this stops.
        folder.keep(CHECKPOINT, note.as_bytes())?;
        folder.keep(TOTAL, &serde_json::to_vec(&total).unwrap_or_default())?;
    }
    let tree_size = claims.tree_size();
    let mut bundles = download(transport, Arc::clone(&petition), tree_size, folder.clone());
    let fetch = move |path| match bundles.blocking_recv() {
        Some(bundle) => bundle.inspect(|bundle| see(path, bundle)),
        None => Err(Failure::new(Exit::Unexpected, "The download ended too early. Please report it.")),
    };
    let (note, grown_from) = (subject.note().to_owned(), grown_from(&subject));
    let verdict = recount(subject, claims, fetch, *output).await.map_err(|failure| went_on_from(failure, went_on))?;
    let to_pack = folder.zip(keeping.export.filter(|export| is_tar(export)).map(Path::to_owned));
    Ok(Audited { verdict, note, pinned: petition.is_pinned(), total_shown: true, grown_from, witnesses, to_pack })
}

/// A log is not to be accused of what happened to a folder.
fn went_on_from(failure: Failure, folder: Option<Folder>) -> Failure {
    let Some(folder) = folder.filter(|_| failure.exit == Exit::NotTrusted) else { return failure };
    let message = format!(
        "{} Entries that were in {} already were not fetched again: remove it and repeat the audit before you accuse anyone.",
        failure.message,
        folder.path().display()
    );
    Failure { message, ..failure }
}

async fn of_copy(
    arguments: &SourceArguments,
    keeping: Keeping<'_>,
    path: &Path,
    mut see: impl FnMut(TilePath, &[u8]) + Send + 'static,
    output: &Output,
) -> CommandResult<Audited> {
    if keeping.export.is_some() {
        return Err(Failure::new(Exit::Usage, "This is a copy already; --export is for the link of a petition."));
    }
    let mut copy = Copy::open(path)?;
    let contents = copy.contents(output)?;
    let petition_id = contents.petition.petition_id();
    if let Some(pin) = arguments.pin.filter(|pin| *pin != petition_id) {
        let message = format!("This is a copy of another petition: its id is {petition_id}, not {pin}.");
        return Err(Failure::new(Exit::NotTrusted, message));
    }
    let subject = Subject {
        remembered: remembered(keeping, &contents.petition)?,
        petition: contents.petition,
        checkpoint: contents.checkpoint,
        total: contents.total,
    };
    // An earlier close stands in the log, and is not known before it is read.
    let ends_at = subject.petition.manifest().closes_at.plus(subject.petition.manifest().grace);
    let witnesses = Witnesses::judge(trust_in_copy(&arguments.trust)?.as_ref(), &subject, ends_at)?;
    let claims = subject.claims(output)?;
    let fetch = move |path| copy.bundle(path).inspect(|bundle| see(path, bundle));
    let (note, grown_from) = (subject.note().to_owned(), grown_from(&subject));
    let (pinned, total_shown) = (arguments.pin.is_some(), subject.total.is_some());
    let verdict = recount(subject, claims, fetch, *output).await?;
    Ok(Audited { verdict, note, pinned, total_shown, grown_from, witnesses, to_pack: None })
}

fn remembered(keeping: Keeping<'_>, petition: &VerifiedManifest) -> CommandResult<Option<Remembered>> {
    keeping.state.map(|path| Remembered::read(path, petition)).transpose()
}

fn grown_from(subject: &Subject) -> Option<u64> {
    subject.remembered.as_ref().and_then(Remembered::checkpoint).map(|checkpoint| checkpoint.tree_size)
}

/// The pin of the link and the one of `--pin`, which must not contradict each other.
fn pin(of_link: Option<PetitionId>, named: Option<PetitionId>) -> CommandResult<Option<PetitionId>> {
    match (of_link, named) {
        (Some(of_link), Some(named)) if of_link != named => {
            Err(Failure::new(Exit::Usage, "The link and --pin name two different petitions."))
        }
        (of_link, named) => Ok(of_link.or(named)),
    }
}

fn is_tar(export: &Path) -> bool {
    export.extension().is_some_and(|extension| extension == "tar")
}

/// Where bundles are kept while they are fetched: a tar file is made of them in the end.
fn folder_of(export: &Path) -> PathBuf {
    if !is_tar(export) {
        return export.to_owned();
    }
    let mut name = export.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

use std::path::{Path, PathBuf};
use std::sync::Arc;

use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::PetitionLink;
use undersign_protocol::petition::{PetitionId, VerifiedManifest};

use crate::args::{AuditArguments, AuditSource};
use crate::audit::{
    CHECKPOINT, Circumstances, Copy, Folder, Remembered, Subject, TOTAL, Witnesses, download, recount, show,
};
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::petition::{Purpose, look_up, total, transport, trust_in_copy, trust_in_server};

/// `undersign audit URL|COPY`.
pub async fn run(arguments: AuditArguments, output: &Output) -> CommandResult {
    match &arguments.source {
        AuditSource::Server { base, petition } => of_server(&arguments, base, petition, output).await,
        AuditSource::Copy(path) => of_copy(&arguments, path.clone(), output).await,
    }
}

async fn of_server(arguments: &AuditArguments, base: &Base, link: &PetitionLink, output: &Output) -> CommandResult {
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
        remembered: remembered(arguments, petition.verified())?,
        petition: petition.verified().clone(),
        checkpoint: (checkpoint, note.clone()),
        total: Some(total.clone()),
    };
    let witnesses = Witnesses::judge(trust.as_ref(), &subject, petition.ends_at())?;
    let claims = subject.claims(output)?;
    let folder = arguments.export.as_ref().map(|export| Folder::new(folder_of(export)));
    let went_on = folder.as_ref().filter(|folder| folder.path().exists()).cloned();
    if let Some(folder) = &folder {
        // First, so that what is there belongs together whenever this stops.
        folder.keep(CHECKPOINT, note.as_bytes())?;
        folder.keep(TOTAL, &serde_json::to_vec(&total).unwrap_or_default())?;
    }
    let tree_size = claims.tree_size();
    let mut bundles = download(transport, Arc::clone(&petition), tree_size, folder.clone());
    let fetch = move |_| match bundles.blocking_recv() {
        Some(bundle) => bundle,
        None => Err(Failure::new(Exit::Unexpected, "The download ended too early. Please report it.")),
    };
    let circumstances = Circumstances {
        pinned: petition.is_pinned(),
        total_shown: true,
        grown_from: grown_from(&subject),
        witnesses: &witnesses,
        language: arguments.locale.as_ref(),
    };
    let verdict = recount(subject, claims, fetch, *output).await.map_err(|failure| went_on_from(failure, went_on))?;
    show(&verdict, &circumstances, output);
    match (folder, &arguments.export) {
        (Some(folder), Some(export)) if is_tar(export) => folder.pack(tree_size, export),
        _ => Ok(()),
    }
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

async fn of_copy(arguments: &AuditArguments, path: PathBuf, output: &Output) -> CommandResult {
    if arguments.export.is_some() {
        return Err(Failure::new(Exit::Usage, "This is a copy already; --export is for the link of a petition."));
    }
    let mut copy = Copy::open(&path)?;
    let contents = copy.contents(output)?;
    let petition_id = contents.petition.petition_id();
    if let Some(pin) = arguments.pin.filter(|pin| *pin != petition_id) {
        let message = format!("This is a copy of another petition: its id is {petition_id}, not {pin}.");
        return Err(Failure::new(Exit::NotTrusted, message));
    }
    let subject = Subject {
        remembered: remembered(arguments, &contents.petition)?,
        petition: contents.petition,
        checkpoint: contents.checkpoint,
        total: contents.total,
    };
    // An earlier close stands in the log, and is not known before it is read.
    let ends_at = subject.petition.manifest().closes_at.plus(subject.petition.manifest().grace);
    let witnesses = Witnesses::judge(trust_in_copy(&arguments.trust)?.as_ref(), &subject, ends_at)?;
    let claims = subject.claims(output)?;
    let circumstances = Circumstances {
        pinned: arguments.pin.is_some(),
        total_shown: subject.total.is_some(),
        grown_from: grown_from(&subject),
        witnesses: &witnesses,
        language: arguments.locale.as_ref(),
    };
    let verdict = recount(subject, claims, move |path| copy.bundle(path), *output).await?;
    show(&verdict, &circumstances, output);
    Ok(())
}

fn remembered(arguments: &AuditArguments, petition: &VerifiedManifest) -> CommandResult<Option<Remembered>> {
    arguments.state.as_ref().map(|path| Remembered::read(path, petition)).transpose()
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

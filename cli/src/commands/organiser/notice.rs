use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;
use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::Link;
use undersign_client_lib::native::Transport;
use undersign_client_lib::organiser::{
    NOTICE_FILE, NoticeFolder, NoticeKind, PublishError, is_recovery_key, notice_request, read_notice_answer,
    sign_notice,
};
use undersign_client_lib::request::Side;
use undersign_protocol::petition::{
    ByLanguage, NoticeContent, NoticeRequest, NoticeText, SignedNotice, VerifiedNotice,
};
use undersign_protocol::timestamp::Timestamp;

use super::{folder, publish};
use crate::args::{CloseArguments, NoticeArguments};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::files::replace;
use crate::output::Output;
use crate::petition::{Purpose, look_up, total, transport};
use crate::problems;

/// Where what was signed is kept, in the notice's folder.
const DIRECTORY: &str = ".published";
/// Most bytes of a file that is read; a whole notice has at most 60,000.
const MAX_FILE: u64 = 1 << 20;

/// `undersign organiser update DIR`: news, a delivery, an answer, a correction, a take-down.
pub async fn update(arguments: &NoticeArguments, output: &Output) -> CommandResult {
    let folder = read_folder(&arguments.directory, output)?;
    run(arguments, folder, None, output).await
}

/// `undersign organiser close DIR`: the petition closes earlier than it said.
pub async fn close(arguments: &CloseArguments, output: &Output) -> CommandResult {
    let folder = read_folder(&arguments.notice.directory, output)?;
    run(&arguments.notice, folder, Some(arguments.at), output).await
}

/// `undersign organiser deliver DIR`: a delivery that says to whom and when.
pub async fn deliver(arguments: &NoticeArguments, output: &Output) -> CommandResult {
    let folder = read_folder(&arguments.directory, output)?;
    let is_whole = matches!(folder.kind, NoticeKind::Delivery { .. }) && says_who_and_when(&folder);
    let needed = "kind = \"delivery\", addressees = [1] (their places in petition.toml) and on = \"2026-12-01\"";
    demand(is_whole, arguments, needed)?;
    run(arguments, folder, None, output).await
}

/// `undersign organiser answer DIR`: an answer that says whose it is and of which day.
pub async fn answer(arguments: &NoticeArguments, output: &Output) -> CommandResult {
    let folder = read_folder(&arguments.directory, output)?;
    let is_whole = folder.kind == NoticeKind::Answer && says_who_and_when(&folder);
    let needed = "kind = \"answer\", addressees = [1] (who answered) and on = \"2026-12-01\"";
    demand(is_whole, arguments, needed)?;
    run(arguments, folder, None, output).await
}

/// `undersign organiser correct DIR`: another petition replaces this one.
pub async fn correct(arguments: &NoticeArguments, output: &Output) -> CommandResult {
    let folder = read_folder(&arguments.directory, output)?;
    let is_whole = matches!(folder.kind, NoticeKind::Correction { .. });
    demand(is_whole, arguments, "kind = \"correction\" and replaced_by = \"the id of the new petition\"")?;
    run(arguments, folder, None, output).await
}

fn says_who_and_when(folder: &NoticeFolder) -> bool {
    !folder.facts.addressees.is_empty() && folder.facts.on.is_some()
}

fn demand(is_whole: bool, arguments: &NoticeArguments, needed: &str) -> CommandResult {
    let file = arguments.directory.join(NOTICE_FILE);
    let message = || format!("{} must say: {needed}.", file.display());
    if is_whole { Ok(()) } else { Err(Failure::new(Exit::Refused, message())) }
}

/// Looks the petition up and checks it, signs, keeps, and publishes at both sides: at the identified one first, which acts.
async fn run(
    arguments: &NoticeArguments,
    folder: NoticeFolder,
    closes: Option<Option<Timestamp>>,
    output: &Output,
) -> CommandResult {
    let key = publish::read_key(&arguments.key, output)?;
    let Link { base, petition: Some(link) } = &arguments.link else {
        return Err(Failure::new(Exit::Usage, "This link names no petition."));
    };
    let transport = transport(&arguments.connection)?;
    let petition = look_up(&transport, base, link, None, Purpose::Show, output).await?;
    let public_key = key.public_key();
    if petition.manifest().organiser.public_key != public_key && !is_recovery_key(petition.manifest(), &public_key) {
        let message = "The petition was published with another key. Name that key, or its recovery key, with --key.";
        return Err(Failure::new(Exit::Refused, message));
    }
    let now = clock::now();
    let content = match closes {
        Some(at) => NoticeContent::Close { closes_at: at.unwrap_or(now) },
        None => folder.content(&petition),
    };
    let path = kept_path(&arguments.directory, &petition);
    let signed = match read_kept(&path, &petition)? {
        Some(kept) if is_same(&kept, &folder, &content, closes, &petition) => kept,
        Some(_) => return Err(changed(&path)),
        None => {
            let (texts, content) = with_facts(&transport, &petition, folder, content).await?;
            let signed = sign_notice(&petition, texts, content, now, &key)
                .map_err(|error| Failure::new(Exit::Refused, format!("The notice cannot be published: {error}.")))?;
            write_kept(&path, &signed)?;
            signed
        }
    };
    publish_at_both(&transport, &petition, &signed, output).await
}

/// The texts with the facts below them. A delivery of today's log hands over the total that is shown now, and the tree that it is of.
async fn with_facts(
    transport: &Transport,
    petition: &CheckedPetition,
    folder: NoticeFolder,
    content: NoticeContent,
) -> CommandResult<(ByLanguage<NoticeText>, NoticeContent)> {
    let NoticeFolder { kind, facts, texts } = folder;
    let is_delivery = matches!(kind, NoticeKind::Delivery { .. });
    let shown = if is_delivery && !facts.is_empty() { Some(total(transport, petition).await?) } else { None };
    let handed_over = shown.filter(|total| match kind {
        NoticeKind::Delivery { tree_size } => tree_size.is_none_or(|tree_size| tree_size == total.tree_size),
        _ => false,
    });
    let content = match (&content, &handed_over) {
        (NoticeContent::Delivery { .. }, Some(total)) => NoticeContent::Delivery { tree_size: total.tree_size },
        _ => content,
    };
    let texts = facts
        .below(texts, petition.manifest(), is_delivery, handed_over.as_ref())
        .map_err(|error| Failure::new(Exit::Refused, format!("{NOTICE_FILE}: {error}.")))?;
    Ok((texts, content))
}

async fn publish_at_both(
    transport: &Transport,
    petition: &CheckedPetition,
    notice: &VerifiedNotice,
    output: &Output,
) -> CommandResult {
    let mut leaf_index = None;
    for side in [Side::Identified, Side::Anonymous] {
        let endpoints = petition.endpoints();
        let base = if side == Side::Identified { &endpoints.issuer } else { &endpoints.origin };
        let answer = transport.send(&notice_request(side, petition, notice)).await.map_err(|error| {
            Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
        })?;
        let answer = read_notice_answer(&answer, notice).map_err(|error| failure(&error, base))?;
        leaf_index = answer.leaf_index.or(leaf_index);
    }
    output.event(
        "published",
        json!({
            "notice_id": notice.id(), "petition_id": petition.petition_id(), "content": notice.notice().content,
            "published_at": notice.notice().published_at, "leaf_index": leaf_index,
        }),
        match notice.notice().content {
            NoticeContent::Close { closes_at } => format!("Published. The petition closes at {closes_at}."),
            _ => "Published. The notice stands in the petition's log and on its page.".to_owned(),
        },
    );
    Ok(())
}

fn read_folder(directory: &Path, output: &Output) -> CommandResult<NoticeFolder> {
    let files = read_files(directory).map_err(|error| {
        Failure::new(Exit::File, format!("The folder {} cannot be read: {error}.", directory.display()))
    })?;
    NoticeFolder::parse(&files).map_err(|problems| {
        problems.iter().for_each(|problem| folder::tell(directory, problem, output));
        let message = format!("To be changed before this notice can be published: {}.", problems.len());
        Failure::new(Exit::Refused, message)
    })
}

fn read_files(directory: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_ours = name == NOTICE_FILE || (name.ends_with(".md") && !name.starts_with('.'));
        if is_ours && entry.metadata()?.len() <= MAX_FILE {
            files.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(files)
}

/// One file for each petition: an answer may be news of two.
fn kept_path(directory: &Path, petition: &CheckedPetition) -> PathBuf {
    directory.join(DIRECTORY).join(format!("{}.json", petition.petition_id()))
}

fn read_kept(path: &Path, petition: &CheckedPetition) -> CommandResult<Option<VerifiedNotice>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display()))),
    };
    let damaged = |error: String| {
        let message = format!("{} is damaged: {error}. Put back the file that was written there.", path.display());
        Failure::new(Exit::File, message)
    };
    let kept: NoticeRequest = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let signed = SignedNotice { notice: kept.notice.get().as_bytes().to_vec(), signature: kept.signature };
    VerifiedNotice::verify(signed, petition.verified()).map(Some).map_err(|error| damaged(error.to_string()))
}

/// Whether what was signed says what is asked for now. A time that was not named is that of the first time.
fn is_same(
    kept: &VerifiedNotice,
    folder: &NoticeFolder,
    content: &NoticeContent,
    closes: Option<Option<Timestamp>>,
    petition: &CheckedPetition,
) -> bool {
    let notice = kept.notice();
    let same_content = match (&notice.content, content) {
        (NoticeContent::Close { .. }, NoticeContent::Close { .. }) if closes == Some(None) => true,
        // The log has grown since.
        (NoticeContent::Delivery { .. }, NoticeContent::Delivery { .. }) => true,
        (kept, asked) => kept == asked,
    };
    let is_delivery = matches!(folder.kind, NoticeKind::Delivery { .. });
    let same_texts = if folder.facts.is_empty() {
        notice.texts == folder.texts
    } else {
        folder.facts.stand_below(&notice.texts, &folder.texts, petition.manifest(), is_delivery)
    };
    same_texts && same_content
}

fn write_kept(path: &Path, notice: &VerifiedNotice) -> CommandResult {
    let unwritable =
        |error: io::Error| Failure::new(Exit::File, format!("{} cannot be written: {error}.", path.display()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(unwritable)?;
    }
    let request = serde_json::to_vec(&notice.signed().request()).map_err(|error| unwritable(error.into()))?;
    replace(path, &request).map_err(unwritable)
}

fn changed(path: &Path) -> Failure {
    let message = format!(
        "This folder has changed since its notice was signed for this petition, and what is published cannot be changed: put the folder \
         back, or write another notice in another folder. If it was never published, remove {} and try again.",
        path.display()
    );
    Failure::new(Exit::Refused, message)
}

fn failure(error: &PublishError, base: &Base) -> Failure {
    match error {
        PublishError::OtherPetition => {
            Failure::new(Exit::NotTrusted, format!("{base}: the server answered about another notice."))
        }
        PublishError::Answer(error) => problems::answer(base, error),
    }
}

//! A notice of the operator, signed on the server's machine with the key of the petition's log, and published at both sides.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use undersign_client_lib::organiser::{NOTICE_FILE, NoticeFolder, NoticeKind};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{
    Notice, NoticeContent, NoticeRequest, NoticeSigner, SignedNotice, VerifiedManifest, VerifiedNotice,
};
use undersign_protocol::timestamp::Timestamp;

use crate::anonymous::AnonymousDatabase;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, ConfigError};
use crate::key_directory::KeyDirectory;
use crate::petition::Registry;
use crate::serve::issuer_url;

/// What the operator says.
pub struct OperatorNotice {
    /// Short name or id.
    pub petition: String,
    /// Folder of the notice, as `undersign organiser update` reads it.
    pub directory: PathBuf,
    /// The petition closes then, in place of what `notice.toml` says.
    pub close: Option<Timestamp>,
}

/// Signs, keeps and publishes it: at the identified side first, which acts. A repeat publishes what was kept.
pub async fn publish(config: &Config, notice: &OperatorNotice) -> anyhow::Result<()> {
    let section = config.anonymous.as_ref().ok_or(ConfigError::Missing("anonymous"))?;
    let database = AnonymousDatabase::open(&section.database).await?;
    let registry = Registry::load((*database).clone()).await?;
    let petition = registry.by_id_or_slug(&notice.petition)?;
    let folder = read_folder(&notice.directory)?;
    let kept = notice.directory.join(".published").join(format!("{}-operator.json", petition.verified.petition_id()));
    let request = match read_kept(&kept, &petition.verified, &folder)? {
        Some(request) => request,
        None => {
            let keys = KeyDirectory::open(&section.keys)?.subdirectory("logs")?;
            let name = format!("{}.key", petition.verified.manifest().log.public_key);
            let seed = keys.read_array::<32>(&name)?.context("the key of the petition's log is missing")?;
            let request = sign(&petition.verified, notice, folder, &SecretKey::from_seed(&seed))?;
            fs::create_dir_all(kept.parent().unwrap_or(Path::new(".")))?;
            fs::write(&kept, &request).with_context(|| kept.display().to_string())?;
            request
        }
    };
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build()?;
    for base in [issuer_url(config, section)?, format!("http://{}", section.listen)] {
        let url = format!("{base}/v1/petitions/{}/notices", petition.verified.petition_id());
        let post = client.post(url).header("content-type", "application/json").body(request.clone());
        let answer = post.send().await.with_context(|| format!("{base} did not answer; repeat the command"))?;
        let is_taken = answer.status().is_success();
        let text = answer.text().await.unwrap_or_default();
        ensure!(is_taken, "{base} refused the notice: {text}");
    }
    Ok(())
}

fn read_folder(directory: &Path) -> anyhow::Result<NoticeFolder> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name == NOTICE_FILE || name.ends_with(".md") {
            files.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    NoticeFolder::parse(&files).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!(problems.join("\n"))
    })
}

fn sign(
    petition: &VerifiedManifest,
    notice: &OperatorNotice,
    folder: NoticeFolder,
    key: &SecretKey,
) -> anyhow::Result<Vec<u8>> {
    ensure!(folder.facts.is_empty(), "{NOTICE_FILE}: addressees, on and answer_until are the organiser's to say");
    let content = match (notice.close, folder.kind) {
        (Some(closes_at), _) => NoticeContent::Close { closes_at },
        (None, NoticeKind::Update) => NoticeContent::Update {},
        (None, NoticeKind::Answer) => NoticeContent::Answer {},
        (None, NoticeKind::Delivery { tree_size: Some(tree_size) }) => NoticeContent::Delivery { tree_size },
        (None, NoticeKind::Delivery { tree_size: None }) => bail!("{NOTICE_FILE}: tree_size is missing"),
        (None, NoticeKind::Correction { replaced_by }) => NoticeContent::Correction { replaced_by },
        (None, NoticeKind::TakeDown) => NoticeContent::TakeDown {},
        (None, NoticeKind::EarlierTotal { .. }) => bail!("{NOTICE_FILE}: an earlier total is the organiser's to say"),
    };
    let written = Notice {
        version: 1,
        petition_id: petition.petition_id(),
        signer: NoticeSigner::Operator,
        published_at: SystemClock.now(),
        texts: folder.texts,
        content,
    };
    let verified = VerifiedNotice::verify(SignedNotice::sign(&written, key)?, petition)?;
    Ok(serde_json::to_vec(&verified.signed().request())?)
}

fn read_kept(path: &Path, petition: &VerifiedManifest, folder: &NoticeFolder) -> anyhow::Result<Option<Vec<u8>>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    let request: NoticeRequest = serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?;
    let signed = SignedNotice { notice: request.notice.get().as_bytes().to_vec(), signature: request.signature };
    let verified = VerifiedNotice::verify(signed, petition).with_context(|| path.display().to_string())?;
    ensure!(
        verified.notice().texts == folder.texts,
        "the folder has changed since its notice was signed; what is published cannot be changed. Use another folder, or remove {} if \
         it was never published",
        path.display()
    );
    Ok(Some(bytes))
}

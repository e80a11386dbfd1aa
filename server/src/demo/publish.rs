use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::native::Transport;
use undersign_client_lib::organiser::{self, Folder};
use undersign_client_lib::request::Side;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{PetitionId, Publication, Slug};
use undersign_protocol::timestamp::DAY;

use super::Demo;
use super::samples::samples;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::SystemEntropy;
use crate::key_directory::KeyDirectory;

/// Publishes the samples over HTTP, as any organiser would, and gives back the pinned links of all of them.
pub(super) async fn publish_samples(
    demo: &Demo,
    directory: &Path,
    kept: &BTreeMap<Slug, PetitionId>,
) -> anyhow::Result<Vec<String>> {
    let keys = KeyDirectory::open(directory.join("organiser-keys"))?;
    let key = SecretKey::from_seed(&*keys.read_or_make("organiser.key", &SystemEntropy)?);
    let base: Base = format!("http://{}", demo.listen).parse().context("--listen")?;
    let transport = Transport::direct();
    let mut links = Vec::new();
    for files in samples() {
        let folder = Folder::parse(&files).map_err(|problems| anyhow::anyhow!("sample petition: {problems:?}"))?;
        let slug = folder.settings.slug.clone();
        let petition_id = match kept.get(&slug) {
            Some(petition_id) => *petition_id,
            None => publish_sample(demo, &base, &transport, &key, folder).await?,
        };
        links.push(format!("{base}/p/{slug}#{petition_id}"));
    }
    Ok(links)
}

async fn publish_sample(
    demo: &Demo,
    base: &Base,
    transport: &Transport,
    key: &SecretKey,
    mut folder: Folder,
) -> anyhow::Result<PetitionId> {
    let slug = folder.settings.slug.clone();
    let now = SystemClock.now();
    folder.settings.opens_at = now;
    folder.settings.closes_at = now.plus(365 * DAY);
    folder.settings.publication =
        Publication { interval: demo.publish_interval, min_batch: 1, max_wait: demo.publish_interval };
    let mut rng = UnwrapErr(SysRng);
    let prepare = organiser::prepare_request(Side::Identified, base, &slug, key, &mut rng);
    let prepared = transport.send(&prepare).await?;
    let manifest = folder.manifest(
        key.public_key(),
        &organiser::read_prepared_identified(&prepared)?,
        &organiser::read_prepared_anonymous(&prepared)?,
    )?;
    let verified = organiser::sign(&manifest, key)?;
    let answer = transport.send(&organiser::publish_request(Side::Identified, base, &verified)).await?;
    organiser::read_published(&answer, &verified)?;
    Ok(verified.petition_id())
}

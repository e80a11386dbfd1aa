//! Ten thousand open connections that read the total again and again, from several addresses of this machine, while people sign.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use getrandom::rand_core::Rng as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::task::JoinSet;
use undersign_tests::signer::rng;

use crate::http::{Connection, bytes};
use crate::load::{on_all_cores, run};
use crate::people::{Person, all_published, prepare};
use crate::rows::signings::sign;
use crate::stage::{Sides, Stage};
use crate::{Settings, say};

/// Seconds between two looks of one reader.
const PAUSE: u64 = 5;

/// Measures how long signings take meanwhile.
pub async fn measure(settings: &Settings) -> Result<()> {
    let (readers, count) = (settings.size(10_000, 10_000), settings.size(1_000, 20_000));
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    // Both processes have one descriptor for each connection.
    ensure!(limit.maximum.is_none_or(|most| most > readers as u64 + 500), "the limit of open files is too low");
    let stage = Stage::set(settings, Sides::Together, 1, 10).await?;
    let people = prepare(&stage.checked().await, "c", count)?;
    let request: Arc<[u8]> =
        bytes("GET", &format!("/v1/petitions/{}/total", stage.petition().petition_id()), &[], &[]).into();
    let (ended, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut crowd = JoinSet::new();
    for number in 0..readers {
        // Eight addresses, each with ports of its own.
        let from = [127, 0, 1, (number % 8) as u8 + 1].into();
        let mut connection = Connection::open_from(from, stage.origin()?).await?;
        let (request, ended, reads) = (Arc::clone(&request), Arc::clone(&ended), Arc::clone(&reads));
        let first = u64::from(rng().next_u32()) % (PAUSE * 1_000);
        crowd.spawn(async move {
            tokio::time::sleep(Duration::from_millis(first)).await;
            while !ended.load(Ordering::Relaxed) {
                connection.send(&request).await?.expect(200)?;
                reads.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(PAUSE)).await;
            }
            anyhow::Ok(())
        });
    }
    let mut contexts = Vec::new();
    for _ in 0..16 {
        contexts.push((Connection::open(stage.issuer()?).await?, Connection::open(stage.origin()?).await?));
    }
    let (mails, read_before) = (stage.mails.clone(), reads.load(Ordering::Relaxed));
    let load =
        run(contexts, people, move |connections, person: Person| sign(connections, person, mails.clone())).await?;
    let read = (reads.load(Ordering::Relaxed) - read_before) as f64 / load.elapsed.as_secs_f64();
    ended.store(true, Ordering::Relaxed);
    while let Some(reader) = crowd.join_next().await {
        reader?.context("a reader")?;
    }
    let (rate, p50, p99) = (load.rate(), load.percentile(0.5), load.percentile(0.99));
    let acknowledged = on_all_cores(load.outputs, |(holder, answer)| holder.acknowledged(&answer.response()))?;
    all_published(&stage.server, stage.petition(), &acknowledged).await?;
    say(format!(
        "{readers} open connections that read the total ({read:.0}/s) while {count} people sign, 16 at once: **p99 {p99:.0} ms** (goal \
         500 ms), median {p50:.0} ms, {rate:.0} signings/s; all published, none twice"
    ));
    Ok(())
}

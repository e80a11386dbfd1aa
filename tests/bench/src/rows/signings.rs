//! Whole signings: a mail is asked for, sent, and its link opened; the token is issued and redeemed; batches are published meanwhile.
//! Both sides in one process, whose time is all that the server takes.

use anyhow::{Context as _, Result, ensure};
use undersign_tests::post::Mails;

use crate::cost::Costs;
use crate::http::Connection;
use crate::load::{on_all_cores, run};
use crate::people::{Person, all_published, prepare};
use crate::stage::{Sides, Stage};
use crate::{Settings, say};

/// People who sign at once: most of what one waits for is the mail server.
const AT_ONCE: usize = 128;
/// Seconds between batches.
const INTERVAL: u64 = 10;

/// Measures with 1, 4 and 8 open petitions.
pub async fn measure(settings: &Settings) -> Result<()> {
    for (petitions, short, long) in [(1, 4_000, 60_000), (4, 2_000, 20_000), (8, 1_000, 10_000)] {
        with(settings, petitions, settings.size(short, long)).await?;
    }
    Ok(())
}

async fn with(settings: &Settings, petitions: usize, count: usize) -> Result<()> {
    let stage = Stage::set(settings, Sides::Together, petitions, INTERVAL).await?;
    let people = prepare(&stage.checked().await, "s", count)?;
    let mut contexts = Vec::new();
    for _ in 0..AT_ONCE {
        contexts.push((Connection::open(stage.issuer()?).await?, Connection::open(stage.origin()?).await?));
    }
    let (mails, meter, before) = (stage.mails.clone(), stage.both(), stage.both().read()?);
    let load =
        run(contexts, people, move |connections, person: Person| sign(connections, person, mails.clone())).await?;
    let mut costs = Costs::default();
    costs.add(&meter, &before, count)?;
    let (cost, beside) = (costs.server() / 1e3, costs.beside());
    let (rate, p50, p99) = (load.rate(), load.percentile(0.5), load.percentile(0.99));
    let acknowledged = on_all_cores(load.outputs, |(holder, answer)| holder.acknowledged(&answer.response()))?;
    ensure!(acknowledged.len() == count, "everyone has signed");
    all_published(&stage.server, stage.petition(), &acknowledged).await?;
    say(format!(
        "whole signings, {petitions} open: **{cost:.2} ms** of server CPU each{beside} (goal 1.3 ms with one open), **{rate:.0}/s** (goal 1,000/s \
         with one open) while the generator unblinds on the same cores, median {p50:.0} ms, p99 {p99:.0} ms (goal 500 ms); {count} \
         acknowledged, published and recounted, none twice"
    ));
    Ok(())
}

type Connections = (Connection, Connection);
type Signed = (crate::people::Holder, crate::http::Answer);

/// All steps of one person.
pub async fn sign(connections: Connections, person: Person, mails: Mails) -> Result<(Connections, Signed)> {
    let (mut issuer, mut origin) = connections;
    let confirmed = person.confirm(&mut issuer, &mails).await?;
    let answer = issuer.send(&confirmed.request).await?.expect(200)?;
    let holder =
        tokio::task::spawn_blocking(move || confirmed.holder(&answer.response())).await.context("unblinding")??;
    let answer = origin.send(&holder.request).await?.expect(200)?;
    Ok(((issuer, origin), (holder, answer)))
}

//! Reads of the total and the page, beside a bare axum handler that answers with as many bytes, in turns.

use anyhow::Result;

use crate::clock::Process;
use crate::http::{Connection, bytes};
use crate::load::run;
use crate::peer::Peer;
use crate::stage::{CONNECTIONS, Sides, Stage};
use crate::{Settings, median, say};

const ROUNDS: usize = 5;

/// Measures reads of a petition with some signatures.
pub async fn measure(settings: &Settings) -> Result<()> {
    let stage = Stage::set(settings, Sides::Apart, 1, 5).await?;
    let holders = stage.holders("r", 100).await?;
    crate::stage::redeem(Connection::open_all(stage.origin()?, 8).await?, holders).await?;
    let peer = Peer::start().await?;
    tokio::time::sleep(std::time::Duration::from_secs(7)).await;
    let manifest = stage.petition().manifest();
    let (total, page) =
        (format!("/v1/petitions/{}/total", stage.petition().petition_id()), format!("/p/{}", manifest.slug));
    let checkpoint = format!("/v1/petitions/{}/log/checkpoint", stage.petition().petition_id());
    let brotli = [("accept-encoding", "br".to_owned())];
    for (name, path, headers) in [
        ("total", &total, &[][..]),
        ("page, as it is", &page, &[][..]),
        ("page, brotli", &page, &brotli[..]),
        ("checkpoint", &checkpoint, &[][..]),
    ] {
        compare(settings, &stage, &peer, name, &bytes("GET", path, headers, &[])).await?;
    }
    Ok(())
}

async fn compare(settings: &Settings, stage: &Stage, peer: &Peer, name: &str, request: &[u8]) -> Result<()> {
    let size = Connection::open(stage.origin()?).await?.send(request).await?.expect(200)?.body.len();
    let hello = bytes("GET", &format!("/hello/{size}"), &[], &[]);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(reads(settings, stage.origin()?, stage.anonymous().server, request).await?);
        theirs.push(reads(settings, peer.address, peer.process(), &hello).await?);
    }
    let (rate, cost) = medians(ours);
    let (hello_rate, hello_cost) = medians(theirs);
    say(format!(
        "{name}, {size} bytes: **{:.2} ×** a bare axum handler by CPU (goal 0.75), {cost:.1} µs against {hello_cost:.1} µs; {rate:.0}/s \
         against {hello_rate:.0}/s",
        hello_cost / cost
    ));
    Ok(())
}

fn medians(rounds: Vec<(f64, f64)>) -> (f64, f64) {
    let (rates, costs) = rounds.into_iter().unzip();
    (median(rates), median(costs))
}

/// Reads a second, and µs of the server's processor time for each.
async fn reads(
    settings: &Settings,
    address: std::net::SocketAddr,
    process: Process,
    request: &[u8],
) -> Result<(f64, f64)> {
    let count = settings.size(40_000, 200_000);
    let connections = Connection::open_all(address, CONNECTIONS).await?;
    let (request, before) = (std::sync::Arc::<[u8]>::from(request), process.time()?);
    let load = run(connections, vec![request; count], |mut connection, request: std::sync::Arc<[u8]>| async move {
        connection.send(&request).await?.expect(200)?;
        Ok((connection, ()))
    })
    .await?;
    Ok((load.rate(), (process.time()? - before) * 1e6 / count as f64))
}

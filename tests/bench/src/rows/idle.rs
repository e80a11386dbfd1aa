//! Memory of a server that nobody asks anything, and how long one takes to answer that starts on an existing database.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Result;
use undersign_tests::programs::program;

use crate::clock::{Moment, Process};
use crate::http::{Connection, bytes};
use crate::stage::{Sides, Stage, redeem};
use crate::{Settings, median, say};

const STARTS: usize = 7;

/// Measures both on a database with some signatures.
pub async fn measure(settings: &Settings) -> Result<()> {
    let count = settings.size(500, 20_000);
    let mut stage = Stage::set(settings, Sides::Together, 3, 5).await?;
    let holders = stage.holders("i", count).await?;
    redeem(Connection::open_all(stage.origin()?, 8).await?, holders).await?;
    tokio::time::sleep(Duration::from_secs(12)).await;
    stage.server.kill();
    let (mut times, mut memory) = (Vec::new(), 0);
    for start in 0..STARTS {
        let (mut child, seconds) = started(&stage).await?;
        times.push(seconds * 1e3);
        if start + 1 == STARTS {
            tokio::time::sleep(Duration::from_secs(15)).await;
            memory = Process(child.id()).memory()?;
        }
        child.kill()?;
        child.wait()?;
    }
    say(format!(
        "idle, both sides in one process, {count} signatures: **{:.0} MB** resident (goal 60 MB); ready in **{:.0} ms** on an existing \
         database (goal 200 ms, median of {STARTS})",
        memory as f64 / 1e3,
        median(times)
    ));
    Ok(())
}

/// A server on the stage's data, and the seconds until it has answered.
async fn started(stage: &Stage) -> Result<(Child, f64)> {
    let begun = Moment::now();
    let mut command = Command::new(program("undersign-server"));
    command.arg("serve").arg("--config").arg(stage.server.config_path()).stdin(Stdio::null());
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let request = bytes("GET", "/v1/petitions", &[], &[]);
    loop {
        if let Ok(mut connection) = Connection::open(stage.origin()?).await
            && connection.send(&request).await.is_ok_and(|answer| answer.status == 200)
        {
            return Ok((child, begun.elapsed().as_secs_f64()));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

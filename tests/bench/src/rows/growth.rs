//! What a redemption costs beside ten thousand nonces and beside millions. The rows are written straight into the product's table, in
//! key order; a redemption takes one more.

use anyhow::{Result, ensure};
use sqlx::any::AnyConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use crate::clock::Moment;
use crate::cost::Costs;
use crate::http::Connection;
use crate::load::on_all_cores;
use crate::people::Holder;
use crate::stage::{CONNECTIONS, Sides, Stage, redeem};
use crate::{Engine, Settings, say};

const ROUNDS: usize = 7;
/// Hours: no batch is published meanwhile, whose cost is another one.
const INTERVAL: u64 = 21_600;

/// A server beside so many nonces, and tokens for it.
struct Beside {
    nonces: u64,
    stage: Stage,
    holders: Vec<Holder>,
    costs: Costs,
}

/// Measures at each size, on databases of its own: what grows is the number of nonces and nothing else. In turns, so that what else the
/// machine does meets all sizes.
pub async fn measure(settings: &Settings) -> Result<()> {
    let sizes: &[u64] = if settings.large { &[10_000, 100_000, 1_000_000, 10_000_000] } else { &[10_000, 1_000_000] };
    let count = settings.size(1_000, 5_000);
    let mut all = Vec::with_capacity(sizes.len());
    for size in sizes {
        all.push(Beside::of(settings, *size, count * ROUNDS).await?);
    }
    for _ in 0..ROUNDS {
        for beside in &mut all {
            beside.round(count).await?;
        }
    }
    let first = all[0].costs.server();
    for Beside { nonces, costs, .. } in &all {
        let (cost, apart) = (costs.server(), costs.beside());
        say(format!(
            "redemption beside {nonces} nonces: **{cost:.0} µs** of server CPU{apart}, {:.2} × (goal 1.2 ×)",
            cost / first
        ));
    }
    Ok(())
}

impl Beside {
    async fn of(settings: &Settings, nonces: u64, tokens: usize) -> Result<Self> {
        let mut stage = Stage::set(settings, Sides::Apart, 1, INTERVAL).await?;
        let holders = stage.holders("g", tokens).await?;
        stage.server.kill();
        let begun = Moment::now();
        fill(settings, &stage, nonces).await?;
        eprintln!("  {nonces} nonces after {:.0} s", begun.elapsed().as_secs_f64());
        stage.server.restart().await;
        Ok(Self { nonces, stage, holders, costs: Costs::default() })
    }

    async fn round(&mut self, count: usize) -> Result<()> {
        let part = self.holders.split_off(self.holders.len() - count);
        let meter = self.stage.anonymous();
        let before = meter.read()?;
        let load = redeem(Connection::open_all(self.stage.origin()?, CONNECTIONS).await?, part).await?;
        self.costs.add(&meter, &before, count)?;
        let acknowledged = on_all_cores(load.outputs, |(holder, answer)| holder.acknowledged(&answer.response()))?;
        ensure!(acknowledged.len() == count, "a promise to each");
        Ok(())
    }
}

/// Adds random nonces that stand in the log already, in key order: pages are written once.
async fn fill(settings: &Settings, stage: &Stage, rows: u64) -> Result<()> {
    sqlx::any::install_default_drivers();
    let url = stage.server.database_url("anonymous");
    let mut connection = url.parse::<AnyConnectOptions>()?.disable_statement_logging().connect().await?;
    let (before, numbers, after) = match settings.engine {
        Engine::Sqlite => (
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000",
            format!(
                "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {rows}) \
                 SELECT $1, randomblob(32) AS nonce, n FROM number ORDER BY nonce"
            ),
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ),
        Engine::Postgres => (
            "SET synchronous_commit = off; SET work_mem = '256MB'",
            format!(
                "SELECT $1, sha256(decode(md5(random()::text), 'hex') || int8send(n)) AS nonce, n \
                 FROM generate_series(1, CAST({rows} AS BIGINT)) AS n ORDER BY nonce"
            ),
            // What PostgreSQL does by itself, some time later, beside what is measured.
            "VACUUM (ANALYZE) nonce",
        ),
    };
    connection.execute(before).await?;
    let sql = format!("INSERT INTO nonce (petition_id, nonce, leaf_index) {numbers}");
    let petition_id = stage.petition().petition_id();
    let done = sqlx::query(AssertSqlSafe(sql)).bind(petition_id.as_bytes().as_slice()).execute(&mut connection).await?;
    ensure!(done.rows_affected() == rows, "so many rows");
    connection.execute(after).await?;
    connection.close().await?;
    Ok(())
}

//! What requests cost: the server's processor time, and beside it that of the database, where it is processes of its own.

use anyhow::Result;

use crate::clock::Process;
use crate::median;

/// Whose times are read.
#[derive(Debug, Clone)]
pub struct Meter {
    /// The server's.
    pub server: Process,
    /// Those of whose children PostgreSQL consists; none with SQLite.
    pub clusters: Vec<Process>,
}

/// Times so far, in seconds.
pub struct Reading {
    server: f64,
    clusters: f64,
}

/// Costs of several rounds, in µs a request.
#[derive(Default)]
pub struct Costs {
    server: Vec<f64>,
    clusters: Vec<f64>,
}

impl Meter {
    /// The times now.
    pub fn read(&self) -> Result<Reading> {
        let mut clusters = 0.0;
        for cluster in &self.clusters {
            clusters += cluster.time_with_children()?;
        }
        Ok(Reading { server: self.server.time()?, clusters })
    }
}

impl Costs {
    /// Adds a round of so many requests that has just ended.
    pub fn add(&mut self, meter: &Meter, before: &Reading, count: usize) -> Result<()> {
        let now = meter.read()?;
        self.server.push((now.server - before.server) * 1e6 / count as f64);
        if !meter.clusters.is_empty() {
            self.clusters.push((now.clusters - before.clusters) * 1e6 / count as f64);
        }
        Ok(())
    }

    /// The server's, the middle of the rounds.
    pub fn server(&self) -> f64 {
        median(self.server.clone())
    }

    /// The database's, in words, where it is apart.
    pub fn beside(&self) -> String {
        match self.clusters.is_empty() {
            true => String::new(),
            false => format!(" (and {:.0} µs of PostgreSQL's processes)", median(self.clusters.clone())),
        }
    }
}

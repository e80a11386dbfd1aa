//! PostgreSQL's programs, of which the tests make clusters of their own, and those clusters.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use undersign_test_clusters::{Clusters, VARIABLE};

use super::packages::{Need, install as install_packages, stop};
use crate::command::in_path;

/// Installs what is missing.
pub fn install() -> Result<()> {
    if is_there() {
        return Ok(());
    }
    install_packages(&[Need { what: "PostgreSQL", packages: &["postgresql"], present: is_there }])?;
    stop("postgresql")
}

/// The clusters that all tests of a run share; they end with this value.
pub fn clusters() -> Clusters {
    Clusters::start()
}

/// Says to the tests where the clusters are.
pub fn give<'a>(command: &'a mut Command, clusters: &Clusters) -> &'a mut Command {
    command.env(VARIABLE, clusters.sockets())
}

/// Debian keeps a cluster's programs where no path looks.
fn is_there() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    in_path("psql") && versions.map(|version| version.path().join("bin/initdb")).any(|initdb| Path::is_file(&initdb))
}

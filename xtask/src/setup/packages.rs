//! Programs and libraries of the operating system.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{in_path, output, run, succeeds};

/// Something that a task needs from the operating system.
pub struct Need {
    /// What it is, for people.
    pub what: &'static str,
    /// Debian's packages with it.
    pub packages: &'static [&'static str],
    /// Whether it is there, however it came.
    pub present: fn() -> bool,
}

/// Installs what is missing. Asks nothing and starts nothing when all is there.
///
/// # Errors
/// Something is missing and this is not Debian, or one is not root, or the packages do not help; the message says what.
pub fn install(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let names = |needs: &[&Need]| needs.iter().map(|need| need.what).collect::<Vec<_>>().join("; ");
    let by_hand = format!("This is missing: {}.\nOn Debian: apt-get install {}", names(&missing), packages.join(" "));
    ensure!(in_path("apt-get"), "{by_hand}\nElsewhere the packages have similar names.");
    ensure!(is_root(), "{by_hand}\nRun that as root, or run this command again as root.");

    // One of several sources may be out of reach; what matters is whether the packages can be had.
    if run(Command::new("apt-get").arg("update")).is_err() {
        eprintln!("Going on with the lists of packages that are here.");
    }
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--no-install-recommends"]).args(&packages);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))?;

    let still: Vec<&Need> = missing.into_iter().filter(|need| !(need.present)()).collect();
    ensure!(still.is_empty(), "Though its packages are installed, this is still missing: {}", names(&still));
    Ok(())
}

/// Stops a service that its installation has started: Debian starts a server that it installs, and the tests start their own.
pub fn stop(service: &str) -> Result<()> {
    // Only where systemd runs has anything been started.
    if succeeds(Command::new("systemctl").args(["is-active", service])) {
        run(Command::new("systemctl").args(["disable", "--now", service]))?;
    }
    Ok(())
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

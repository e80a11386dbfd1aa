//! Caddy and nginx, in front of which the tests put what `undersign-server init` writes, haproxy, behind which they run several processes,
//! Tor, through which people sign, systemd's own check of its units, and what shows what is on a wire.

use std::path::Path;

use anyhow::Result;

use super::packages::{Need, install as install_packages, stop};
use crate::command::in_path;

/// Installs what is missing. Debian starts a server that it installs; these are only wanted by the tests, which start their own.
pub fn install() -> Result<()> {
    let servers =
        [("caddy", has_caddy as fn() -> bool), ("nginx", has_nginx), ("haproxy", has_haproxy), ("tor", has_tor)];
    let missing: Vec<_> = servers.into_iter().filter(|(_, present)| !present()).map(|(name, _)| name).collect();
    install_packages(&[
        Need { what: "Caddy", packages: &["caddy"], present: has_caddy },
        Need { what: "nginx", packages: &["nginx-light"], present: has_nginx },
        Need { what: "haproxy", packages: &["haproxy"], present: has_haproxy },
        Need { what: "Tor", packages: &["tor"], present: has_tor },
        Need { what: "ip, tcpdump and curl", packages: &["iproute2", "tcpdump", "curl"], present: has_wires },
        Need { what: "systemd-analyze", packages: &["systemd"], present: || in_path("systemd-analyze") },
    ])?;
    missing.into_iter().try_for_each(stop)
}

/// For machines of their own and what is on their wires.
fn has_wires() -> bool {
    ["ip", "tcpdump", "curl"].into_iter().all(is_server)
}

fn has_caddy() -> bool {
    in_path("caddy")
}

fn has_nginx() -> bool {
    is_server("nginx")
}

fn has_haproxy() -> bool {
    is_server("haproxy")
}

fn has_tor() -> bool {
    is_server("tor")
}

/// Debian keeps servers where the path of people who are not root does not look.
fn is_server(name: &str) -> bool {
    in_path(name) || Path::new("/usr/sbin").join(name).is_file()
}

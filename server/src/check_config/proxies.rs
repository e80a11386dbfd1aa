use std::net::SocketAddr;

use super::Finding;
use crate::config::Config;

/// Whether a proxy stands in front, and whether its word about its clients is believed. What is seen only when a proxy asks is said
/// by the running server, once: [`crate::web::client_network`].
pub fn check(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(section) = &config.identified {
        findings.extend(public(section.listen, "identified.listen"));
        if section.listen.ip().is_loopback() && section.trusted_proxies.is_empty() {
            findings.push(Finding::NoProxy);
        }
    }
    if let Some(section) = &config.anonymous {
        findings.extend(public(section.listen, "anonymous.listen"));
    }
    findings
}

fn public(listen: SocketAddr, field: &'static str) -> Option<Finding> {
    (!listen.ip().is_loopback()).then_some(Finding::PublicListen(field))
}

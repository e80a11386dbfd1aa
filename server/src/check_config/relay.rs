use reqwest::header::CONTENT_TYPE;
use undersign_protocol::oblivious::{GATEWAY_PATH, KEYS_MEDIA_TYPE};

use super::Finding;
use super::oblivious::client;
use crate::relay::config::{GatewaySection, RelayConfig};

/// Whether the world reaches the relay through its proxy alone, and every host in its list has a gateway.
pub async fn check(config: &RelayConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !config.listen.ip().is_loopback() {
        findings.push(Finding::PublicListen("listen"));
    }
    for section in &config.gateways {
        if let Err(reason) = ask(section).await {
            findings.push(Finding::NoGateway { host: section.host.clone(), reason });
        }
    }
    findings
}

/// Asks for the gateway's keys, as anyone may.
async fn ask(section: &GatewaySection) -> Result<(), String> {
    let words = |error: reqwest::Error| error.without_url().to_string();
    let url = section.asked().map_err(|error| error.to_string())?;
    let answer = client().map_err(words)?.get(format!("{url}{GATEWAY_PATH}")).send().await.map_err(words)?;
    let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match (answer.status().as_u16(), media_type) {
        (200, Some(KEYS_MEDIA_TYPE)) => Ok(()),
        (status, _) => Err(format!("it answers {status}")),
    }
}

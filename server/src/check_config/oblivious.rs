use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use undersign_protocol::base::Base;
use undersign_protocol::oblivious::RelayUrl;

use super::Finding;
use crate::config::{Config, origin};

/// How long a relay may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether relays are others', can be asked, and know this host.
pub async fn check(config: &Config) -> Vec<Finding> {
    let Some(side) = &config.anonymous else { return Vec::new() };
    let own = [config.origin_url(), config.issuer_url()].into_iter().flatten().filter_map(|url| url.parse().ok());
    let own: Vec<Base> = own.collect();
    let mut findings = Vec::new();
    for relay in &side.oblivious.relays {
        if own.iter().any(|base| name(base) == name(relay.base())) {
            findings.push(Finding::OwnRelay(relay.to_string()));
        }
        if !relay.is_secure() {
            findings.push(Finding::RelayNotSecure(relay.to_string()));
        }
        if let Err(reason) = ask(relay, &origin(&side.public_url)).await {
            findings.push(Finding::RelayAway { url: relay.to_string(), reason });
        }
    }
    findings
}

/// The host without its port.
fn name(base: &Base) -> &str {
    base.authority().rsplit_once(':').map_or(base.authority(), |(name, _)| name)
}

/// As a browser asks before a page of this host may post: a relay that does not know the host says no.
async fn ask(relay: &RelayUrl, page_origin: &str) -> Result<(), String> {
    let words = |error: reqwest::Error| error.without_url().to_string();
    let question = client().map_err(words)?.request(Method::OPTIONS, relay.to_string());
    let question = question.header(ORIGIN, page_origin).header(ACCESS_CONTROL_REQUEST_METHOD, "POST");
    let answer = question.send().await.map_err(words)?;
    let allowed = answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).and_then(|value| value.to_str().ok());
    match allowed {
        Some(allowed) if answer.status().is_success() && allowed == page_origin => Ok(()),
        _ => Err(format!("it answers {} and lets no page of {page_origin} ask", answer.status().as_u16())),
    }
}

pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).no_proxy().build()
}

use std::time::Duration;

use undersign_client_lib::endpoints::Base;
use url::{Host, Url};

use super::Finding;
use super::files::Found;
use crate::config::{Config, origin};
use crate::identified::email_verification::EVALUATOR_SECRET;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the secret.
const SECRET_SIZE: u64 = 32;

/// Whether the evaluator is elsewhere, is the one that was meant, and can be asked.
pub async fn check(config: &Config) -> Vec<Finding> {
    let Some(side) = &config.identified else { return Vec::new() };
    let Some(section) = &side.evaluator else { return Vec::new() };
    let mut findings = Vec::new();
    let secret = side.keys.join(EVALUATOR_SECRET);
    if Found::at(&secret).is_none_or(|found| found.metadata.len() != SECRET_SIZE) {
        findings.push(Finding::NoEvaluatorSecret(secret));
    }
    if origin(&section.url).parse::<Base>().is_err() {
        findings.push(Finding::EvaluatorNotSecure);
    }
    if is_here(&section.url) {
        findings.push(Finding::EvaluatorHere);
    }
    let url = origin(&section.url);
    match key(&url).await {
        Ok(is) if is == section.key.to_string() => {}
        Ok(is) => findings.push(Finding::EvaluatorKeyDiffers { url, is }),
        Err(reason) => findings.push(Finding::EvaluatorAway { url, reason }),
    }
    findings
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Its public key, as it says itself.
async fn key(url: &str) -> Result<String, String> {
    let words = |error: reqwest::Error| error.without_url().to_string();
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(words)?;
    let answer = client.get(format!("{url}/key")).send().await.and_then(reqwest::Response::error_for_status);
    Ok(answer.map_err(words)?.text().await.map_err(words)?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (url, here) in [
            ("http://127.0.0.1:8091", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8091", true),
            ("https://localhost", true),
            ("https://evaluator.example", false),
            ("https://192.0.2.7", false),
        ] {
            assert_eq!(is_here(&url.parse().expect("a URL")), here, "{url}");
        }
    }
}

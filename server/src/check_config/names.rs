use undersign_client_lib::endpoints::Base;
use url::Url;

use super::Finding;
use crate::config::{Config, origin};

/// What is missing for the two sides to find each other, and names that clients or mailboxes should not see.
pub fn check(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(section) = &config.identified {
        findings.extend(not_secure(&section.public_url, "identified.public_url"));
        findings.extend(section.origin_url.as_ref().and_then(|url| not_secure(url, "identified.origin_url")));
        if config.origin_url().is_none() {
            findings.push(Finding::NoOriginUrl);
        }
        let public = [Some(origin(&section.public_url)), config.origin_url()];
        match &section.mail.link_origin {
            None => findings.push(Finding::LinkOrigin("is missing")),
            Some(url) if public.contains(&Some(origin(url))) => {
                findings.push(Finding::LinkOrigin("is the host of the petitions or of the issuer"));
            }
            Some(url) => findings.extend(not_secure(url, "identified.mail.link_origin")),
        }
        if section.mail.files.is_some() {
            findings.push(Finding::MailFiles);
        }
        if section.organisers.is_empty() && !section.review.takes_strangers() {
            findings.push(Finding::NoOrganisers("identified.organisers"));
        }
    }
    if let Some(section) = &config.anonymous {
        findings.extend(not_secure(&section.public_url, "anonymous.public_url"));
        if config.issuer_url().is_none() {
            findings.push(Finding::NoIssuerUrl);
        }
        if section.client_dir.is_none() {
            findings.push(Finding::NoClient);
        }
        if section.organisers.is_empty() && !section.review.takes_strangers() {
            findings.push(Finding::NoOrganisers("anonymous.organisers"));
        }
    }
    if let (Some(identified), Some(anonymous)) = (&config.identified, &config.anonymous)
        && identified.organisers != anonymous.organisers
    {
        findings.push(Finding::OrganisersDiffer);
    }
    findings
}

fn not_secure(url: &Url, field: &'static str) -> Option<Finding> {
    origin(url).parse::<Base>().is_err().then_some(Finding::NotSecure(field))
}

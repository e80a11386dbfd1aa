use super::Finding;
use crate::announcement;
use crate::config::Config;
use crate::identified::email_verification::{RefusedDomains, SharedNetworks};
use undersign_pages::About;

/// What the operator has written into files of their own: the announcement, the refused domains, the shared networks, the page about the site; and limits that
/// the two sides understand differently.
pub fn check(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(path) = &config.announcement {
        match announcement::read(path) {
            Ok(said) if said.paused().is_some() => findings.push(Finding::Paused(path.clone())),
            Ok(_) => {}
            Err(error) => findings.push(Finding::Unusable(path.clone(), error.to_string())),
        }
    }
    if let Some(path) = config.identified.as_ref().and_then(|section| section.refused_domains.as_ref())
        && let Err(error) = RefusedDomains::read(path)
    {
        findings.push(Finding::Unusable(path.clone(), error.to_string()));
    }
    if let Some(path) = config.identified.as_ref().and_then(|section| section.shared_networks.as_ref())
        && let Err(error) = SharedNetworks::read(path)
    {
        findings.push(Finding::Unusable(path.clone(), error.to_string()));
    }
    if let Some(section) = &config.anonymous
        && let Err(error) = About::read(&section.pages)
    {
        findings.push(Finding::NotReadable(error.0, error.1));
    }
    if let (Some(identified), Some(anonymous)) = (&config.identified, &config.anonymous)
        && identified.organiser_limits != anonymous.organiser_limits
    {
        findings.push(Finding::OrganiserLimitsDiffer);
    }
    findings
}

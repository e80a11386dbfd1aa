use super::Finding;
use crate::config::Config;

/// Whether what is limited can be divided among the processes.
pub fn check(config: &Config) -> Vec<Finding> {
    let Some(section) = &config.identified else { return Vec::new() };
    let limits = &section.limits;
    let divided = [
        ("mails_per_address", limits.mails_per_address),
        ("mails_per_domain", limits.mails_per_domain),
        ("mails_per_large_domain", limits.mails_per_large_domain),
        ("mails_per_network", limits.mails_per_network),
        ("mails_per_shared_network", limits.mails_per_shared_network),
        ("proof_of_work.requests_per_minute", limits.proof_of_work.requests_per_minute),
        ("mails_per_minute", limits.mails_per_minute),
    ];
    let below = divided.into_iter().filter(|(_, limit)| *limit < config.processes);
    below.map(|(name, _)| Finding::LimitBelowProcesses(name)).collect()
}

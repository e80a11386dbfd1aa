use std::sync::Arc;

use undersign_protocol::email_verification::Address;

use super::budgets::Limits;
use super::http::problem;
use super::rules::VerificationError;
use super::transport::Delivery;
use crate::daily_counts::DailyCounts;

/// Every other mail provider.
const OTHER: &str = "other";

/// What this stage counts of a day: mails by what became of them and by large provider, confirmations, refusals.
///
/// No mail is in two of these counts, and none of them is the sum of others: what was asked for is what was accepted, refused, held back,
/// or too late, and nothing else can be computed from a difference.
pub(super) struct MailCounts {
    /// The list that is built in, whatever the configuration allows more mails: it may name an organisation's domain.
    providers: Vec<String>,
    counts: Arc<DailyCounts>,
}

impl MailCounts {
    pub(super) fn new(counts: Arc<DailyCounts>) -> Self {
        Self { providers: Limits::default().large_domains, counts }
    }

    /// A limit keeps a mail back.
    pub(super) fn held_back(&self, address: &Address) {
        self.count("held-back", address);
    }

    /// A mail was tried; `None` where it was too late for that.
    pub(super) fn tried(&self, to: &str, delivery: Option<&Delivery>) {
        let outcome = match delivery {
            Some(Delivery::Accepted) => "accepted",
            Some(Delivery::Refused) => "refused",
            Some(Delivery::Later(_)) => "put-off",
            None => "too-late",
        };
        if let Ok(address) = Address::parse(to) {
            self.count(outcome, &address);
        }
    }

    /// A code or link was tried, or a mail was asked for in vain.
    pub(super) fn answered(&self, answer: Result<(), &VerificationError>) {
        match answer.map_err(problem) {
            Ok(()) => self.counts.count(None, "confirmed"),
            Err(Some(problem)) => self.counts.count(None, &format!("refused/{}", problem.slug())),
            Err(None) => {}
        }
    }

    fn count(&self, outcome: &str, address: &Address) {
        self.counts.count(None, &format!("mail/{outcome}/{}", self.provider(address.registrable_domain())));
    }

    fn provider<'a>(&'a self, domain: &str) -> &'a str {
        self.providers.iter().find(|provider| *provider == domain).map_or(OTHER, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use undersign_protocol::timestamp::Timestamp;

    use super::*;
    use crate::daily_counts::testing::TestClock;
    use crate::storage::testing::Place;
    use crate::storage::{Engine, Side};

    #[tokio::test]
    async fn an_organisation_s_domain_is_never_named() {
        let place = Place::new(Engine::Sqlite, Side::Identified).await;
        let clock = TestClock::at(Timestamp::from_seconds(0).expect("a time"));
        let counts = DailyCounts::new(place.database.clone(), Side::Identified, std::num::NonZeroU32::MIN, clock);
        let counts = MailCounts::new(Arc::new(counts));
        let provider = |address: &str| {
            counts.provider(Address::parse(address).expect("an address").registrable_domain()).to_owned()
        };
        assert_eq!(provider("a@gmail.com"), "gmail.com");
        assert_eq!(provider("a@university.example"), "other");
        assert_eq!(provider("a@law.university.example"), "other");
    }
}

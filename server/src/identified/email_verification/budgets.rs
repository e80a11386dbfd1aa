use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use undersign_protocol::email_verification::Address;
use undersign_protocol::timestamp::Timestamp;
use zeroize::Zeroizing;

use super::proofs::ProofSettings;
use super::rules::{MAX_WRONG_CODES_A_MINUTE, Tag};
use crate::entropy::{Entropy, random};
use crate::mac::hmac_sha256;
use crate::web::client_network::ClientNetwork;

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);

/// How many mails are sent. Beyond a limit the answer stays the same and no mail goes out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// To one address in a day.
    pub mails_per_address: NonZeroU32,
    /// To one registrable domain in a day.
    pub mails_per_domain: NonZeroU32,
    /// Registrable domains that get more.
    pub large_domains: Vec<String>,
    /// To one of these in a day.
    pub mails_per_large_domain: NonZeroU32,
    /// For one network (an IPv4 address, an IPv6 /56) in a day.
    pub mails_per_network: NonZeroU32,
    /// For all shared networks together in a day, before each further mail needs a proof of work.
    pub mails_per_shared_network: NonZeroU32,
    /// Altogether in a minute.
    pub mails_per_minute: NonZeroU32,
    /// When a proof of work is asked for.
    pub proof_of_work: ProofSettings,
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let large = [
            "gmail.com",
            "googlemail.com",
            "mail.ru",
            "inbox.ru",
            "list.ru",
            "bk.ru",
            "internet.ru",
            "yandex.ru",
            "yandex.com",
            "ya.ru",
            "rambler.ru",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "yahoo.com",
            "icloud.com",
            "proton.me",
            "protonmail.com",
            "riseup.net",
            "tuta.com",
            "gmx.net",
            "gmx.de",
            "web.de",
            "ukr.net",
        ];
        Self {
            mails_per_address: limit(5),
            mails_per_domain: limit(100),
            large_domains: large.map(str::to_owned).to_vec(),
            mails_per_large_domain: limit(20_000),
            mails_per_network: limit(300),
            mails_per_shared_network: limit(3_000),
            mails_per_minute: limit(3_000),
            proof_of_work: ProofSettings::default(),
        }
    }
}

type Key = [u8; 32];

/// The limits at work: in memory, under keys that are an HMAC whose own key is made at start, so that a memory image names nobody
/// without it and nothing outlives the process.
pub(super) struct Budgets {
    key: Zeroizing<[u8; 32]>,
    large_domains: Vec<String>,
    address: Budget,
    domain: Budget,
    large_domain: Budget,
    network: Budget,
    shared_network: DefaultDirectRateLimiter,
    all: DefaultDirectRateLimiter,
    wrong_codes: Mutex<(u64, u64)>,
    most_wrong_codes: u64,
}

/// A limit for each of many, and beside it what proofs of work buy where it is used up: as much again, and one mail for an address.
struct Budget {
    own: DefaultKeyedRateLimiter<Key>,
    bought: DefaultKeyedRateLimiter<Key>,
}

impl Budget {
    fn new(own: Quota, bought: Quota) -> Self {
        Self { own: RateLimiter::keyed(own), bought: RateLimiter::keyed(bought) }
    }

    fn allow(&self, key: &Key, has_proof: bool) -> bool {
        self.own.check_key(key).is_ok() || has_proof && self.bought.check_key(key).is_ok()
    }

    fn shrink(&self) {
        for limiter in [&self.own, &self.bought] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl Budgets {
    /// # Arguments
    /// * `limits` – of all processes together
    pub(super) fn new(limits: &Limits, processes: NonZeroU32, entropy: &dyn Entropy) -> Self {
        let quota = |limit, period| quota(part(limit, processes), period);
        let twice = |limit| Budget::new(quota(limit, DAY), quota(limit, DAY));
        let most_wrong_codes = part(MAX_WRONG_CODES_A_MINUTE, processes).get().into();
        Self {
            most_wrong_codes,
            key: Zeroizing::new(random(entropy)),
            large_domains: limits.large_domains.clone(),
            address: Budget::new(quota(limits.mails_per_address, DAY), quota(NonZeroU32::MIN, DAY)),
            domain: twice(limits.mails_per_domain),
            large_domain: twice(limits.mails_per_large_domain),
            network: twice(limits.mails_per_network),
            shared_network: RateLimiter::direct(quota(limits.mails_per_shared_network, DAY)),
            all: RateLimiter::direct(quota(limits.mails_per_minute, MINUTE)),
            wrong_codes: Mutex::new((0, 0)),
        }
    }

    /// Whether one more request may come from the networks that strangers share, without a proof of work.
    pub(super) fn allow_shared_network(&self) -> bool {
        self.shared_network.check().is_ok()
    }

    /// Whether one more request may come from this network.
    pub(super) fn allow_network(&self, network: &ClientNetwork, has_proof: bool) -> bool {
        self.network.allow(&self.keyed(b'n', &network.bytes()), has_proof)
    }

    /// Whether one more request may be looked at altogether: before anything is done for it that others need too.
    pub(super) fn allow_request(&self) -> bool {
        self.all.check().is_ok()
    }

    /// Whether one more mail may go to this address. The narrowest budget is asked last, so that a flood that fails elsewhere uses up
    /// nobody's own.
    pub(super) fn allow_mail(&self, address: &Address, tag: &Tag, has_proof: bool) -> bool {
        let domain = address.registrable_domain();
        let of_domain =
            if self.large_domains.iter().any(|large| large == domain) { &self.large_domain } else { &self.domain };
        of_domain.allow(&self.keyed(b'd', domain.as_bytes()), has_proof)
            && self.address.allow(&self.keyed(b'a', &tag.0), has_proof)
    }

    /// Counts a code as wrong before it is looked at; `false` where no more are taken in this minute. All at once: many codes that
    /// wait for the database at the same time are counted while they wait.
    pub(super) fn take_code(&self, now: Timestamp) -> bool {
        let mut window = self.window(now);
        let taken = window.1 < self.most_wrong_codes;
        window.1 += u64::from(taken);
        taken
    }

    /// The code was right: it does not count.
    pub(super) fn give_code_back(&self, now: Timestamp) {
        let mut window = self.window(now);
        window.1 = window.1.saturating_sub(1);
    }

    /// Counts a wrong check number.
    pub(super) fn count_wrong_check(&self, now: Timestamp) {
        self.window(now).1 += 1;
    }

    /// This minute and its count.
    fn window(&self, now: Timestamp) -> MutexGuard<'_, (u64, u64)> {
        let mut window = self.wrong_codes.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.seconds() / 60;
        if window.0 != minute {
            *window = (minute, 0);
        }
        window
    }

    /// Forgets who is far from a limit, so that memory does not grow with visitors.
    pub(super) fn shrink(&self) {
        for budget in [&self.address, &self.domain, &self.large_domain, &self.network] {
            budget.shrink();
        }
    }

    fn keyed(&self, kind: u8, name: &[u8]) -> Key {
        hmac_sha256(&self.key, &[&[kind], name].concat())
    }
}

/// What one of several processes may do, where all of them together may do this: not more, unless that were nothing.
pub(in crate::identified) fn part(limit: NonZeroU32, processes: NonZeroU32) -> NonZeroU32 {
    NonZeroU32::new(limit.get() / processes).unwrap_or(NonZeroU32::MIN)
}

/// `number` at once, and as many again in each period, evenly.
fn quota(number: NonZeroU32, period: Duration) -> Quota {
    Quota::with_period(period / number.get()).map_or(Quota::per_second(number), |quota| quota.allow_burst(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn budgets(limits: &str) -> Budgets {
        let limits: Limits = toml::from_str(limits).expect("limits");
        Budgets::new(&limits, NonZeroU32::MIN, &SystemEntropy)
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_proof_buys_one_more_mail_for_an_address_and_no_second() {
        let budgets = budgets("mails_per_address = 2");
        let (anna, tag) = (address("anna@example.org"), Tag([1; 32]));
        let without = (0..10).filter(|_| budgets.allow_mail(&anna, &tag, false)).count();
        let with = (0..10).filter(|_| budgets.allow_mail(&anna, &tag, true)).count();
        assert_eq!((without, with), (2, 1));
        // Proofs from the first on buy no more than that.
        let (berta, tag) = (address("berta@example.org"), Tag([2; 32]));
        assert_eq!((0..10).filter(|_| budgets.allow_mail(&berta, &tag, true)).count(), 3);
    }

    #[test]
    fn proofs_buy_a_domain_and_a_network_as_much_again() {
        let budgets = budgets("mails_per_domain = 3\nmails_per_network = 4");
        let allowed = |has_proof| {
            let mails = (0..20u8).filter(|number| {
                let tag = Tag([*number + 100 * u8::from(has_proof); 32]);
                budgets.allow_mail(&address(&format!("a{number}@example.org")), &tag, has_proof)
            });
            mails.count()
        };
        assert_eq!((allowed(false), allowed(true)), (3, 3));
        let network = ClientNetwork::of([192, 0, 2, 7].into());
        let allowed = |has_proof| (0..20).filter(|_| budgets.allow_network(&network, has_proof)).count();
        assert_eq!((allowed(false), allowed(true)), (4, 4));
    }
}

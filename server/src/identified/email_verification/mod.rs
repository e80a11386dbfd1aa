//! Control of an address. Nothing is stored before the confirmation but an encrypted mail, and after it nothing but a keyed tag under
//! the day's key.

/// Routes: ask for a mail, confirm.
pub mod http;

/// `/confirm`, the one page of this side; works without JavaScript.
pub mod page;

/// Decisions and errors.
pub mod rules;

mod budgets;
mod confirm;
#[cfg(test)]
mod contract;
mod counts;
mod day_keys;
mod evaluated_tags;
mod load;
mod mail;
mod outbox;
mod proofs;
mod refused_domains;
mod shared_networks;
mod smtp;
mod store;
mod tags;
mod transport;
mod under_way;
mod walk;

use std::num::NonZeroU32;
use std::sync::Arc;

use undersign_protocol::bytes::to_base64url;
use undersign_protocol::email_verification::proof_of_work::{Challenge, ChallengeRequest, ProvenVerificationRequest};
use undersign_protocol::email_verification::{Address, Code, VerificationAnswer};
use undersign_protocol::petition::Tags;
use zeroize::Zeroizing;

pub use budgets::Limits;
pub use evaluated_tags::EvaluatorSettings;
pub use mail::MailSettings;
pub use proofs::ProofSettings;
pub use refused_domains::{RefusedDomains, RefusedDomainsError};
pub use rules::{Tag, VerificationError};
pub use shared_networks::{SharedNetworks, SharedNetworksError};
pub use transport::{Security, SmtpSettings, TransportSettings};

use self::budgets::Budgets;
pub(in crate::identified) use self::budgets::part;
use self::confirm::Confirming;
pub(in crate::identified) use self::confirm::confirmed_tags;
use self::counts::MailCounts;
pub(in crate::identified) use self::day_keys::DayKeys;
use self::evaluated_tags::EvaluatedTags;
use self::outbox::{Outbox, PendingMail};
use self::proofs::Proofs;
use self::rules::{Kind, LIFETIME, Sealed, VerificationId, oldest_day};
use self::tags::{AddressTags, LocalTags};
use super::IdentifiedDatabase;
use super::waits::Waits;
use crate::clock::Clock;
use crate::daily_counts::DailyCounts;
use crate::entropy::{Entropy, random};
use crate::gather::Gather;
use crate::key_directory::KeyDirectory;
use crate::mac::hmac_sha256;
use crate::web::client_network::ClientNetwork;

/// The folder of the keys of the day.
pub(in crate::identified) const DAY_KEYS: &str = "days";
/// The file of the tag key.
pub(in crate::identified) const TAG_KEY: &str = "tag.key";
/// The file of the secret that this side shares with its evaluator, where it has one: as the evaluator made it.
pub const EVALUATOR_SECRET: &str = "evaluator.secret";
/// The file of the code key.
pub(in crate::identified) const CODE_KEY: &str = "code.key";

/// Mail and limits.
pub struct VerificationSettings {
    /// What mails look like.
    pub mail: MailSettings,
    /// How they go out.
    pub transport: TransportSettings,
    /// How many go out, from all processes together.
    pub limits: Limits,
    /// Whose addresses are not taken.
    pub refused_domains: RefusedDomains,
    /// Which networks share one limit.
    pub shared_networks: SharedNetworks,
    /// Who is asked for tags; nobody where tags are local.
    pub evaluator: Option<EvaluatorSettings>,
    /// How many processes there are.
    pub processes: NonZeroU32,
}

/// The stage at work.
pub struct EmailVerification {
    database: IdentifiedDatabase,
    day_keys: Arc<DayKeys>,
    code_key: Zeroizing<[u8; 32]>,
    tags: Box<dyn AddressTags>,
    refused_domains: RefusedDomains,
    shared_networks: SharedNetworks,
    proofs: Proofs,
    budgets: Budgets,
    counts: Arc<MailCounts>,
    outbox: Arc<Outbox>,
    confirming: Gather<Confirming>,
    waits: Arc<Waits>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl EmailVerification {
    /// Reads the keys, compares the tag key with the one that the tables were written with, and opens the outbox.
    pub(super) async fn start(
        database: IdentifiedDatabase,
        keys: &KeyDirectory,
        settings: VerificationSettings,
        waits: Arc<Waits>,
        counts: Arc<DailyCounts>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VerificationError> {
        let tag_key = keys.read_or_make(TAG_KEY, entropy.as_ref())?;
        let tags: Box<dyn AddressTags> = match settings.evaluator {
            Some(evaluator) => Box::new(EvaluatedTags::new(evaluator, keys, tag_key, Arc::clone(&entropy))?),
            None => Box::new(LocalTags::new(tag_key)),
        };
        let mut tx = database.begin("email_verification::start").await?;
        let kept = tx.tag_key_check(&tags.check_value()).await?;
        tx.commit().await?;
        if kept != tags.check_value() {
            return Err(VerificationError::OtherTagKey);
        }
        let day_keys = Arc::new(DayKeys::new(keys.subdirectory(DAY_KEYS)?, Arc::clone(&clock), Arc::clone(&entropy)));
        let counts = Arc::new(MailCounts::new(counts));
        let outbox = Outbox::new(
            database.clone(),
            Arc::clone(&day_keys),
            settings.mail,
            settings.transport,
            Arc::clone(&counts),
            Arc::clone(&clock),
            Arc::clone(&entropy),
        )?;
        let confirming =
            Confirming { database: database.clone(), day_keys: Arc::clone(&day_keys), clock: Arc::clone(&clock) };
        let code_key = keys.read_or_make(CODE_KEY, entropy.as_ref())?;
        let proofs = &settings.limits.proof_of_work;
        Ok(Self {
            confirming: Gather::start(confirming),
            database,
            day_keys,
            // Of a key that all processes have: a challenge of one is answered at another.
            proofs: Proofs::new(proofs, &code_key, settings.processes, clock.now(), Arc::clone(&entropy)),
            code_key,
            tags,
            refused_domains: settings.refused_domains,
            shared_networks: settings.shared_networks,
            budgets: Budgets::new(&settings.limits, settings.processes, entropy.as_ref()),
            counts,
            outbox: Arc::new(outbox),
            waits,
            clock,
            entropy,
        })
    }

    /// What tags and links are sealed with.
    pub(super) fn day_keys(&self) -> &Arc<DayKeys> {
        &self.day_keys
    }

    /// What manifests say of the tags.
    pub(super) fn tags(&self) -> Tags {
        self.tags.kind()
    }

    /// At a tick, tells the operator whether tags cannot be computed.
    pub(super) fn tell_of_tags(&self) {
        self.tags.tell();
    }

    /// Sends mails until the process ends.
    pub(super) async fn send_mails(self: Arc<Self>) {
        Arc::clone(&self.outbox).run().await;
    }

    /// Takes a request for a mail. The work and the answer are the same whether the address is new, has signed, or is over a limit: a
    /// mail that is kept back is stored as one that is never sent. But where this network or all together are over their limit, nobody
    /// is asked for a tag: a flood must not use up what an evaluator answers.
    ///
    /// Whether a proof of work is needed depends on how many ask, and where from, and on nothing about the address.
    pub(super) async fn begin(
        &self,
        request: ProvenVerificationRequest,
        network: &ClientNetwork,
    ) -> Result<VerificationAnswer, VerificationError> {
        let email = Zeroizing::new(request.email);
        let parsed = Address::parse(&email).map_err(VerificationError::from);
        let address = parsed.inspect_err(|error| self.counts.answered(Err(error)))?;
        // Before anything is known of the address but its domain: the answer tells nothing else.
        if self.refused_domains.refuse(&address) {
            let refused = VerificationError::ProviderRefused;
            self.counts.answered(Err(&refused));
            return Err(refused);
        }
        let now = self.clock.now();
        let admitted = self.proofs.admit(request.proof_of_work.as_ref(), &request.request_digest, now);
        let has_proof = admitted.inspect_err(|error| self.counts.answered(Err(error)))?;
        let (tag, live) = match self.allow(network, has_proof)? && self.budgets.allow_request() {
            true => {
                let tag = self.tags.tag(&address.canonical()).await?;
                let live = self.budgets.allow_mail(&address, &tag, has_proof);
                (tag, live)
            }
            // Nothing confirms it, so nobody's will do.
            false => (Tag(random(self.entropy.as_ref())), false),
        };
        if !live {
            self.counts.held_back(&address);
        }
        let link = Sealed {
            kind: Kind::Link,
            id: VerificationId(random(self.entropy.as_ref())),
            expires_at: now.plus(LIFETIME),
            tag,
            request_digest: request.request_digest,
            live,
        };
        let verification = self.seal(&Sealed { kind: Kind::Verification, ..link.clone() })?;
        let mail =
            PendingMail::new(&address, &request.locale, self.seal(&link)?, self.code(&link.id).to_string(), &link);
        self.outbox.put(&mail).await?;
        Ok(VerificationAnswer { verification })
    }

    /// Gives a challenge, whose proof goes with a request for a mail: in place of limits that are used up, or because very many ask.
    pub(super) fn challenge(&self, request: &ChallengeRequest) -> Result<Challenge, VerificationError> {
        self.proofs.challenge(&request.request_digest, self.clock.now())
    }

    /// Whether one more request may come from this network. Networks that strangers share have one limit for all of them, and whoever
    /// comes from there is told that it is used up: it is nobody's own, and work goes in its place.
    fn allow(&self, network: &ClientNetwork, has_proof: bool) -> Result<bool, VerificationError> {
        if !self.shared_networks.contain(network) {
            return Ok(self.budgets.allow_network(network, has_proof));
        }
        if has_proof || self.budgets.allow_shared_network() {
            return Ok(true);
        }
        self.counts.answered(Err(&VerificationError::ProofRequired));
        Err(VerificationError::ProofRequired)
    }

    /// Forgets what is older than its two days, in tables and keys.
    pub(super) async fn destroy_old(&self) -> Result<(), VerificationError> {
        let mut tx = self.database.begin("email_verification::destroy_old").await?;
        tx.delete_verifications_before(oldest_day(self.clock.now())).await?;
        tx.commit().await?;
        self.budgets.shrink();
        Ok(self.day_keys.destroy_old()?)
    }

    /// HMAC(code key, id) mod 10^8.
    fn code(&self, id: &VerificationId) -> Code {
        let hash = hmac_sha256(&self.code_key, &id.0);
        // The first eight of 32 bytes: 2^64 is so much more than 10^8 that no code is likelier than another by more than 10^-11.
        let (head, _) = hash.split_at(8);
        Code::from_number(head.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn seal(&self, sealed: &Sealed) -> Result<String, VerificationError> {
        Ok(to_base64url(&self.day_keys.seal(rules::SEALED_CONTEXT, &sealed.encode())?))
    }
}

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use altcha::{CreateChallengeOptions, Payload, VerifySolutionOptions, create_challenge, verify_solution};
use serde::Deserialize;
use serde_json::Value;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::email_verification::proof_of_work::{Challenge, ChallengeData, MOST_WORK, ProofOfWork};
use undersign_protocol::timestamp::Timestamp;
use zeroize::Zeroizing;

use super::load::Load;
use super::rules::VerificationError;
use crate::entropy::{Entropy, random};
use crate::mac::hmac_sha256;

/// Iterations of one try. Small, because the server makes one for each challenge: what grows with the level is the number of tries.
const COST: u32 = 1_000;
/// Seconds for which a challenge can be answered: an old phone takes minutes for the hardest.
const LIFETIME: u64 = 600;
/// Most proofs that are remembered as used. Each has cost its maker work; beyond it none is taken until the oldest have expired.
const MOST_USED: usize = 500_000;

/// `[identified.limits.proof_of_work]`: when proofs are asked for, and how hard they are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProofSettings {
    /// Requests for mails in a minute, above which each needs a proof.
    pub requests_per_minute: NonZeroU32,
    /// Most tries that an easy proof takes.
    pub tries: NonZeroU32,
    /// How often the work doubles as the load rises.
    pub doublings: u32,
}

impl Default for ProofSettings {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { requests_per_minute: number(1_000), tries: number(1_500), doublings: 4 }
    }
}

impl ProofSettings {
    /// Refuses what no client would do.
    pub fn check(&self) -> Result<(), &'static str> {
        let easy = u64::from(self.tries.get()) * u64::from(COST);
        let is_bearable = self.doublings < 32 && easy << self.doublings <= MOST_WORK;
        is_bearable.then_some(()).ok_or("tries and doublings ask for more work than clients do")
    }
}

/// Challenges, and what solves them.
pub(super) struct Proofs {
    signature_secret: Zeroizing<String>,
    key_secret: Zeroizing<String>,
    tries: u32,
    load: Load,
    /// When the process started: what was used before it is not known.
    started: Timestamp,
    /// Proofs that were used, with the moment after which nobody can use them anyway.
    used: Mutex<BTreeSet<(u64, [u8; 16])>>,
    entropy: Arc<dyn Entropy>,
}

impl Proofs {
    /// # Arguments
    /// * `key` – which all processes have
    pub(super) fn new(
        settings: &ProofSettings,
        key: &[u8; 32],
        processes: NonZeroU32,
        started: Timestamp,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let secret = |context: &[u8]| Zeroizing::new(hex::encode(hmac_sha256(key, context)));
        Self {
            signature_secret: secret(b"undersign challenge v1"),
            key_secret: secret(b"undersign solution v1"),
            tries: settings.tries.get(),
            load: Load::new(settings.requests_per_minute, processes, settings.doublings + 1),
            started,
            used: Mutex::default(),
            entropy,
        }
    }

    /// A challenge for a request: as hard as the load asks for now, and an easy one where it asks for none.
    pub(super) fn challenge(&self, digest: &RequestDigest, now: Timestamp) -> Result<Challenge, VerificationError> {
        let level = self.load.level(now).max(1);
        let most_tries = self.tries << (level - 1);
        let data =
            ChallengeData { level, most_tries, request_digest: *digest, valid_until: now.plus(LIFETIME).seconds() };
        let options = CreateChallengeOptions {
            counter: Some(1 + below(most_tries, self.entropy.as_ref())),
            cost: COST,
            data: Some(members(&data)),
            // Not ALTCHA's `expiresAt`, which is compared with the machine's clock: ours is given.
            expires_at: None,
            hmac_signature_secret: Some(self.signature_secret.to_string()),
            hmac_key_signature_secret: Some(self.key_secret.to_string()),
            ..CreateChallengeOptions::default()
        };
        let challenge = create_challenge(options).map_err(|error| VerificationError::Challenge(error.to_string()))?;
        let text = serde_json::to_vec(&challenge).map_err(|error| VerificationError::Challenge(error.to_string()))?;
        serde_json::from_slice(&text).map_err(|error| VerificationError::Challenge(error.to_string()))
    }

    /// Looks at what came with a request, and uses it up.
    ///
    /// # Returns
    /// Whether a proof came with it; [`VerificationError::ProofRequired`] where one is needed, or the one that came is not to be taken:
    /// forged, for another request, too old, too easy by now, or used.
    pub(super) fn admit(
        &self,
        proof: Option<&ProofOfWork>,
        digest: &RequestDigest,
        now: Timestamp,
    ) -> Result<bool, VerificationError> {
        let level = self.load.request(now);
        let Some(proof) = proof else {
            return if level == 0 { Ok(false) } else { Err(VerificationError::ProofRequired) };
        };
        let data = &proof.challenge.parameters.data;
        let (from, until) = (data.valid_until.saturating_sub(LIFETIME), data.valid_until);
        let is_of_now = self.started.seconds() <= from && now.seconds() < until;
        if !is_of_now || data.request_digest != *digest || !self.verify(proof)? || !self.use_up(proof, now) {
            return Err(VerificationError::ProofRequired);
        }
        // One that is too easy was work all the same: many of them are a flood.
        self.load.proof(now);
        if data.level < level { Err(VerificationError::ProofRequired) } else { Ok(true) }
    }

    fn verify(&self, proof: &ProofOfWork) -> Result<bool, VerificationError> {
        let failed = |error: &dyn std::fmt::Display| VerificationError::Challenge(error.to_string());
        let text = serde_json::to_vec(proof).map_err(|error| failed(&error))?;
        let payload: Payload = serde_json::from_slice(&text).map_err(|error| failed(&error))?;
        let options = VerifySolutionOptions {
            hmac_key_signature_secret: Some(self.key_secret.to_string()),
            ..VerifySolutionOptions::new(&payload.challenge, &payload.solution, self.signature_secret.as_str())
        };
        verify_solution(options).map(|result| result.verified).map_err(|error| failed(&error))
    }

    /// Looks and notes at once: of two that come together one is the first.
    fn use_up(&self, proof: &ProofOfWork, now: Timestamp) -> bool {
        let parameters = &proof.challenge.parameters;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while used.first().is_some_and(|(until, _)| *until <= now.seconds()) {
            used.pop_first();
        }
        used.len() < MOST_USED && used.insert((parameters.data.valid_until, parameters.nonce.0))
    }
}

/// What is signed of ours. Sorted by name, as ALTCHA's canonical JSON has it.
fn members(data: &ChallengeData) -> BTreeMap<String, Value> {
    let value = serde_json::to_value(data).unwrap_or_default();
    value.as_object().cloned().unwrap_or_default().into_iter().collect()
}

/// A random number below another. Of 2^64 none is likelier than the next by more than 2^-32.
fn below(limit: u32, entropy: &dyn Entropy) -> u32 {
    let number = u64::from_be_bytes(random(entropy)) % u64::from(limit.max(1));
    u32::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use undersign_protocol::email_verification::proof_of_work::{Hex, Solver};

    use super::*;
    use crate::entropy::SystemEntropy;

    const KEY: [u8; 32] = [7; 32];

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds).expect("a time")
    }

    /// Proofs that take three tries, and are asked for above one request in ten seconds.
    fn proofs() -> Proofs {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        let settings = ProofSettings { requests_per_minute: number(6), tries: number(3), doublings: 4 };
        Proofs::new(&settings, &KEY, NonZeroU32::MIN, at(0), Arc::new(SystemEntropy))
    }

    fn digest(number: u8) -> RequestDigest {
        [number; 32].into()
    }

    fn solve(challenge: Challenge) -> ProofOfWork {
        let digest = challenge.parameters.data.request_digest;
        let mut solver = Solver::new(challenge, &digest).expect("a challenge that may be given");
        solver.run(u32::MAX).expect("a solution").expect("all were tried")
    }

    fn proof(proofs: &Proofs, number: u8, now: Timestamp) -> ProofOfWork {
        solve(proofs.challenge(&digest(number), now).expect("a challenge"))
    }

    fn is_required(admitted: Result<bool, VerificationError>) -> bool {
        match admitted {
            Ok(_) => false,
            Err(VerificationError::ProofRequired) => true,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_proof_of_our_solver_is_one_to_altcha_and_is_taken_once() {
        let proofs = proofs();
        let proof = proof(&proofs, 1, at(0));
        assert!(matches!(proofs.admit(Some(&proof), &digest(1), at(9)), Ok(true)));
        assert!(is_required(proofs.admit(Some(&proof), &digest(1), at(9))));
        assert!(is_required(proofs.admit(Some(&proof), &digest(1), at(599))));
    }

    #[test]
    fn of_many_uses_at_once_one_counts() {
        let proofs = proofs();
        let proof = proof(&proofs, 1, at(0));
        let taken = std::thread::scope(|scope| {
            let tries: Vec<_> =
                (0..16).map(|_| scope.spawn(|| proofs.admit(Some(&proof), &digest(1), at(0)))).collect();
            let answers = tries.into_iter().map(|one| one.join().expect("no panic"));
            answers.filter(|answer| matches!(answer, Ok(true))).count()
        });
        assert_eq!(taken, 1);
    }

    #[test]
    fn a_proof_is_for_its_own_request_and_its_own_ten_minutes() {
        let proofs = proofs();
        assert!(is_required(proofs.admit(Some(&proof(&proofs, 1, at(0))), &digest(2), at(0))));
        assert!(is_required(proofs.admit(Some(&proof(&proofs, 1, at(0))), &digest(1), at(600))));
        // Of a process that knew what was used.
        let before = proof(&proofs, 1, Timestamp::from_seconds(1_799_999_999).expect("a time"));
        assert!(is_required(proofs.admit(Some(&before), &digest(1), at(0))));
        assert!(matches!(proofs.admit(Some(&proof(&proofs, 1, at(0))), &digest(1), at(599)), Ok(true)));
    }

    #[test]
    fn what_is_changed_in_a_challenge_or_not_worked_for_is_no_proof() {
        let proofs = proofs();
        let changes: [fn(&mut ProofOfWork); 9] = [
            |proof| proof.challenge.parameters.data.level = 5,
            |proof| proof.challenge.parameters.data.most_tries = 1,
            |proof| proof.challenge.parameters.data.valid_until += 1,
            |proof| proof.challenge.parameters.cost = 1,
            |proof| proof.challenge.parameters.nonce = Hex([1; 16]),
            |proof| proof.challenge.parameters.key_prefix = Hex([1; 16]),
            |proof| proof.challenge.parameters.key_signature = Hex([1; 32]),
            |proof| proof.challenge.signature = Hex([1; 32]),
            |proof| proof.solution.derived_key = Hex([1; 32]),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let whole = proof(&proofs, 1, at(0));
            let mut changed = whole.clone();
            change(&mut changed);
            assert!(is_required(proofs.admit(Some(&changed), &digest(1), at(0))), "{number}");
            // And it has not used up the one that it was made of.
            assert!(matches!(proofs.admit(Some(&whole), &digest(1), at(0)), Ok(true)), "{number}");
        }
        let other = Proofs { signature_secret: Zeroizing::new("other".to_owned()), ..self::proofs() };
        assert!(is_required(other.admit(Some(&proof(&proofs, 1, at(0))), &digest(1), at(0))));
    }

    #[test]
    fn while_few_ask_none_is_needed_and_then_each_needs_one() {
        let proofs = proofs();
        assert!(matches!(proofs.admit(None, &digest(1), at(0)), Ok(false)));
        assert!(is_required(proofs.admit(None, &digest(1), at(0))));
        assert!(is_required(proofs.admit(None, &digest(1), at(59))));
        assert!(matches!(proofs.admit(None, &digest(1), at(120)), Ok(false)));
    }

    #[test]
    fn what_was_made_beforehand_is_too_easy_once_many_come_and_the_next_is_hard_enough() {
        let proofs = proofs();
        let made: Vec<_> = (0..40).map(|number| proof(&proofs, number, at(0))).collect();
        let taken = (0..40).filter(|number| {
            matches!(proofs.admit(Some(&made[usize::from(*number)]), &digest(*number), at(1)), Ok(true))
        });
        assert_eq!(taken.count(), 3, "one to the first step, one beyond it, and the one that raises it to the second");
        let challenge = proofs.challenge(&digest(99), at(1)).expect("a challenge");
        assert_eq!((challenge.parameters.data.level, challenge.parameters.data.most_tries), (5, 48));
        assert!(matches!(proofs.admit(Some(&solve(challenge)), &digest(99), at(1)), Ok(true)));
        // A minute for each step, and those that are left are worth something again, if they were not used.
        assert_eq!(proofs.challenge(&digest(1), at(302)).expect("a challenge").parameters.data.level, 1);
    }

    #[test]
    fn challenges_are_of_one_size_and_none_is_like_another() {
        let proofs = proofs();
        let text = |number| {
            let challenge = proofs.challenge(&digest(number), at(0)).expect("a challenge");
            serde_json::to_string(&challenge).expect("JSON")
        };
        assert_eq!(text(1).len(), text(2).len());
        assert_ne!(text(1), text(1));
    }

    #[test]
    fn settings_that_no_client_would_obey_are_refused() {
        let settings = |tries, doublings| ProofSettings {
            tries: NonZeroU32::new(tries).expect("not zero"),
            doublings,
            ..ProofSettings::default()
        };
        assert_eq!(ProofSettings::default().check(), Ok(()));
        for (tries, doublings) in [(1_500, 8), (u32::MAX, 0), (1, 32), (1, u32::MAX)] {
            assert!(settings(tries, doublings).check().is_err(), "{tries} {doublings}");
        }
    }
}

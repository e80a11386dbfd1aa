use std::collections::{HashMap, HashSet};
use std::str::FromStr as _;
use std::sync::Arc;

use undersign_protocol::bytes::from_base64url;
use undersign_protocol::email_verification::{CheckNumber, Code, Confirmation, RequestDigest};
use undersign_protocol::timestamp::Timestamp;

use super::day_keys::DayKeys;
use super::rules::{Kind, MAX_TRIES, SEALED_CONTEXT, Sealed, TAG_CONTEXT, Tag, oldest_day};
use super::store::ConfirmationRow;
use super::{EmailVerification, VerificationError};
use crate::clock::Clock;
use crate::gather::Together;
use crate::identified::IdentifiedDatabase;
use crate::storage::{Lock, Transaction, retry};

impl EmailVerification {
    /// Confirms a request by link and check number, or by code.
    pub(in crate::identified) async fn confirm(&self, confirmation: Confirmation) -> Result<(), VerificationError> {
        let confirmed = self.try_confirmation(confirmation).await;
        self.counts.answered(confirmed.as_ref().copied());
        confirmed
    }

    async fn try_confirmation(&self, confirmation: Confirmation) -> Result<(), VerificationError> {
        match confirmation {
            Confirmation::Link { token, check } => {
                let check = CheckNumber::from_str(&check).map_err(|_| VerificationError::CheckForm)?;
                let sealed = self.open(Kind::Link, &token)?;
                let is_right = check == CheckNumber::of(&sealed.request_digest);
                let tried = self.try_once(sealed, is_right).await;
                if matches!(tried, Err(VerificationError::WrongCheckNumber)) {
                    self.budgets.count_wrong_check(self.clock.now());
                }
                tried
            }
            Confirmation::Code { verification, code } => {
                let code = Code::from_str(&code)?;
                let sealed = self.open(Kind::Verification, &verification)?;
                let now = self.clock.now();
                if !self.budgets.take_code(now) {
                    return Err(VerificationError::UseTheLink);
                }
                let is_right = code.matches(&self.code(&sealed.id));
                let tried = self.try_once(sealed, is_right).await;
                if !matches!(tried, Err(VerificationError::WrongCode)) {
                    self.budgets.give_code_back(now);
                }
                tried
            }
        }
    }

    /// Counts, compares, and confirms or not, in one transaction: no answer is given before the count is durable, so a killed process
    /// gives no try away.
    async fn try_once(&self, sealed: Sealed, is_right: bool) -> Result<(), VerificationError> {
        let digest = sealed.request_digest;
        self.confirming.add(Try { sealed, is_right }).await??;
        self.waits.confirmed(&digest);
        Ok(())
    }

    fn open(&self, kind: Kind, text: &str) -> Result<Sealed, VerificationError> {
        let bytes = from_base64url(text.trim()).map_err(|_| VerificationError::NotValid)?;
        let plain = self.day_keys.open_sealed(SEALED_CONTEXT, &bytes)?;
        Sealed::decode(&plain, kind, self.clock.now())
    }
}

/// One answer to a mail.
pub(super) struct Try {
    sealed: Sealed,
    /// Whether code or check number are the right ones.
    is_right: bool,
}

/// Counts tries, and confirms.
pub(super) struct Confirming {
    pub database: IdentifiedDatabase,
    pub day_keys: Arc<DayKeys>,
    pub clock: Arc<dyn Clock>,
}

type Answer = Result<(), VerificationError>;

impl Together for Confirming {
    type Item = Try;
    type Answer = Answer;
    type Error = VerificationError;

    async fn together(&self, tries: &[Try]) -> Result<Vec<Answer>, VerificationError> {
        retry(|| self.confirm_all(tries)).await
    }
}

impl Confirming {
    async fn confirm_all(&self, tries: &[Try]) -> Result<Vec<Answer>, VerificationError> {
        let mut tx = self.database.begin("email_verification::confirm").await?;
        // Two mails can confirm one request, for two addresses: the first does, in whatever process.
        tx.lock(Lock::Confirming).await?;
        let mut answers: Vec<Option<Answer>> = tries.iter().map(|_| None).collect();
        let mut left: Vec<usize> = (0..tries.len()).collect();
        // Of several for one mail or one request, one after the other.
        while !left.is_empty() {
            let (mut ids, mut digests) = (HashSet::new(), HashSet::new());
            let (round, later): (Vec<usize>, Vec<usize>) = left.into_iter().partition(|index| {
                let sealed = &tries[*index].sealed;
                // Both are asked: who is later for one of them is later.
                let (is_new, is_other) = (ids.insert(sealed.id), digests.insert(sealed.request_digest));
                is_new && is_other
            });
            let tried: Vec<&Try> = round.iter().map(|index| &tries[*index]).collect();
            for (index, answer) in round.into_iter().zip(self.confirm(&mut tx, &tried).await?) {
                answers[index] = Some(answer);
            }
            left = later;
        }
        tx.commit().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Tries of different mails for different requests.
    async fn confirm(&self, tx: &mut Transaction, tries: &[&Try]) -> Result<Vec<Answer>, VerificationError> {
        let now = self.clock.now();
        let mut ids: Vec<_> = tries.iter().map(|tried| tried.sealed.id).collect();
        ids.sort_unstable();
        let counts = tx.count_tries(&ids, now.day()).await?;
        let digests: Vec<_> = tries.iter().map(|tried| tried.sealed.request_digest).collect();
        let confirmed = confirmed_tags(tx, &self.day_keys, &digests, now).await?;
        let (mut answers, mut rows, mut done) = (Vec::with_capacity(tries.len()), Vec::new(), Vec::new());
        for Try { sealed, is_right } in tries.iter().copied() {
            let is_exhausted = counts.get(&sealed.id).is_none_or(|count| *count > MAX_TRIES);
            answers.push(match confirmed.get(&sealed.request_digest) {
                _ if is_exhausted => Err(VerificationError::AttemptsExhausted),
                // What a limit kept back is compared like any other and never right.
                _ if !(*is_right && sealed.live) => Err(sealed.kind.wrong()),
                Some(tag) if *tag != sealed.tag => {
                    tx.uncount_try(&sealed.id).await?;
                    Err(VerificationError::ConfirmedByAnother)
                }
                already => {
                    if already.is_none() {
                        let (digest, day) = (sealed.request_digest, now.day());
                        let sealed_tag = self.day_keys.seal(TAG_CONTEXT, &sealed.tag.0)?;
                        rows.push(ConfirmationRow { digest, sealed_tag, day });
                    }
                    done.push(sealed.id);
                    Ok(())
                }
            });
        }
        rows.sort_by_key(|row| row.digest);
        tx.put_confirmations(&rows).await?;
        if !done.is_empty() {
            tx.delete_tries(&done).await?;
        }
        Ok(answers)
    }
}

impl Kind {
    fn wrong(self) -> VerificationError {
        match self {
            Self::Link => VerificationError::WrongCheckNumber,
            Self::Verification => VerificationError::WrongCode,
        }
    }
}

/// The tags that digests were confirmed for, in these two days.
pub(in crate::identified) async fn confirmed_tags(
    tx: &mut Transaction,
    day_keys: &DayKeys,
    digests: &[RequestDigest],
    now: Timestamp,
) -> Result<HashMap<RequestDigest, Tag>, VerificationError> {
    let mut tags = HashMap::new();
    for row in tx.confirmations(digests).await? {
        if row.day < oldest_day(now) {
            continue;
        }
        match day_keys.open_sealed(TAG_CONTEXT, &row.sealed_tag) {
            Ok(tag) => {
                let tag = <[u8; 32]>::try_from(tag.as_slice()).ok().map(Tag);
                tags.extend(tag.map(|tag| (row.digest, tag)));
            }
            // Its key went with the end of its second day.
            Err(VerificationError::NotValid) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(tags)
}

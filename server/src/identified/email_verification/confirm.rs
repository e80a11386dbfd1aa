use std::str::FromStr as _;

use undersign_protocol::bytes::from_base64url;
use undersign_protocol::email_verification::{CheckNumber, Code, Confirmation, RequestDigest};

use super::rules::{Kind, MAX_TRIES, SEALED_CONTEXT, Sealed, TAG_CONTEXT, Tag, oldest_day};
use super::{EmailVerification, VerificationError};
use crate::storage::Transaction;

impl EmailVerification {
    /// Confirms a request by link and check number, or by code.
    pub(in crate::identified) async fn confirm(&self, confirmation: Confirmation) -> Result<(), VerificationError> {
        match confirmation {
            Confirmation::Link { token, check } => {
                let check = CheckNumber::from_str(&check).map_err(|_| VerificationError::CheckForm)?;
                let sealed = self.open(Kind::Link, &token)?;
                let right = || check == CheckNumber::of(&sealed.request_digest);
                let tried = self.try_once(&sealed, right, VerificationError::WrongCheckNumber).await;
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
                let right = || code.matches(&self.code(&sealed.id));
                let tried = self.try_once(&sealed, right, VerificationError::WrongCode).await;
                if !matches!(tried, Err(VerificationError::WrongCode)) {
                    self.budgets.give_code_back(now);
                }
                tried
            }
        }
    }

    /// The tag that a digest was confirmed for, in these two days.
    pub(in crate::identified) async fn confirmed_tag(
        &self,
        digest: &RequestDigest,
    ) -> Result<Option<Tag>, VerificationError> {
        let mut tx = self.database.begin_read("email_verification::confirmed_tag").await?;
        self.kept_tag(&mut tx, digest).await
    }

    /// Counts, compares, and confirms or not, in one transaction: no answer is given before the count is durable, so a killed process
    /// gives no try away.
    async fn try_once(
        &self,
        sealed: &Sealed,
        right: impl FnOnce() -> bool,
        wrong: VerificationError,
    ) -> Result<(), VerificationError> {
        let now = self.clock.now();
        let mut tx = self.database.begin("email_verification::confirm").await?;
        if tx.count_try(&sealed.id, now.day()).await? > MAX_TRIES {
            tx.commit().await?;
            return Err(VerificationError::AttemptsExhausted);
        }
        // What a limit kept back is compared like any other and never right.
        if !(right() && sealed.live) {
            tx.commit().await?;
            return Err(wrong);
        }
        match self.kept_tag(&mut tx, &sealed.request_digest).await? {
            Some(tag) if tag != sealed.tag => return Err(VerificationError::ConfirmedByAnother),
            Some(_) => {}
            None => {
                let sealed_tag = self.day_keys.seal(TAG_CONTEXT, &sealed.tag.0)?;
                tx.put_confirmation(&sealed.request_digest, &sealed_tag, now.day()).await?;
            }
        }
        tx.delete_tries(&sealed.id).await?;
        tx.commit().await?;
        self.waits.confirmed(&sealed.request_digest);
        Ok(())
    }

    async fn kept_tag(&self, tx: &mut Transaction, digest: &RequestDigest) -> Result<Option<Tag>, VerificationError> {
        let Some(row) = tx.confirmation(digest).await? else { return Ok(None) };
        if row.day < oldest_day(self.clock.now()) {
            return Ok(None);
        }
        match self.day_keys.open_sealed(TAG_CONTEXT, &row.sealed_tag) {
            Ok(tag) => Ok(<[u8; 32]>::try_from(tag.as_slice()).ok().map(Tag)),
            // Its key went with the end of its second day.
            Err(VerificationError::NotValid) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open(&self, kind: Kind, text: &str) -> Result<Sealed, VerificationError> {
        let bytes = from_base64url(text.trim()).map_err(|_| VerificationError::NotValid)?;
        let plain = self.day_keys.open_sealed(SEALED_CONTEXT, &bytes)?;
        Sealed::decode(&plain, kind, self.clock.now())
    }
}

use std::sync::Arc;
use std::time::Duration;

use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{BatchTokenRequest, TokenRequest, TokenResponse, media_type};

use super::Issuer;
use super::rules::{AdmittedRequest, IssuanceError, admit, holds_key_id};
use super::together::Asked;

/// How long a wait sleeps before it looks again by itself: another process may have taken the confirmation.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// One request or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestForm {
    /// `application/private-token-request`.
    Single,
    /// `application/private-token-generic-batch-request`.
    Batch,
}

/// What became of a body's requests.
pub enum TokenAnswer {
    /// The one was signed.
    Single(Box<TokenResponse>),
    /// Each was signed or refused, in order.
    Batch(Vec<Option<TokenResponse>>),
}

impl RequestForm {
    /// By media type.
    pub fn of(media_type: &str) -> Result<Self, IssuanceError> {
        match media_type {
            media_type::TOKEN_REQUEST => Ok(Self::Single),
            media_type::BATCH_REQUEST => Ok(Self::Batch),
            _ => Err(IssuanceError::MediaType),
        }
    }

    fn parse(self, body: &[u8]) -> Result<Vec<TokenRequest>, IssuanceError> {
        let parsed = match self {
            Self::Single => TokenRequest::decode(body).map(|request| vec![request]),
            Self::Batch => BatchTokenRequest::decode(body).map(|batch| batch.token_requests),
        };
        parsed.map_err(|_| IssuanceError::NotValid("the body: not a token request of type 0x0002"))
    }
}

impl Issuer {
    /// Answers a body: checks it, waits for its confirmation, stores which requests are signed, and only then signs exactly those.
    pub async fn answer(&self, form: RequestForm, body: &[u8], wait: Duration) -> Result<TokenAnswer, IssuanceError> {
        let answer = self.answer_uncounted(form, body, wait).await;
        // What is about one petition was counted with it.
        if let Some(refused) = answer.as_ref().err().filter(|error| !error.is_of_petition()).and_then(refused) {
            self.counts.count(None, refused);
        }
        answer
    }

    async fn answer_uncounted(
        &self,
        form: RequestForm,
        body: &[u8],
        wait: Duration,
    ) -> Result<TokenAnswer, IssuanceError> {
        let requests = form.parse(body)?;
        let admitted = Arc::new(self.admit(requests).await?);
        let digest = RequestDigest::of(body);
        for AdmittedRequest { petition, .. } in admitted.iter() {
            self.check_public_count(&petition.verified.petition_id()).await?;
        }
        let refusals = self.reserve(Asked { digest, requests: Arc::clone(&admitted) }, wait).await?;
        let mut responses = Vec::with_capacity(admitted.len());
        for (admitted, refusal) in admitted.iter().zip(refusals) {
            responses.push(match refusal {
                None => Ok(self.sign(admitted).await?),
                Some(refusal) => {
                    if let Some(refused) = refused(&refusal) {
                        self.counts.count(Some(&admitted.petition.verified.petition_id()), refused);
                    }
                    Err(refusal)
                }
            });
        }
        match form {
            RequestForm::Batch => Ok(TokenAnswer::Batch(responses.into_iter().map(Result::ok).collect())),
            RequestForm::Single => {
                let only = responses.pop().unwrap_or(Err(IssuanceError::AlreadyIssued));
                only.map(|response| TokenAnswer::Single(Box::new(response)))
            }
        }
    }

    /// Checks the requests against the keys that are known, also those of petitions that another process has published just now.
    async fn admit(&self, requests: Vec<TokenRequest>) -> Result<Vec<AdmittedRequest>, IssuanceError> {
        let now = self.clock.now();
        let petitions = self.registry.all(now).await?;
        let is_known = |request: &TokenRequest| {
            petitions.iter().any(|petition| holds_key_id(petition, request.truncated_token_key_id, now))
        };
        if requests.iter().all(is_known) {
            return admit(requests, &petitions, now);
        }
        self.registry.look().await?;
        admit(requests, &self.registry.all(now).await?, now)
    }

    /// Stores which requests of a body are signed once it is confirmed; sleeps until it is, for as long as the client asked, where
    /// there is a place to sleep.
    async fn reserve(&self, asked: Asked, wait: Duration) -> Result<Vec<Option<IssuanceError>>, IssuanceError> {
        if let Some(refusals) = self.reserving.add(asked.clone()).await? {
            return self.answered(&asked.digest, refusals);
        }
        if wait.is_zero() {
            return Err(IssuanceError::NotConfirmed { at_once: false });
        }
        let place = self.waits.enter(asked.digest).ok_or(IssuanceError::NotConfirmed { at_once: true })?;
        let mut left = wait;
        loop {
            // Looked at after taking the place: a confirmation in between would wake nobody.
            if let Some(refusals) = self.reserving.add(asked.clone()).await? {
                return self.answered(&asked.digest, refusals);
            }
            if left.is_zero() {
                return Err(IssuanceError::NotConfirmed { at_once: false });
            }
            let pause = left.min(LOOK_AGAIN);
            let _ = tokio::time::timeout(pause, place.confirmed()).await;
            left -= pause;
        }
    }

    /// A confirmed body is answered so often and no oftener.
    fn answered<T>(&self, digest: &RequestDigest, answer: T) -> Result<T, IssuanceError> {
        self.answers.check_key(digest).map(|()| answer).map_err(|_| IssuanceError::TooOften)
    }

    async fn sign(&self, admitted: &AdmittedRequest) -> Result<TokenResponse, IssuanceError> {
        let key = self.keys.get(&admitted.petition.verified.manifest().issuer.token_key.id()).await?;
        self.signers.sign(Arc::clone(&key.signer), admitted.request.clone()).await
    }
}

/// What a refusal is counted as. A request that waits for its mail asks again and again: that is none.
fn refused(error: &IssuanceError) -> Option<&'static str> {
    match error {
        IssuanceError::MediaType | IssuanceError::NotValid(_) => Some("refused/token-request-not-valid"),
        IssuanceError::TooOften => Some("refused/too-many-requests"),
        IssuanceError::Behind | IssuanceError::Busy => Some("refused/unavailable"),
        IssuanceError::AlreadyIssued => Some("refused/already-issued"),
        IssuanceError::NotYetOpen => Some("refused/not-yet-open"),
        IssuanceError::Closed => Some("refused/closed"),
        _ => None,
    }
}

use std::time::Duration;

use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{BatchTokenRequest, TokenRequest, TokenResponse, media_type};
use undersign_protocol::petition::PetitionState;

use super::Issuer;
use super::keys::PetitionTag;
use super::rules::{AdmittedRequest, IssuanceError, admit};
use crate::identified::email_verification::Tag;

/// How long a wait sleeps before it looks again by itself: another process may have taken the confirmation.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

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
        let requests = form.parse(body)?;
        let now = self.clock.now();
        let admitted = admit(requests, &self.registry.all(now).await?, now)?;
        let digest = RequestDigest::of(body);
        let tag = self.confirmed_tag(&digest, wait).await?;
        if self.answers.check_key(&digest).is_err() {
            return Err(IssuanceError::TooOften);
        }
        for AdmittedRequest { petition, .. } in &admitted {
            self.check_public_count(&petition.verified.petition_id()).await?;
        }
        let refusals = self.reserve(&admitted, &tag).await?;
        let mut responses = Vec::with_capacity(admitted.len());
        for (admitted, refusal) in admitted.into_iter().zip(refusals) {
            responses.push(match refusal {
                None => Ok(self.sign(admitted).await?),
                Some(refusal) => Err(refusal),
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

    /// The tag that the body was confirmed for; sleeps until it is, for as long as the client asked, where there is a place to sleep.
    async fn confirmed_tag(&self, digest: &RequestDigest, wait: Duration) -> Result<Tag, IssuanceError> {
        if let Some(tag) = self.verification.confirmed_tag(digest).await? {
            return Ok(tag);
        }
        if wait.is_zero() {
            return Err(IssuanceError::NotConfirmed { at_once: false });
        }
        let place = self.waits.enter(*digest).ok_or(IssuanceError::NotConfirmed { at_once: true })?;
        let mut left = wait;
        while !left.is_zero() {
            // Looked at after taking the place: a confirmation in between would wake nobody.
            if let Some(tag) = self.verification.confirmed_tag(digest).await? {
                return Ok(tag);
            }
            let pause = left.min(LOOK_AGAIN);
            let _ = tokio::time::timeout(pause, place.confirmed()).await;
            left -= pause;
        }
        let tag = self.verification.confirmed_tag(digest).await?;
        tag.ok_or(IssuanceError::NotConfirmed { at_once: false })
    }

    /// Stores which request is signed for each petition and this tag, where none is stored yet and the petition is open, and reads
    /// back what is stored, in one transaction. Says for each request why it is refused, or nothing where it is the stored one: those
    /// and no others are signed. The petitions' states are read here, for a wait may have outlasted a close.
    async fn reserve(
        &self,
        admitted: &[AdmittedRequest],
        tag: &Tag,
    ) -> Result<Vec<Option<IssuanceError>>, IssuanceError> {
        let mut tx = self.database.begin("issuance::reserve").await?;
        let now = self.clock.now();
        let mut refusals = Vec::with_capacity(admitted.len());
        for AdmittedRequest { request, petition } in admitted {
            // As it is known now: during the wait a notice may have closed it.
            let petition = self.registry.by_id(&petition.verified.petition_id()).unwrap_or_else(|| petition.clone());
            let manifest = petition.verified.manifest();
            let state = petition.state(now);
            if matches!(state, PetitionState::Announced | PetitionState::Closed) {
                refusals.push(Some(refusal(state)));
                continue;
            }
            let petition_id = petition.verified.petition_id();
            // Whatever the clock says: it can be set back.
            if tx.final_count(&petition_id).await?.is_some() {
                refusals.push(Some(IssuanceError::Closed));
                continue;
            }
            let petition_tag: PetitionTag = self.keys.get(&manifest.issuer.token_key.id())?.petition_tag(tag);
            let hash = request.hash();
            if state == PetitionState::Open {
                tx.insert_issuance(&petition_id, &petition_tag, &hash).await?;
            }
            let stored = tx.issuance(&petition_id, &petition_tag).await?;
            refusals.push((stored != Some(hash)).then(|| refusal(state)));
        }
        // Committed before anything is signed: a token that is out has its row.
        tx.commit().await?;
        Ok(refusals)
    }

    async fn sign(&self, admitted: AdmittedRequest) -> Result<TokenResponse, IssuanceError> {
        let key = self.keys.get(&admitted.petition.verified.manifest().issuer.token_key.id())?;
        self.signers.sign(std::sync::Arc::clone(&key.signer), admitted.request).await
    }
}

fn refusal(state: PetitionState) -> IssuanceError {
    match state {
        PetitionState::Announced => IssuanceError::NotYetOpen,
        PetitionState::Open => IssuanceError::AlreadyIssued,
        PetitionState::Closing | PetitionState::Closed => IssuanceError::Closed,
    }
}

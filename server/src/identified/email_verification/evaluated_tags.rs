use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use undersign_protocol::email_verification::{
    CanonicalAddress, EVALUATION_MEDIA_TYPE, EvaluationAnswer, EvaluationRequest, EvaluatorKey,
};
use undersign_protocol::petition::Tags;
use zeroize::Zeroizing;

use super::EVALUATOR_SECRET;
use super::rules::{Tag, VerificationError};
use super::tags::AddressTags;
use crate::entropy::Entropy;
use crate::evaluator::rules::authenticator;
use crate::key_directory::KeyDirectory;
use crate::mac::hmac_sha256;
use crate::oprf::{Blinded, OprfError, is_key};
use crate::outage::{Change, Outage};

/// How long an evaluator may take, on each of two tries.
const PATIENCE: Duration = Duration::from_secs(5);
/// Seconds after which an evaluator that is away is asked again.
const AWAY: u64 = 30;
/// Most seconds that a client is told to wait: where the day's limit is reached an operator may raise it.
const LONGEST: u64 = 3_600;

/// Who is asked for tags.
pub struct EvaluatorSettings {
    /// Where it is; `/v1/evaluations` is added to it.
    pub url: String,
    /// Its public key, as it prints it.
    pub key: EvaluatorKey,
}

/// Tags with the help of an evaluator on another machine: HMAC-SHA-256(tag key, OPRF output of the canonical address). Whoever holds
/// this side tests a guessed address by asking the evaluator, and whoever holds the evaluator has no tag key.
pub(super) struct EvaluatedTags {
    client: reqwest::Client,
    url: String,
    key: EvaluatorKey,
    secret: Zeroizing<[u8; 32]>,
    tag_key: Zeroizing<[u8; 32]>,
    entropy: Arc<dyn Entropy>,
    outage: Outage,
}

impl EvaluatedTags {
    pub(super) fn new(
        settings: EvaluatorSettings,
        keys: &KeyDirectory,
        tag_key: Zeroizing<[u8; 32]>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VerificationError> {
        if !is_key(&settings.key) {
            return Err(VerificationError::Evaluator(
                "key is not a key; take it as the evaluator prints it".to_owned(),
            ));
        }
        let secret = keys.read_array(EVALUATOR_SECRET)?.ok_or_else(|| {
            VerificationError::Evaluator(format!(
                "{EVALUATOR_SECRET} is missing in the folder of keys: copy the evaluator's issuer.secret there"
            ))
        })?;
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            // An address in the environment would send the question elsewhere.
            .no_proxy()
            .build()
            .map_err(|error| VerificationError::Evaluator(error.without_url().to_string()))?;
        let url = format!("{}/v1/evaluations", settings.url);
        Ok(Self { client, url, key: settings.key, secret, tag_key, entropy, outage: Outage::default() })
    }

    async fn compute(&self, address: &CanonicalAddress) -> Result<Tag, VerificationError> {
        let blinded = Blinded::new(address.as_bytes(), self.entropy.as_ref()).map_err(mismatch)?;
        let answer = self.evaluate(&blinded.element).await?;
        let output = blinded.finalize(&answer, &self.key).map_err(mismatch)?;
        Ok(Tag(hmac_sha256(&self.tag_key, output.as_slice())))
    }

    /// Once more where no answer came: a connection that was kept may have been closed meanwhile.
    async fn evaluate(&self, blinded_element: &[u8; 32]) -> Result<EvaluationAnswer, VerificationError> {
        let authenticator = authenticator(&self.secret, blinded_element);
        let body = EvaluationRequest { blinded_element: *blinded_element, authenticator }.encode();
        let answer = match self.send(&body).await {
            Ok(answer) => answer,
            Err(_) => self.send(&body).await.map_err(|error| away(error.without_url().to_string(), AWAY))?,
        };
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::TOO_MANY_REQUESTS => {
                let retry_after = retry_after.unwrap_or(AWAY).clamp(1, LONGEST);
                return Err(away("the evaluator's limit is reached".to_owned(), retry_after));
            }
            StatusCode::FORBIDDEN => {
                return Err(away(format!("the evaluator does not know {EVALUATOR_SECRET}"), AWAY));
            }
            status => return Err(away(format!("the evaluator answers {status}"), AWAY)),
        }
        let bytes = answer.bytes().await.map_err(|error| away(error.without_url().to_string(), AWAY))?;
        EvaluationAnswer::decode(&bytes).map_err(|_| away("the evaluator's answer is none".to_owned(), AWAY))
    }

    async fn send(&self, body: &[u8]) -> Result<Response, reqwest::Error> {
        let request = self.client.post(&self.url).header(CONTENT_TYPE, EVALUATION_MEDIA_TYPE);
        request.body(body.to_vec()).send().await
    }
}

impl AddressTags for EvaluatedTags {
    fn tag<'a>(
        &'a self,
        address: &'a CanonicalAddress,
    ) -> Pin<Box<dyn Future<Output = Result<Tag, VerificationError>> + Send + 'a>> {
        Box::pin(async move {
            let tag = self.compute(address).await;
            self.outage.note(&tag);
            tag
        })
    }

    fn tell(&self) {
        match self.outage.change() {
            Some(Change::Began(reason)) => tracing::error!(reason, "nobody can ask for a mail"),
            Some(Change::Ended) => tracing::info!("the evaluator answers again"),
            None => {}
        }
    }

    fn check_value(&self) -> [u8; 32] {
        // With the evaluator's key: neither of the two may change, nor tags become local.
        hmac_sha256(&self.tag_key, &[b"check evaluator".as_slice(), self.key.as_bytes()].concat())
    }

    fn kind(&self) -> Tags {
        Tags::Evaluator
    }
}

fn away(reason: String, retry_after: u64) -> VerificationError {
    VerificationError::NoTag { reason, retry_after }
}

fn mismatch(error: OprfError) -> VerificationError {
    away(format!("the evaluator's answer does not fit identified.evaluator.key: {error}"), AWAY)
}

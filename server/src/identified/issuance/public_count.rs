use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use undersign_protocol::petition::PetitionId;
use undersign_protocol::tally::TotalDocument;
use undersign_protocol::timestamp::Timestamp;

use super::rules::{IssuanceError, Standing};

/// Seconds after which a petition that is not level with its log is compared again.
const COMPARE_AGAIN: u64 = 60;

/// Why the origin's count is not known. Names no address.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// No answer, or a refusal.
    #[error("the origin does not answer: {0}")]
    Away(String),
    /// Not a total.
    #[error("the origin's answer is not a total")]
    Form,
}

impl From<reqwest::Error> for OriginError {
    fn from(error: reqwest::Error) -> Self {
        Self::Away(error.without_url().to_string())
    }
}

/// Asks the origin what its logs say of this side's count, over the route that everyone can ask.
pub struct OriginClient {
    client: reqwest::Client,
    url: String,
}

impl OriginClient {
    /// Asks at this origin.
    pub fn new(url: &str) -> Result<Self, OriginError> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            // An address in the environment would send the question elsewhere.
            .no_proxy()
            .build()?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned() })
    }

    /// The count in the last statement of a petition's log; `None` where the origin has no such petition.
    pub async fn issued(&self, petition_id: &PetitionId) -> Result<Option<u64>, OriginError> {
        let url = format!("{}/v1/petitions/{petition_id}/total", self.url);
        let answer = self.client.get(url).send().await?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let body = answer.error_for_status()?.bytes().await?;
        let total: TotalDocument = serde_json::from_slice(&body).map_err(|_| OriginError::Form)?;
        Ok(Some(total.issued))
    }
}

/// What was found when petitions were last compared with their logs.
#[derive(Default)]
pub(super) struct Standings {
    found: Mutex<HashMap<PetitionId, (Timestamp, Standing)>>,
}

impl Standings {
    /// What still holds: a database that was level stays so while this process has it open. What no longer does is `None` for one
    /// caller, who compares again, and holds meanwhile for all others.
    pub(super) fn get(&self, petition_id: &PetitionId, now: Timestamp) -> Option<Standing> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, standing) = found.get_mut(petition_id)?;
        if *standing == Standing::Level || now < since.plus(COMPARE_AGAIN) {
            return Some(*standing);
        }
        *since = now;
        None
    }

    pub(super) fn set(&self, petition_id: &PetitionId, now: Timestamp, standing: Standing) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(*petition_id, (now, standing));
    }
}

impl super::Issuer {
    /// Refuses to issue for a petition whose public log counts more tokens than this side knows of: the database is older than the log,
    /// and addresses would get a second token. Where the origin does not answer, nothing is known, and issuing goes on.
    pub(super) async fn check_public_count(&self, petition_id: &PetitionId) -> Result<(), IssuanceError> {
        let now = self.clock.now();
        let standing = match self.standings.get(petition_id, now) {
            Some(standing) => standing,
            None => {
                let standing = self.compare(petition_id).await?;
                self.standings.set(petition_id, now, standing);
                standing
            }
        };
        if standing == Standing::Behind { Err(IssuanceError::Behind) } else { Ok(()) }
    }

    /// Compares all petitions: at the start, before anyone asks for a token, so that no question tells when the first one came.
    pub(in crate::identified) async fn compare_all(&self) -> Result<(), IssuanceError> {
        for petition in self.registry.all(self.clock.now()).await?.iter() {
            // What is found is kept, and told there.
            let _ = self.check_public_count(&petition.verified.petition_id()).await;
        }
        Ok(())
    }

    async fn compare(&self, petition_id: &PetitionId) -> Result<Standing, IssuanceError> {
        let Some(origin) = &self.origin else { return Ok(Standing::Unknown) };
        let published = match origin.issued(petition_id).await {
            Ok(published) => published.unwrap_or(0),
            Err(error) => {
                tracing::warn!(%error, "the public log could not be asked whether this side is behind it");
                return Ok(Standing::Unknown);
            }
        };
        let mut tx = self.database.begin_read("issuance::compare").await?;
        let issued = tx.count_issued(petition_id).await?;
        let standing = Standing::of(issued, published);
        if standing == Standing::Behind {
            tracing::error!(
                issued,
                published,
                petition = %petition_id,
                "this side is behind the public log, and issues nothing for this petition: its database is older than the log. \
                 docs/operators.md says what that means; `migrate --accept-loss` goes on all the same"
            );
        }
        Ok(standing)
    }
}

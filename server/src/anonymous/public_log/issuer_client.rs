use std::time::Duration;

use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::PetitionId;

use super::LogError;

/// Asks the issuer for the one number that comes from the identified side, over the route that everyone can ask.
pub(super) struct IssuerClient {
    client: reqwest::Client,
    url: String,
}

impl IssuerClient {
    pub(super) fn new(url: &str) -> Result<Self, LogError> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            // An address in the environment would send the question elsewhere.
            .no_proxy()
            .build()
            .map_err(away)?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned() })
    }

    /// How many tokens of a petition were issued. The signature is checked by the caller.
    pub(super) async fn issued(&self, petition_id: &PetitionId) -> Result<IssuanceStatement, LogError> {
        let url = format!("{}/v1/petitions/{petition_id}/issued", self.url);
        let response = self.client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(away)?;
        let body = response.bytes().await.map_err(away)?;
        serde_json::from_slice(&body).map_err(|_| LogError::Statement("not of the expected form"))
    }
}

fn away(error: reqwest::Error) -> LogError {
    LogError::IssuerAway(error.without_url().to_string())
}

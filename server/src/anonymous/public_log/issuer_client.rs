use std::time::Duration;

use serde::de::DeserializeOwned;
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::CloseStatement;

use super::LogError;

/// Asks the issuer for the one number that comes from the identified side, over the routes that everyone can ask.
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
        read(self.ask(petition_id, "issued").await?).await
    }

    /// That a petition is closed and what was kept for its count is destroyed. The signature is checked by the caller.
    pub(super) async fn close(&self, petition_id: &PetitionId) -> Result<CloseStatement, LogError> {
        let response = self.ask(petition_id, "close").await?;
        if response.status() == reqwest::StatusCode::NOT_FOUND {
            return Err(LogError::NotYetClosed);
        }
        read(response).await
    }

    /// Whether the issuer has a petition: then what people can see is what they can sign.
    pub(super) async fn has(&self, petition_id: &PetitionId) -> Result<bool, LogError> {
        // Of the two sides in one process only the issuer answers this.
        let response = self.ask(petition_id, "issued").await?;
        match response.status() {
            reqwest::StatusCode::NOT_FOUND => Ok(false),
            _ => response.error_for_status().map(|_| true).map_err(away),
        }
    }

    async fn ask(&self, petition_id: &PetitionId, what: &str) -> Result<reqwest::Response, LogError> {
        let url = format!("{}/v1/petitions/{petition_id}/{what}", self.url);
        self.client.get(url).send().await.map_err(away)
    }
}

async fn read<T: DeserializeOwned>(response: reqwest::Response) -> Result<T, LogError> {
    let body = response.error_for_status().map_err(away)?.bytes().await.map_err(away)?;
    serde_json::from_slice(&body).map_err(|_| LogError::Statement("not of the expected form"))
}

fn away(error: reqwest::Error) -> LogError {
    LogError::IssuerAway(error.without_url().to_string())
}

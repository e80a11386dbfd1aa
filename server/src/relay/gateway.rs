use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderValue;
use reqwest::header::CONTENT_TYPE;
use undersign_protocol::oblivious::{ENCAPSULATED_RESPONSE_SIZE, GATEWAY_PATH, REQUEST_MEDIA_TYPE};

use super::config::{GatewaySection, RelayConfigError};
use super::rules::{MAX_REFUSAL, RelayError, check_answer};
use crate::outage::{Change, Outage};

/// How long a gateway may take, with all that is behind it.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take to be reached.
const CONNECTING: Duration = Duration::from_secs(5);
/// More is read of no answer.
const MOST: usize = if MAX_REFUSAL > ENCAPSULATED_RESPONSE_SIZE { MAX_REFUSAL } else { ENCAPSULATED_RESPONSE_SIZE };

/// One host of the list.
pub(super) struct Gateway {
    client: reqwest::Client,
    url: String,
    /// Origins whose pages may post.
    page_origins: Vec<HeaderValue>,
    outage: Outage,
}

/// What is passed back.
pub(super) struct GatewayAnswer {
    pub(super) status: u16,
    pub(super) media_type: &'static str,
    pub(super) body: Vec<u8>,
}

/// One for all: whose request goes over which connection says nothing then.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .connect_timeout(CONNECTING)
        // Wherever it leads, it is not in the list.
        .redirect(reqwest::redirect::Policy::none())
        // An address in the environment would send requests elsewhere.
        .no_proxy()
        .build()
}

impl Gateway {
    pub(super) fn new(section: &GatewaySection, client: reqwest::Client) -> Result<Self, RelayConfigError> {
        let origins = section.page_origins.iter().cloned().chain([section.base()?]);
        let page_origins = origins.filter_map(|base| HeaderValue::from_str(&base.to_string()).ok()).collect();
        let url = format!("{}{GATEWAY_PATH}", section.asked()?);
        Ok(Self { client, url, page_origins, outage: Outage::default() })
    }

    /// The origin, if its pages may post.
    pub(super) fn allows(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        origin.filter(|origin| self.page_origins.contains(origin)).cloned()
    }

    /// Asks it: the body is all that goes there.
    pub(super) async fn ask(&self, body: Bytes) -> Result<GatewayAnswer, RelayError> {
        let answer = self.send(body).await;
        self.outage.note(&answer);
        answer
    }

    async fn send(&self, body: Bytes) -> Result<GatewayAnswer, RelayError> {
        let post = || self.client.post(&self.url).header(CONTENT_TYPE, REQUEST_MEDIA_TYPE).body(body.clone()).send();
        let mut answer = match post().await {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() => return Err(RelayError::TooSlow),
            // A connection that was kept may have been closed meanwhile; whatever was sealed counts once.
            Err(_) => post().await.map_err(away)?,
        };
        let (status, mut body) = (answer.status().as_u16(), Vec::with_capacity(ENCAPSULATED_RESPONSE_SIZE));
        while let Some(part) = answer.chunk().await.map_err(away)? {
            if body.len() + part.len() > MOST {
                return Err(RelayError::NoGateway);
            }
            body.extend_from_slice(&part);
        }
        let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = check_answer(status, media_type, &body)?;
        Ok(GatewayAnswer { status, media_type, body })
    }

    /// Tells whoever runs the relay what has changed.
    pub(super) fn tell(&self) {
        match self.outage.change() {
            Some(Change::Began(reason)) => tracing::warn!("{}: {reason}", self.url),
            Some(Change::Ended) => tracing::info!("{} answers again", self.url),
            None => {}
        }
    }
}

fn away(error: reqwest::Error) -> RelayError {
    if error.is_timeout() { RelayError::TooSlow } else { RelayError::Away }
}

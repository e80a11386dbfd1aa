//! Sending requests from a program: HTTP/1.1 over the system's TLS, directly or through one proxy and never past it.

mod error;
mod proxy;
#[cfg(feature = "oblivious")]
mod relay;

pub use error::{FetchError, TransportError};
pub use proxy::{Proxy, ProxyError};
#[cfg(feature = "oblivious")]
pub use relay::{HostLogError, RelayError};

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand_core::CryptoRng;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Url, redirect};

use crate::endpoints::Base;
use crate::link::PetitionLink;
use crate::lookup::{self, PetitionDocuments};
use crate::request::{Method, Request, Side, Stage};
use crate::response::{MAX_RESPONSE, Response};
use proxy::Streams;

/// To connect, and the whole of it: longer than the 20 seconds for which a token request may be held.
const DIRECT: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(60)];
/// The same through a proxy: Tor may first have to find an onion service and build circuits to it.
const PROXIED: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// One client for each stage and side, which share no connection. None follows redirects, keeps cookies, names a user agent, or
/// reads a proxy from the environment. For one petition: the next one is for another transport, with other names at the proxy.
pub struct Transport {
    streams: Option<Streams>,
    /// Made when they are needed: each reads the system's certificates.
    clients: Mutex<HashMap<(Side, Stage), Client>>,
}

impl Transport {
    /// Connects to servers themselves.
    pub fn direct() -> Self {
        Self { streams: None, clients: Mutex::default() }
    }

    /// Everything goes through this proxy or not at all.
    pub fn through(proxy: Proxy, rng: &mut impl CryptoRng) -> Self {
        Self { streams: Some(Streams::new(proxy, rng)), clients: Mutex::default() }
    }

    /// Sends a request on its stage's client and reads the answer, whatever its status.
    pub async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        if self.streams.is_none() && is_onion(request.url()) {
            // This machine would ask its name server for the onion's name (RFC 7686 §2).
            return Err(TransportError::OnionWithoutProxy);
        }
        let client = self.client(request.side(), request.stage())?;
        let mut builder = match request.method() {
            Method::Get => client.get(request.url()),
            // Left out for an empty body otherwise, which some reverse proxies refuse (RFC 9110 §8.6).
            Method::Post if request.content().is_empty() => client.post(request.url()).header(CONTENT_LENGTH, 0),
            Method::Post => client.post(request.url()).body(request.content().to_vec()),
        };
        for (name, value) in request.headers() {
            builder = builder.header(*name, value);
        }
        let mut answer = builder.send().await.map_err(|error| TransportError::of(&error))?;
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let media_type = header(CONTENT_TYPE).map(str::to_owned);
        let retry_after = header(RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok());
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| TransportError::of(&error))? {
            if body.len() + chunk.len() > MAX_RESPONSE {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, media_type, retry_after, body })
    }

    /// Fetches everything that [`check`](crate::checks::check) reads.
    pub async fn look_up(&self, base: &Base, link: &PetitionLink) -> Result<PetitionDocuments, FetchError> {
        let (first, requests) = lookup::start(base, link);
        let (second, requests) = first.answered(self.send_all(&requests).await?)?;
        Ok(second.answered(self.send_all(&requests).await?)?)
    }

    /// Sends requests one after another and stops at the first that brings nothing.
    pub async fn send_all(&self, requests: &[Request]) -> Result<Vec<Response>, TransportError> {
        let mut responses = Vec::with_capacity(requests.len());
        for request in requests {
            responses.push(self.send(request).await?);
        }
        Ok(responses)
    }

    /// The client of a stage and side; a copy of it has the same connections.
    fn client(&self, side: Side, stage: Stage) -> Result<Client, TransportError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(side, stage)) {
            return Ok(client.clone());
        }
        let client = self.make_client(side, stage)?;
        clients.insert((side, stage), client.clone());
        Ok(client)
    }

    fn make_client(&self, side: Side, stage: Stage) -> Result<Client, TransportError> {
        let [connect, total] = if self.streams.is_some() { PROXIED } else { DIRECT };
        let builder = Client::builder()
            // A redirect could send a token or an address to another host.
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(connect)
            .timeout(total);
        let builder = match &self.streams {
            Some(streams) => builder.proxy(streams.of(side, stage).ok_or(TransportError::ProxyAway)?),
            // Otherwise the environment's proxy, which nobody has named here, would see everything.
            None => builder.no_proxy(),
        };
        builder.build().map_err(|_| TransportError::Tls)
    }
}

fn is_onion(url: &str) -> bool {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    host.trim_end_matches('.').ends_with(".onion")
}

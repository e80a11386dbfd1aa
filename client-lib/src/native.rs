//! Sending requests from a program: HTTP/1.1 over the system's TLS, directly or through one proxy and never past it.

use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Proxy, Url, redirect};

use crate::endpoints::Base;
use crate::link::PetitionLink;
use crate::lookup::{self, LookupError, PetitionDocuments};
use crate::request::{Method, Request, Side};
use crate::response::{MAX_RESPONSE, Response};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than the 20 seconds for which a token request may be held.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);

/// Two clients, one for each side, which share no connection. Neither follows redirects, keeps cookies, names a user agent, or reads
/// a proxy from the environment.
pub struct Transport {
    identified: Client,
    anonymous: Client,
}

/// Why there is no transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not a URL of a proxy.
    #[error("the proxy is not of the form socks5h://127.0.0.1:9050")]
    Form,
    /// A proxy to which this machine would tell only addresses, after asking its own name servers for the host.
    #[error("use socks5h instead of socks5: else this machine asks its own name server for the host, past the proxy")]
    Resolves,
    /// The system's TLS could not be set up.
    #[error("TLS could not be set up on this machine")]
    Tls,
}

/// Why nothing came back. It names no URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection, to the server or to the proxy; there is no second way.
    #[error("the server or the proxy cannot be reached")]
    Connect,
    /// Nothing within the time allowed.
    #[error("the server did not answer in time")]
    Timeout,
    /// More than 8 MiB.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
}

/// Why a petition could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nothing came back.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Not what was asked for.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

impl Transport {
    /// Makes the two clients.
    ///
    /// # Arguments
    /// * `proxy` – `socks5h://host:port` or `http://host:port`; everything goes through it or not at all
    pub fn new(proxy: Option<&str>) -> Result<Self, ProxyError> {
        let proxy = proxy.map(check_proxy).transpose()?;
        Ok(Self { identified: client(proxy.as_ref())?, anonymous: client(proxy.as_ref())? })
    }

    /// Sends a request on its side's client and reads the answer, whatever its status.
    pub async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let client = match request.side() {
            Side::Identified => &self.identified,
            Side::Anonymous => &self.anonymous,
        };
        let mut builder = match request.method() {
            Method::Get => client.get(request.url()),
            // Left out for an empty body otherwise, which some reverse proxies refuse (RFC 9110 §8.6).
            Method::Post if request.content().is_empty() => client.post(request.url()).header(CONTENT_LENGTH, 0),
            Method::Post => client.post(request.url()).body(request.content().to_vec()),
        };
        for (name, value) in request.headers() {
            builder = builder.header(*name, value);
        }
        let mut answer = builder.send().await.map_err(classify)?;
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let media_type = header(CONTENT_TYPE).map(str::to_owned);
        let retry_after = header(RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok());
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(classify)? {
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
}

fn client(proxy: Option<&Proxy>) -> Result<Client, ProxyError> {
    let builder = Client::builder()
        // A redirect could send a token or an address to another host.
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT);
    let builder = match proxy {
        Some(proxy) => builder.proxy(proxy.clone()),
        // Otherwise the environment's proxy, which nobody has named here, would see everything.
        None => builder.no_proxy(),
    };
    builder.build().map_err(|_| ProxyError::Tls)
}

/// `Proxy::all` without exceptions: there is no host that is reached past it.
fn check_proxy(text: &str) -> Result<Proxy, ProxyError> {
    let url = Url::parse(text).map_err(|_| ProxyError::Form)?;
    match url.scheme() {
        "socks5h" | "http" | "https" if url.has_host() => Proxy::all(url).map_err(|_| ProxyError::Form),
        "socks5" | "socks4" | "socks4a" => Err(ProxyError::Resolves),
        _ => Err(ProxyError::Form),
    }
}

fn classify(error: reqwest::Error) -> TransportError {
    if error.is_connect() {
        TransportError::Connect
    } else if error.is_timeout() {
        TransportError::Timeout
    } else {
        TransportError::Broken
    }
}

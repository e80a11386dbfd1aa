//! The proxy that stands between this machine and every server.

use rand_core::CryptoRng;
use reqwest::Url;
use sha2::{Digest as _, Sha256};
use undersign_protocol::bytes::to_base64url;

use crate::request::{Side, Stage};

/// A proxy that everything goes through, or nothing goes at all.
#[derive(Debug, Clone)]
pub struct Proxy {
    url: Url,
    names: Names,
}

/// Who a client says that it is at the proxy (RFC 1929; HTTP: RFC 7617). Tor builds a circuit of its own for each name
/// (`IsolateSOCKSAuth`, on unless it was switched off), so that requests under two names come out in two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// One that was drawn, for each stage of each [`Transport`](super::Transport).
    Drawn,
    /// The one of the URL: this proxy knows its users.
    Given,
    /// None: this proxy knows no names.
    None,
}

/// Why text names no proxy that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not a URL of a proxy.
    #[error("the proxy is not of the form socks5h://127.0.0.1:9050")]
    Form,
    /// A proxy to which this machine would tell only addresses, after asking its own name servers for the host.
    #[error("use socks5h instead of socks5: else this machine asks its own name server for the host, past the proxy")]
    Resolves,
}

/// What the names of one [`Transport`](super::Transport) are made of.
pub(super) struct Streams {
    proxy: Proxy,
    seed: [u8; 32],
}

impl Proxy {
    /// For a proxy that takes no user names, as `ssh -D` opens one: all stages leave it by one way.
    pub fn without_names(self) -> Self {
        Self { names: Names::None, ..self }
    }
}

/// Reads `socks5h://host:port`, `http://host:port` or `https://host:port`, with or without `name:password@`.
impl std::str::FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| ProxyError::Form)?;
        match url.scheme() {
            "socks5h" | "http" | "https" if url.has_host() => {}
            "socks" | "socks5" | "socks4" | "socks4a" => return Err(ProxyError::Resolves),
            _ => return Err(ProxyError::Form),
        }
        // Another path or query is a typing error of something, and the library would pass over it.
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(ProxyError::Form);
        }
        let names = if url.username().is_empty() { Names::Drawn } else { Names::Given };
        Ok(Self { url, names })
    }
}

impl Streams {
    pub(super) fn new(proxy: Proxy, rng: &mut impl CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self { proxy, seed }
    }

    /// Where the requests of a stage connect to. Without exceptions: there is no host that is reached past it.
    pub(super) fn of(&self, side: Side, stage: Stage) -> Option<reqwest::Proxy> {
        let mut url = self.proxy.url.clone();
        if self.proxy.names == Names::Drawn {
            let name = self.name(side, stage);
            url.set_username(&name).ok()?;
            // RFC 1929 has no empty passwords.
            url.set_password(Some("0")).ok()?;
        }
        reqwest::Proxy::all(url).ok()
    }

    /// Not to be guessed and never used again, as the seed is drawn: a name that comes back would join two signatures.
    fn name(&self, side: Side, stage: Stage) -> String {
        let (side, stage) = (side as u8, stage as u8);
        let hash =
            Sha256::new().chain_update(b"undersign stream v1").chain_update(self.seed).chain_update([side, stage]);
        to_base64url(&hash.finalize()[..16])
    }
}

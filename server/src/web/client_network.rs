use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;

use super::problem::WebProblem;

/// The network a request comes from: an IPv4 address, or the /56 of an IPv6 address, which is what one household gets. It has no
/// `Debug` and no `Display`: it lives in memory for a budget and reaches neither disk nor log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientNetwork {
    address: IpAddr,
    prefix: IpAddr,
}

/// Proxies whose `X-Forwarded-For` is believed. Everyone else's is ignored.
#[derive(Clone, Default)]
pub struct TrustedProxies {
    addresses: Vec<IpAddr>,
    told: Arc<AtomicBool>,
}

impl TrustedProxies {
    /// Believes these.
    pub fn new(addresses: &[IpAddr]) -> Self {
        Self { addresses: addresses.iter().map(IpAddr::to_canonical).collect(), told: Arc::default() }
    }

    /// Tells the operator, once and without saying who it was, that the limits count a proxy where they should count its clients.
    fn tell(&self) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a request came with X-Forwarded-For from an address that is not in trusted_proxies: if that is your proxy, name \
                 it there, or all its clients share one limit"
            );
        }
    }
}

impl ClientNetwork {
    pub(crate) fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let prefix = match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => {
                let mut octets = v6.octets();
                octets[7..].fill(0);
                IpAddr::V6(Ipv6Addr::from(octets))
            }
        };
        Self { address, prefix }
    }

    /// The whole address, to be looked for in a list and kept nowhere.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The prefix's bytes, to be keyed before they are kept even in memory.
    pub fn bytes(&self) -> [u8; 16] {
        match self.prefix {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => v6.octets(),
        }
    }

    /// Whether the client is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.address.is_loopback()
    }
}

impl<S> FromRequestParts<S> for ClientNetwork
where
    S: Send + Sync,
    TrustedProxies: FromRef<S>,
{
    type Rejection = WebProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebProblem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip().to_canonical());
        // The last address is the one that the trusted proxy itself saw; those before it are the client's own words.
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
        let proxies = TrustedProxies::from_ref(state);
        if !proxies.addresses.contains(&peer) {
            if forwarded.is_some() {
                proxies.tell();
            }
            return Ok(Self::of(peer));
        }
        let forwarded = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        Ok(Self::of(forwarded.unwrap_or(peer)))
    }
}

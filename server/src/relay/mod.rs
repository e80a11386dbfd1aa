//! A relay of Oblivious HTTP (RFC 9458 §6.2), which another organisation runs than the one whose petitions it serves: it sees who sends
//! and nothing of what, the gateway behind it sees what and not who. It knows a list of hosts and asks no other; it keeps nothing, and
//! writes nothing about a request.

/// The configuration file.
pub mod config;

/// Routes: one a host, and what browsers ask before.
pub mod http;

/// Decisions and errors.
pub mod rules;

mod gateway;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

pub use rules::RelayError;

use self::config::RelayConfig;
use self::gateway::Gateway;

/// How often it is told which hosts are away.
const TELLING: Duration = Duration::from_secs(600);

/// A relay at work.
pub struct Relay {
    /// By host: what is not in here is asked by nobody.
    gateways: HashMap<String, Gateway>,
    /// How many more are passed on at once.
    at_once: Semaphore,
}

impl Relay {
    /// Of a configuration. Nothing is opened or made.
    pub fn new(config: &RelayConfig) -> anyhow::Result<Self> {
        let client = gateway::client()?;
        let gateways = config.gateways.iter().map(|section| {
            let gateway = Gateway::new(section, client.clone())?;
            Ok((section.host.clone(), gateway))
        });
        let gateways = gateways.collect::<Result<_, config::RelayConfigError>>()?;
        Ok(Self { gateways, at_once: Semaphore::new(config.at_once.get().into()) })
    }

    fn gateway(&self, host: &str) -> Result<&Gateway, RelayError> {
        self.gateways.get(host).ok_or(RelayError::UnknownHost)
    }
}

/// Serves until the process is told to stop. `ready` is called once the socket listens.
pub async fn serve(config: &RelayConfig, ready: impl FnOnce()) -> anyhow::Result<()> {
    let relay = Relay::new(config)?;
    let address = config.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    ready();
    let relay = Arc::new(relay);
    tokio::spawn(tell(Arc::clone(&relay)));
    axum::serve(listener, http::router(relay)).with_graceful_shutdown(crate::serve::stopped()).await?;
    Ok(())
}

/// At set times, and not when somebody was sent away.
async fn tell(relay: Arc<Relay>) {
    loop {
        tokio::time::sleep(TELLING).await;
        relay.gateways.values().for_each(Gateway::tell);
    }
}

//! Both sides or one, from a configuration to listening sockets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::FromRef as _;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use undersign_pages::{About, Pages};
use undersign_protocol::petition::{PetitionId, Slug};

use crate::announcement::Announcements;
use crate::anonymous::public_log::WitnessSettings;
use crate::anonymous::{self, AnonymousDatabase, AnonymousState};
use crate::app;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{AnonymousConfig, Config, ConfigError, IdentifiedConfig, WitnessSection, host, origin};
use crate::entropy::SystemEntropy;
use crate::identified::email_verification::{
    EvaluatorSettings, MailSettings, RefusedDomains, SharedNetworks, VerificationSettings,
};
use crate::identified::issuance::OriginClient;
use crate::identified::{self, IdentifiedDatabase, IdentifiedState};
use crate::key_directory::KeyDirectory;
use crate::petition::review::Review;
use crate::petition::{Organisers, Registry};
use crate::storage::{PostgresAddress, PostgresServer, Side};
use crate::web::assets::Assets;
use crate::web::client_network::TrustedProxies;
use crate::web::cors::Cors;

/// A server that listens and has not answered yet.
pub struct Server {
    identified: Option<(SocketAddr, IdentifiedState)>,
    anonymous: Option<(SocketAddr, AnonymousState)>,
    announcements: Announcements,
}

/// Whose petitions are taken: those of the configuration's lists, or anyone's from this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganiserPolicy {
    /// As configured.
    Listed,
    /// The demo.
    AnyFromLoopback,
}

impl OrganiserPolicy {
    fn organisers(self, listed: &[undersign_protocol::ed25519::PublicKey], review: Review) -> Organisers {
        match self {
            Self::Listed => Organisers::Listed { keys: listed.to_vec(), review },
            Self::AnyFromLoopback => Organisers::AnyFromLoopback,
        }
    }
}

impl Server {
    /// Opens databases and keys of the sides that are wanted: one, or every one in the file.
    pub async fn open(config: &Config, side: Option<Side>, policy: OrganiserPolicy) -> anyhow::Result<Self> {
        let path = config.announcement.as_deref();
        let named = || path.map(|path| path.display().to_string()).unwrap_or_default();
        let announcements = Announcements::open(path).with_context(named)?;
        let mut server = Self { identified: None, anonymous: None, announcements };
        if side.is_none() {
            check_clusters(config).await?;
        }
        // The same for both sides of one process, whose pages then have one style.
        let client_dir = config.anonymous.as_ref().and_then(|section| section.client_dir.as_deref());
        let assets = Assets::load(client_dir)?;
        if side != Some(Side::Anonymous) {
            match &config.identified {
                Some(section) => {
                    let shared = (Arc::clone(&assets), server.announcements.clone());
                    server.identified = Some((section.listen, open_identified(config, section, policy, shared).await?))
                }
                None if side.is_some() => return Err(ConfigError::Missing("identified").into()),
                None => {}
            }
        }
        if side != Some(Side::Identified) {
            match &config.anonymous {
                Some(section) => {
                    let issuer_url = issuer_url(config, section)?;
                    let shared = (assets, server.announcements.clone());
                    let state = open_anonymous(config, section, issuer_url, policy, shared).await?;
                    server.anonymous = Some((section.listen, state));
                }
                None if side.is_some() => return Err(ConfigError::Missing("anonymous").into()),
                None => {}
            }
        }
        if server.identified.is_none() && server.anonymous.is_none() {
            return Err(ConfigError::Missing("identified").into());
        }
        Ok(server)
    }

    /// Serves until the process is told to stop. `ready` is called once every socket listens.
    pub async fn run(self, ready: impl FnOnce()) -> anyhow::Result<()> {
        if let Some(hangups) = self.announcements.listen()? {
            tokio::spawn(self.announcements.clone().follow(hangups));
        }
        let mut listening = Vec::new();
        for (address, router) in self.routers() {
            let listener = TcpListener::bind(address)
                .await
                .map_err(|error| anyhow::anyhow!("cannot listen on {address}: {error}"))?;
            listening.push((listener, router));
        }
        if let Some((_, state)) = &self.identified {
            state.run();
        }
        if let Some((_, state)) = &self.anonymous {
            state.run();
        }
        let mut tasks = JoinSet::new();
        for (listener, router) in listening {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            tasks.spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopped()).await });
        }
        ready();
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        Ok(())
    }

    /// Ids of the petitions that are published, by slug.
    pub async fn petitions(&self) -> anyhow::Result<BTreeMap<Slug, PetitionId>> {
        let registry = match (&self.anonymous, &self.identified) {
            (Some((_, state)), _) => Registry::from_ref(state),
            (None, Some((_, state))) => Registry::from_ref(state),
            (None, None) => return Ok(BTreeMap::new()),
        };
        let list = registry.list(SystemClock.now()).await?;
        Ok(list.petitions.into_iter().map(|petition| (petition.slug, petition.petition_id)).collect())
    }

    fn routers(&self) -> Vec<(SocketAddr, Router)> {
        match (&self.identified, &self.anonymous) {
            (Some((here, identified)), Some((there, anonymous))) if here == there => {
                vec![(*here, app::both_sides(identified::routes(identified), anonymous::routes(anonymous)))]
            }
            (identified, anonymous) => {
                let identified = identified.as_ref().map(|(at, state)| (*at, app::one_side(identified::routes(state))));
                let anonymous = anonymous.as_ref().map(|(at, state)| (*at, app::one_side(anonymous::routes(state))));
                identified.into_iter().chain(anonymous).collect()
            }
        }
    }
}

/// Refuses two databases of one PostgreSQL cluster.
async fn check_clusters(config: &Config) -> anyhow::Result<()> {
    let (Some(identified), Some(anonymous)) = (&config.identified, &config.anonymous) else { return Ok(()) };
    let urls = [&identified.database, &anonymous.database];
    if !urls.iter().all(|url| PostgresAddress::of(url).is_some()) {
        return Ok(());
    }
    let one = PostgresServer::look_at(urls[0]).await?.system_identifier;
    let other = PostgresServer::look_at(urls[1]).await?.system_identifier;
    if one == other { Err(ConfigError::Shared("database's cluster").into()) } else { Ok(()) }
}

async fn open_identified(
    config: &Config,
    section: &IdentifiedConfig,
    policy: OrganiserPolicy,
    (assets, announcements): (Arc<Assets>, Announcements),
) -> anyhow::Result<IdentifiedState> {
    let link_origin = section.mail.link_origin.as_ref().unwrap_or(&section.public_url);
    if section.mail.link_origin.is_none() {
        tracing::warn!("mail.link_origin is not set: links in mails name the host of the petitions");
    }
    let refused_domains = match &section.refused_domains {
        Some(path) => RefusedDomains::read(path).with_context(|| path.display().to_string())?,
        None => RefusedDomains::default(),
    };
    let shared_networks = match &section.shared_networks {
        Some(path) => SharedNetworks::read(path).with_context(|| path.display().to_string())?,
        None => SharedNetworks::default(),
    };
    let settings = identified::Settings {
        issuer_name: host(&section.public_url, "identified.public_url")?,
        origin: origin_url(config).as_deref().map(OriginClient::new).transpose()?,
        organisers: policy.organisers(&section.organisers, section.review),
        organiser_limits: section.organiser_limits.clone(),
        trusted_proxies: TrustedProxies::new(&section.trusted_proxies),
        verification: VerificationSettings {
            mail: MailSettings { from: section.mail.from.clone(), link_origin: origin(link_origin) },
            transport: section.mail.transport()?,
            limits: section.limits.clone(),
            refused_domains,
            shared_networks,
            evaluator: section.evaluator.as_ref().map(|it| EvaluatorSettings { url: origin(&it.url), key: it.key }),
            processes: config.processes,
        },
        assets,
        cors: Cors::between(&origin(&section.public_url), config.origin_url().as_deref()),
        announcements,
    };
    let database = IdentifiedDatabase::open(&section.database).await?;
    let keys = KeyDirectory::open(&section.keys)?;
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    Ok(IdentifiedState::start(database, &keys, settings, clock, entropy).await?)
}

async fn open_anonymous(
    config: &Config,
    section: &AnonymousConfig,
    issuer_url: String,
    policy: OrganiserPolicy,
    (assets, announcements): (Arc<Assets>, Announcements),
) -> anyhow::Result<AnonymousState> {
    let settings = anonymous::Settings {
        origin_host: host(&section.public_url, "anonymous.public_url")?,
        issuer_url,
        witnesses: WitnessSettings {
            list: section.witnesses.iter().map(WitnessSection::address).collect(),
            again_after: section.cosign_again_after.get(),
        },
        organisers: policy.organisers(&section.organisers, section.review),
        organiser_limits: section.organiser_limits.clone(),
        trusted_proxies: TrustedProxies::new(&section.trusted_proxies),
        cors: Cors::between(&origin(&section.public_url), config.issuer_url().as_deref()),
        processes: config.processes,
        relays: section.oblivious.relays.clone(),
        pages: Pages {
            public_url: origin(&section.public_url),
            assets: assets.paths().clone(),
            preselected: section.bundle_preselected,
            settings: section.pages.clone(),
            about: About::read(&section.pages)?,
            announced: announcements.announced(),
            has_relays: !section.oblivious.relays.is_empty(),
            draft: None,
        },
        assets,
        announcements,
    };
    let database = AnonymousDatabase::open(&section.database).await?;
    let keys = KeyDirectory::open(&section.keys)?;
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    Ok(AnonymousState::start(database, &keys, settings, clock, entropy).await?)
}

/// Where the issuer is asked: as configured, else at the other section's own socket.
pub(crate) fn issuer_url(config: &Config, section: &AnonymousConfig) -> Result<String, ConfigError> {
    match (&section.issuer_url, &config.identified) {
        (Some(url), _) => Ok(origin(url)),
        (None, Some(identified)) => Ok(own_socket(identified.listen)),
        (None, None) => Err(ConfigError::Missing("anonymous.issuer_url")),
    }
}

/// Where the public logs are asked: at the other section's own socket, else as configured; nowhere, where neither is there.
fn origin_url(config: &Config) -> Option<String> {
    let own = config.anonymous.as_ref().map(|section| own_socket(section.listen));
    own.or_else(|| config.origin_url())
}

fn own_socket(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        let loopback: std::net::IpAddr =
            if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    format!("http://{address}")
}

/// Ends with Ctrl-C or SIGTERM.
pub(crate) async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

//! The configuration file: TOML, unknown keys refused, secrets by file path alone.
//!
//! ```
//! # use undersign_server::config::Config;
//! let text = r#"
//! [identified]
//! listen = "127.0.0.1:8081"
//! public_url = "https://petitions.example"
//! database = "sqlite:/var/lib/undersign/identified/undersign.db"
//! keys = "/var/lib/undersign/identified/keys"
//! organisers = []                    # keys that `undersign organiser keygen` printed
//!
//! [identified.mail]
//! from = "no-reply@mail.example"     # a neutral host, which serves /confirm alone
//! link_origin = "https://mail.example"
//!
//! [identified.mail.smtp]
//! host = "127.0.0.1"
//! port = 25
//! security = "plain"                 # only to this machine; else "starttls" or "tls"
//!
//! [anonymous]
//! listen = "127.0.0.1:8081"          # the same: one process serves both behind one address
//! public_url = "https://petitions.example"
//! database = "sqlite:/var/lib/undersign/anonymous/undersign.db"
//! keys = "/var/lib/undersign/anonymous/keys"
//! organisers = []
//! "#;
//! assert!(Config::parse(text).is_ok());
//! ```

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use lettre::message::Mailbox;
use serde::{Deserialize, Deserializer, de};
use undersign_pages::{PageSettings, Preselected};
use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::email_verification::EvaluatorKey;
use undersign_protocol::oblivious::RelayUrl;
use undersign_protocol::public_log::{Service, WitnessKey};
use url::Url;

use crate::anonymous::public_log::WitnessAddress;
use crate::identified::email_verification::{Limits, SmtpSettings, TransportSettings};
use crate::petition::OrganiserLimits;
use crate::petition::review::Review;
use crate::storage::{PostgresAddress, Side};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How many processes serve each side, all of them from this file: what is limited, each limits to its part.
    #[serde(default = "one")]
    pub processes: NonZeroU32,
    /// What stands on every page, and whether signing is paused; read again at SIGHUP.
    pub announcement: Option<PathBuf>,
    /// The side that sees addresses.
    pub identified: Option<IdentifiedConfig>,
    /// The side that sees tokens.
    pub anonymous: Option<AnonymousConfig>,
}

/// `[identified]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifiedConfig {
    /// Address to listen on; TLS is the proxy's in front.
    pub listen: SocketAddr,
    /// What clients call this side; its host is the issuer's name.
    pub public_url: Url,
    /// `sqlite:PATH`, or a URL of PostgreSQL's.
    pub database: String,
    /// Directory of secrets.
    pub keys: PathBuf,
    /// Public keys of organisers who may publish.
    pub organisers: Vec<PublicKey>,
    /// Whose petitions wait until the operator's moderator has accepted them.
    #[serde(default)]
    pub review: Review,
    /// Addresses of proxies whose X-Forwarded-For is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// What clients call the other side, whose pages ask this one; needed where it is in another file.
    pub origin_url: Option<Url>,
    /// How many petitions of one organiser are open at once.
    #[serde(default)]
    pub organiser_limits: OrganiserLimits,
    /// A list of registrable domains whose addresses are not taken.
    pub refused_domains: Option<PathBuf>,
    /// A list of networks that strangers share: all of them together have one limit.
    pub shared_networks: Option<PathBuf>,
    /// Mail.
    pub mail: MailConfig,
    /// How many mails are sent.
    #[serde(default)]
    pub limits: Limits,
    /// Who is asked for tags; without it tags are local, and whoever has this side's keys can test addresses.
    pub evaluator: Option<EvaluatorSection>,
}

/// `[identified.evaluator]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluatorSection {
    /// Where it is, on another machine.
    pub url: Url,
    /// Its public key, as it prints it.
    pub key: EvaluatorKey,
}

/// `[identified.mail]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Sender.
    pub from: Mailbox,
    /// Origin of links; public_url where it is left out, which shows the reader of a mailbox what the mail is about.
    pub link_origin: Option<Url>,
    /// A mail server.
    pub smtp: Option<SmtpSettings>,
    /// A directory for `.eml` files instead, for trying out.
    pub files: Option<PathBuf>,
}

/// `[anonymous]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnonymousConfig {
    /// Address to listen on; TLS is the proxy's in front.
    pub listen: SocketAddr,
    /// What clients call this side; its host is the origin's name.
    pub public_url: Url,
    /// `sqlite:PATH`, or a URL of PostgreSQL's; never the identified side's, nor one in the same cluster.
    pub database: String,
    /// Directory of secrets, never the identified side's.
    pub keys: PathBuf,
    /// Public keys of organisers who may publish.
    pub organisers: Vec<PublicKey>,
    /// Whose petitions wait until the operator's moderator has accepted them.
    #[serde(default)]
    pub review: Review,
    /// Addresses of proxies whose X-Forwarded-For is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// How many petitions of one organiser are open at once; the same as on the other side.
    #[serde(default)]
    pub organiser_limits: OrganiserLimits,
    /// Where the issuer answers; needed where it is another process.
    pub issuer_url: Option<Url>,
    /// Who is asked to cosign the logs.
    #[serde(default)]
    pub witnesses: Vec<WitnessSection>,
    /// Seconds after which they are asked again about a log that has not grown.
    #[serde(default = "an_hour")]
    pub cosign_again_after: NonZeroU64,
    /// The client package that `cargo xtask client` builds; without it pages can be read, and signing needs the command line.
    pub client_dir: Option<PathBuf>,
    /// Which choice is made beforehand on the page of a petition of a run.
    #[serde(default)]
    pub bundle_preselected: Preselected,
    /// What pages look like and where they lead.
    #[serde(default)]
    pub pages: PageSettings,
    /// Relays of other organisations, so that this side sees no signer's network address.
    #[serde(default)]
    pub oblivious: ObliviousSection,
}

/// `[anonymous.oblivious]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObliviousSection {
    /// Where relays take requests for this host. Without any there is no gateway, and no key of one.
    #[serde(default)]
    pub relays: Vec<RelayUrl>,
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

fn an_hour() -> NonZeroU64 {
    const { NonZeroU64::new(3_600).unwrap() }
}

/// `[[anonymous.witnesses]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessSection {
    /// The witness's key, as it prints it.
    #[serde(deserialize_with = "vkey")]
    pub vkey: WitnessKey,
    /// Where it is: what `/add-checkpoint` is added to.
    pub url: Url,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML of this form. Values are not repeated, for they may be secret.
    #[error("{0}")]
    Form(String),
    /// Both sides would keep their rows or keys in one place, where they can be joined.
    #[error("identified.{0} and anonymous.{0} are the same: the two sides must share nothing")]
    Shared(&'static str),
    /// One side would publish what the other lets wait.
    #[error("identified.review and anonymous.review differ: a petition has to be published at both sides")]
    ReviewDiffers,
    /// The side that is to be served is not in the file.
    #[error("the section [{0}] is missing")]
    Missing(&'static str),
    /// A URL has no host, or more than scheme, host and port.
    #[error("{0} must be an origin, as in https://petitions.example")]
    Origin(&'static str),
    /// SQLite knows of no other process.
    #[error("processes is more than 1: {0}.database must be PostgreSQL's then")]
    OneProcess(&'static str),
    /// More than share what is limited to 60 in a minute.
    #[error("processes: at most {MAX_PROCESSES}")]
    TooManyProcesses,
    /// One address was given for two.
    #[error("--listen is for one address, and the two sides have two: name one with --side")]
    TwoAddresses,
    /// Neither or both ways out for mails.
    #[error("identified.mail needs either smtp or files")]
    Transport,
    /// The mail server's settings.
    #[error("identified.mail.smtp: {0}")]
    Smtp(&'static str),
    /// How many petitions of one organiser are open at once.
    #[error("{0}.organiser_limits: {1}")]
    OrganiserLimits(&'static str, &'static str),
    /// Too many relays, or one twice.
    #[error("anonymous.oblivious.relays: at most 16, none of them twice")]
    Relays,
    /// What is asked of clients while many ask.
    #[error("identified.limits.proof_of_work: {0}")]
    ProofOfWork(&'static str),
    /// What pages are to say or where they lead.
    #[error("anonymous.pages: {0}")]
    Pages(&'static str),
}

impl Config {
    /// Reads and checks a file's text.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            ConfigError::Form(format!("line {line}: {}", error.message()))
        })?;
        if let (Some(identified), Some(anonymous)) = (&config.identified, &config.anonymous) {
            if identified.database == anonymous.database {
                return Err(ConfigError::Shared("database"));
            }
            if identified.keys == anonymous.keys {
                return Err(ConfigError::Shared("keys"));
            }
            if identified.review != anonymous.review {
                return Err(ConfigError::ReviewDiffers);
            }
        }
        config.check_processes()?;
        if let Some(identified) = &config.identified {
            host(&identified.public_url, "identified.public_url")?;
            identified.origin_url.iter().try_for_each(|url| host(url, "identified.origin_url").map(drop))?;
            identified.mail.link_origin.iter().try_for_each(|url| host(url, "mail.link_origin").map(drop))?;
            identified.mail.transport()?;
            let limits = identified.organiser_limits.check();
            limits.map_err(|rule| ConfigError::OrganiserLimits("identified", rule))?;
            identified.limits.proof_of_work.check().map_err(ConfigError::ProofOfWork)?;
            identified.evaluator.iter().try_for_each(|it| host(&it.url, "identified.evaluator.url").map(drop))?;
        }
        if let Some(anonymous) = &config.anonymous {
            host(&anonymous.public_url, "anonymous.public_url")?;
            anonymous.issuer_url.iter().try_for_each(|url| host(url, "anonymous.issuer_url").map(drop))?;
            anonymous.pages.check().map_err(ConfigError::Pages)?;
            Service::new(None, anonymous.oblivious.relays.clone()).ok_or(ConfigError::Relays)?;
            let limits = anonymous.organiser_limits.check();
            limits.map_err(|rule| ConfigError::OrganiserLimits("anonymous", rule))?;
        }
        Ok(config)
    }
}

/// Most processes of a side.
pub const MAX_PROCESSES: u32 = 16;

impl Config {
    fn check_processes(&self) -> Result<(), ConfigError> {
        if self.processes.get() > MAX_PROCESSES {
            return Err(ConfigError::TooManyProcesses);
        }
        let identified = self.identified.as_ref().map(|section| ("identified", &section.database));
        let anonymous = self.anonymous.as_ref().map(|section| ("anonymous", &section.database));
        for (side, url) in identified.into_iter().chain(anonymous) {
            if self.processes > NonZeroU32::MIN && PostgresAddress::of(url).is_none() {
                return Err(ConfigError::OneProcess(side));
            }
        }
        Ok(())
    }

    /// Lets this process listen elsewhere than the file says: each of several listens at an address of its own.
    pub fn listen_at(&mut self, address: SocketAddr, side: Option<Side>) -> Result<(), ConfigError> {
        let listens: Vec<&mut SocketAddr> = match side {
            Some(Side::Identified) => self.identified.as_mut().map(|section| &mut section.listen).into_iter().collect(),
            Some(Side::Anonymous) => self.anonymous.as_mut().map(|section| &mut section.listen).into_iter().collect(),
            None => {
                let identified = self.identified.as_mut().map(|section| &mut section.listen);
                identified.into_iter().chain(self.anonymous.as_mut().map(|section| &mut section.listen)).collect()
            }
        };
        if let [one, other] = listens.as_slice()
            && one != other
        {
            return Err(ConfigError::TwoAddresses);
        }
        listens.into_iter().for_each(|listen| *listen = address);
        Ok(())
    }

    /// What clients call the anonymous side, as far as this file knows.
    pub fn origin_url(&self) -> Option<String> {
        let named = self.identified.as_ref().and_then(|section| section.origin_url.as_ref());
        let own = self.anonymous.as_ref().map(|section| &section.public_url);
        own.or(named).map(origin)
    }

    /// What clients call the identified side, as far as this file knows.
    pub fn issuer_url(&self) -> Option<String> {
        let named = self.anonymous.as_ref().and_then(|section| section.issuer_url.as_ref());
        let own = self.identified.as_ref().map(|section| &section.public_url);
        own.or(named).map(origin)
    }
}

impl MailConfig {
    /// The one way out that is configured.
    pub fn transport(&self) -> Result<TransportSettings, ConfigError> {
        match (&self.smtp, &self.files) {
            (Some(smtp), None) => {
                smtp.check().map_err(ConfigError::Smtp)?;
                Ok(TransportSettings::Smtp(smtp.clone()))
            }
            (None, Some(directory)) => Ok(TransportSettings::Files(directory.clone())),
            _ => Err(ConfigError::Transport),
        }
    }
}

fn vkey<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WitnessKey, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

impl WitnessSection {
    /// Whom to ask, and where.
    pub fn address(&self) -> WitnessAddress {
        WitnessAddress { key: self.vkey.clone(), url: origin(&self.url) }
    }
}

/// The host as manifests name it: with `:port` where it is not the scheme's default.
pub fn host(url: &Url, field: &'static str) -> Result<String, ConfigError> {
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) if bare => Ok(format!("{host}:{port}")),
        (Some(host), None) if bare => Ok(host.to_owned()),
        _ => Err(ConfigError::Origin(field)),
    }
}

/// An origin without the slash that ends a URL.
pub fn origin(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

use std::path::PathBuf;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It works, and somebody may be harmed by it or surprised.
    Warning,
    /// It does not work, or breaks what signers were promised.
    Error,
}

/// Everything that a check can find. Each sentence says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A lone anonymous side that cannot ask for the issued count.
    #[error(
        "anonymous.issuer_url is missing: without the other side in this file, no batch could ask the issuer for its count"
    )]
    NoIssuerUrl,
    /// A lone identified side that answers no page.
    #[error(
        "identified.origin_url is missing: without the other side in this file, browsers may not ask this one, and pages cannot sign"
    )]
    NoOriginUrl,
    /// Mails that show what they are about.
    #[error(
        "identified.mail.link_origin {0}: mails show their reader's host or guard what they are about; give links a neutral host"
    )]
    LinkOrigin(&'static str),
    /// Names that clients do not talk to.
    #[error("{0} is not https: clients refuse it, unless it is this machine or an onion service")]
    NotSecure(&'static str),
    /// Nobody can publish.
    #[error("{0} is empty: nobody can publish a petition whom `undersign-server organisers add` does not list")]
    NoOrganisers(&'static str),
    /// The two lists differ.
    #[error("identified.organisers and anonymous.organisers differ: a petition has to be published at both sides")]
    OrganisersDiffer,
    /// The two sides allow different numbers.
    #[error(
        "identified.organiser_limits and anonymous.organiser_limits differ: one side would refuse what the other has taken"
    )]
    OrganiserLimitsDiffer,
    /// Nobody can sign now.
    #[error(
        "{0} has read_only = true: signing and withdrawing are paused, while petitions close at their time all the same"
    )]
    Paused(PathBuf),
    /// A file of the operator's that cannot be used as it is.
    #[error("{0}: {1}")]
    Unusable(PathBuf, String),
    /// Pages only read.
    #[error("anonymous.client_dir is missing: pages can be read, and signing needs the command line")]
    NoClient,
    /// Mails go into files.
    #[error("identified.mail.files is set: mails are written into files and codes are printed; that is for trying out")]
    MailFiles,

    /// No proxy is named.
    #[error(
        "identified.trusted_proxies is empty though identified.listen is this machine alone: all signers behind a proxy would share \
         one limit"
    )]
    NoProxy,
    /// The world reaches the program past the proxy.
    #[error("{0} is not an address of this machine alone: whoever reaches it does so without TLS, past the proxy")]
    PublicListen(&'static str),

    /// Each process allows one at least.
    #[error(
        "identified.limits.{0} is less than processes: each process allows at least one, and all of them together more than that"
    )]
    LimitBelowProcesses(&'static str),
    /// Processes would wait for one another's connections.
    #[error("{database}: the server has max_connections = {is}, and {processes} processes need {wanted}")]
    TooFewConnections {
        /// The setting with its URL.
        database: &'static str,
        /// Its value.
        is: String,
        /// How many processes there are.
        processes: u32,
        /// The smallest value.
        wanted: u32,
    },

    /// A seizure takes both.
    #[error("identified.evaluator.url is this machine: whoever takes it takes the evaluator too; run it elsewhere")]
    EvaluatorHere,
    /// Whoever reads on the way sees the question's authenticator.
    #[error("identified.evaluator.url is not https")]
    EvaluatorNotSecure,
    /// It was not copied, or has another size.
    #[error("{0} is missing or not 32 bytes: copy the evaluator's issuer.secret there")]
    NoEvaluatorSecret(PathBuf),
    /// It cannot be asked.
    #[error("the evaluator {url} does not answer ({reason}): without it nobody can ask for a mail")]
    EvaluatorAway {
        /// Where it should be.
        url: String,
        /// Why.
        reason: String,
    },
    /// Another one is there than the one whose key is pinned.
    #[error("the evaluator {url} says that its key is {is}, and identified.evaluator.key is another")]
    EvaluatorKeyDiffers {
        /// Where it is.
        url: String,
        /// Its key.
        is: String,
    },

    /// Who runs the relay sees both.
    #[error(
        "anonymous.oblivious.relays: {0} is of this service: whoever runs both sees who sends what; a relay is another organisation's"
    )]
    OwnRelay(String),
    /// Whoever reads on the way sees who uses it, and clients refuse it.
    #[error("anonymous.oblivious.relays: {0} is not https: clients pass it over")]
    RelayNotSecure(String),
    /// It cannot be asked, or does not know this host.
    #[error(
        "the relay {url} takes nothing for this host ({reason}): signers have to ask another one, or to send directly"
    )]
    RelayAway {
        /// Where it should be.
        url: String,
        /// Why.
        reason: String,
    },
    /// A relay's host that has no gateway, or is away.
    #[error(
        "gateways: {host} has no gateway ({reason}); its operator first names this relay in anonymous.oblivious.relays"
    )]
    NoGateway {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },

    /// Both sides in one database.
    #[error("the two sides have one database, {0}: they must share nothing")]
    SameDatabase(PathBuf),
    /// Both sides in one folder of keys, or one inside the other's.
    #[error("the two sides' folders of keys are one, or one is in the other: {0} and {1}")]
    SameKeys(PathBuf, PathBuf),
    /// One secret on both sides.
    #[error("{0} and {1} are one secret: the two sides must share nothing")]
    SameSecret(PathBuf, PathBuf),

    /// Others can enter or read.
    #[error("{0} can be read by others: chmod {1} {0}")]
    ReadableByOthers(PathBuf, &'static str),
    /// The service will not be able to read it.
    #[error("{0} belongs to another user than {1}: the service may not be able to use it; chown --reference={1} {0}")]
    OtherOwner(PathBuf, PathBuf),

    /// A folder that has to be there.
    #[error("the folder {0} is missing")]
    NoFolder(PathBuf),
    /// Nothing can be written there by whoever runs this.
    #[error("this user cannot write in the folder {0}; run this command as the user of the service")]
    NotWritable(PathBuf),
    /// A file that is named and cannot be read.
    #[error("{0} cannot be read: {1}")]
    NotReadable(PathBuf, String),
    /// The URL names neither a file nor a server.
    #[error("{0} is neither of the form sqlite:PATH nor a URL of PostgreSQL's")]
    NoDatabase(&'static str),

    /// Both sides in one cluster.
    #[error(
        "the two databases are in one cluster of PostgreSQL's: its numbers of transactions and its write-ahead log join the sides; \
         make a second one (pg_createcluster)"
    )]
    SameCluster,
    /// The server does not answer, or refuses.
    #[error("{database} cannot be reached: {reason}")]
    DatabaseAway {
        /// The setting with its URL.
        database: &'static str,
        /// The driver's words.
        reason: String,
    },
    /// The server is set otherwise than the promises need.
    #[error("{database}: the server has {setting} = {is} and must have {wanted}: {reason}")]
    DatabaseSetting {
        /// The setting with its URL.
        database: &'static str,
        /// PostgreSQL's setting.
        setting: &'static str,
        /// Its value.
        is: String,
        /// The value that it must have.
        wanted: &'static str,
        /// How bad that is.
        severity: Severity,
        /// What would happen.
        reason: &'static str,
    },
    /// The write-ahead log is kept for somebody.
    #[error("{0}: the server has replication slots, for which it keeps old write-ahead logs")]
    ReplicationSlots(&'static str),
    /// The role may not remove the old write-ahead log.
    #[error(
        "{0}: the role may not remove old write-ahead logs: GRANT pg_checkpoint TO it, and EXECUTE ON FUNCTION pg_switch_wal()"
    )]
    WalNotRemoved(&'static str),
    /// Whoever reads on the way reads rows.
    #[error("{0} is on another machine: add sslmode=verify-full, and sslrootcert where its certificate is your own")]
    DatabaseNotVerified(&'static str),
    /// A secret in the configuration.
    #[error("{0} holds a password: put it into a file of its own, ~/.pgpass or the one that PGPASSFILE names")]
    PasswordInUrl(&'static str),

    /// The clock is behind the program.
    #[error("this machine's clock says {now}, and this program was written at {program}: set the clock (timedatectl)")]
    ClockBehindProgram {
        /// What the clock says.
        now: String,
        /// The file's time.
        program: String,
    },
    /// The clocks of the two sides differ.
    #[error(
        "this machine's clock and that of {url} differ by {seconds} s: set both (timedatectl); ticks and closes must agree"
    )]
    ClocksDiffer {
        /// The other side.
        url: String,
        /// By how much.
        seconds: u64,
    },
    /// The other side could not be asked.
    #[error("{url} does not answer ({reason}): its clock could not be compared")]
    OtherSideAway {
        /// The other side.
        url: String,
        /// Why.
        reason: String,
    },
}

impl Finding {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::LinkOrigin(_)
            | Self::NoOrganisers(_)
            | Self::NoClient
            | Self::Paused(_)
            | Self::MailFiles
            | Self::NoProxy
            | Self::LimitBelowProcesses(_)
            | Self::PublicListen(_)
            | Self::OtherOwner(..)
            | Self::EvaluatorHere
            | Self::EvaluatorAway { .. }
            | Self::RelayAway { .. }
            | Self::NoGateway { .. }
            | Self::OtherSideAway { .. } => Severity::Warning,
            Self::DatabaseSetting { severity, .. } => *severity,
            _ => Severity::Error,
        }
    }
}

/// As it is printed, a line each.
impl Finding {
    /// `error: …` or `warning: …`.
    pub fn line(&self) -> String {
        match self.severity() {
            Severity::Warning => format!("warning: {self}"),
            Severity::Error => format!("error: {self}"),
        }
    }
}

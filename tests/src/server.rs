mod announcing;
mod evaluated;
mod faults;
mod publishing;
mod several;
mod sides;
mod syncs;

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use getrandom::rand_core::Rng as _;
use tempfile::TempDir;
use undersign_client_lib::endpoints::Base;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::timestamp::Timestamp;
use undersign_server::clock::{Clock as _, SystemClock};
use undersign_test_clusters::TestDatabase;

pub use syncs::{Trap, kills, kills_come_to_an_end};

use crate::evaluator::EvaluatorAddress;
use crate::mailbox::Mailbox;
use crate::petitions::petition;
use crate::programs::{on_postgres, program};
use crate::signer::rng;
use crate::witness::TestWitness;

/// How a server is run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Two processes, one a side, instead of one for both.
    pub apart: bool,
    /// So many processes of both sides each, on PostgreSQL behind haproxy; one without it where it is `None`.
    pub several: Option<usize>,
    /// `[identified.mail.smtp]`, TOML; mails go into files where it is `None`.
    pub smtp: Option<String>,
    /// `[identified.limits]`, TOML; large ones where it is `None`.
    pub limits: Option<String>,
    /// Words before the server's command line, as `strace -f …`.
    pub wrapper: Vec<String>,
    /// Vkey and URL of the witnesses that are asked to cosign.
    pub witnesses: Vec<(String, String)>,
    /// Seconds after which they are asked again; as without it where it is `None`.
    pub cosign_again_after: Option<u64>,
    /// Whether pages have the package with which browsers sign and recount (`cargo xtask client` makes it).
    pub client: bool,
    /// `review` of both sides; as without it where it is `None`.
    pub review: Option<String>,
    /// `[anonymous.pages]`, TOML; without it where it is `None`.
    pub pages: Option<String>,
    /// The announcement's file; none is named where it is `None`.
    pub announcement: Option<String>,
    /// More lines of `[identified]` and of `[anonymous]`, TOML.
    pub sections: [String; 2],
    /// `UNDERSIGN_LOG`; as without it where it is `None`.
    pub log: Option<String>,
    /// Who is asked for tags; they are local where it is `None`.
    pub evaluator: Option<EvaluatorAddress>,
    /// Public halves of organisers' keys that may publish too.
    pub organisers: Vec<String>,
    /// URLs of the identified and the anonymous side's databases; SQLite's, in the server's own directory, where it is `None`.
    pub databases: Option<[String; 2]>,
}

/// A server on a free port with its data in a directory of its own: databases, keys, configuration, mails, output.
pub struct TestServer {
    directory: TempDir,
    options: Options,
    identified_port: u16,
    anonymous_port: u16,
    organiser: SecretKey,
    processes: Vec<Child>,
    /// Where each of several processes listens.
    ports: Vec<u16>,
    /// haproxy, in front of several.
    front: Option<Child>,
    watched: u32, // how often it was started under strace
    /// Those of PostgreSQL's clusters, which go with the server.
    databases: Option<[TestDatabase; 2]>,
}

const LARGE_LIMITS: &str = "mails_per_address = 1000\nmails_per_domain = 100000\nmails_per_network = 100000\n\
     mails_per_minute = 100000\nproof_of_work.requests_per_minute = 10000000\n";

impl TestServer {
    /// Starts a server without petitions.
    pub async fn start(options: Options) -> Self {
        let mut server = fresh(options);
        server.restart().await;
        server
    }

    /// Starts a server with petitions of these slugs, open now, published every second.
    pub async fn with_petitions(options: Options, slugs: &[&str]) -> Self {
        let server = Self::start(options).await;
        for slug in slugs {
            server.publish(petition(slug, SystemClock.now(), 1)).await;
        }
        server
    }

    /// Starts a server with one petition, open now, published every second.
    pub async fn with_petition(options: Options) -> (Self, VerifiedManifest) {
        let server = Self::start(options).await;
        let petition = server.publish(petition("trees", SystemClock.now(), 1)).await;
        (server, petition)
    }

    /// The organiser whose key is in the configuration.
    pub fn organiser(&self) -> &SecretKey {
        &self.organiser
    }

    /// Kills every process at once, as `kill -9` does.
    pub fn kill(&mut self) {
        for mut process in self.processes.drain(..) {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Whether a process has ended by itself (or was killed by its wrapper).
    pub fn has_ended(&mut self) -> bool {
        self.processes.iter_mut().any(|process| matches!(process.try_wait(), Ok(Some(_))))
    }

    /// Kills what still runs and starts again on the same data, with the same wrapper.
    pub async fn restart(&mut self) {
        self.kill();
        if self.options.several.is_some() {
            return self.start_several().await;
        }
        let sides: &[Option<&str>] =
            if self.options.apart { &[Some("identified"), Some("anonymous")] } else { &[None] };
        for side in sides {
            let process = self.spawn(*side);
            self.processes.push(process);
        }
        self.wait_until_ready().await;
    }

    /// Kills the process of one side; they must be apart.
    pub fn kill_side(&mut self, side: &str) {
        assert!(self.options.apart && self.processes.len() == 2, "two processes");
        let process = &mut self.processes[usize::from(side != "identified")];
        let _ = process.kill();
        let _ = process.wait();
    }

    /// Takes other words before the command line for the next start.
    pub fn set_wrapper(&mut self, wrapper: &[&str]) {
        self.options.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Asks these witnesses from the next start on.
    pub async fn set_witnesses(&mut self, witnesses: &[&TestWitness]) {
        self.options.witnesses.clear();
        for witness in witnesses {
            self.options.witnesses.push((witness.key().await.to_string(), witness.url()));
        }
        fs::write(self.config_path(), self.config()).expect("the configuration is written");
    }

    /// Takes other `[anonymous.pages]` for the next start.
    pub fn set_pages(&mut self, pages: Option<String>) {
        self.options.pages = pages;
        fs::write(self.config_path(), self.config()).expect("the configuration is written");
    }

    /// Where the issuer answers.
    pub fn issuer(&self) -> Base {
        format!("http://127.0.0.1:{}", self.identified_port).parse().expect("a base")
    }

    /// Where the origin answers.
    pub fn origin(&self) -> Base {
        format!("http://127.0.0.1:{}", self.anonymous_port).parse().expect("a base")
    }

    /// A petition's link, pinned.
    pub fn link(&self, petition: &VerifiedManifest) -> String {
        format!("{}/p/{}#{}", self.origin(), petition.manifest().slug, petition.petition_id())
    }

    /// A petition's link, not pinned.
    pub fn link_to(&self, slug: &str) -> String {
        format!("{}/p/{slug}", self.origin())
    }

    /// The mails that went into files.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::new(&self.directory.path().join("outbox"))
    }

    /// The directory of everything.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// URL of a side's database: `identified` or `anonymous`.
    pub fn database_url(&self, side: &str) -> String {
        let given = self.options.databases.as_ref().map(|[identified, anonymous]| match side {
            "identified" => identified.clone(),
            _ => anonymous.clone(),
        });
        given.unwrap_or_else(|| format!("sqlite:{}", self.database(side).display()))
    }

    /// Both sides' databases of PostgreSQL, where it has its own there.
    pub fn databases(&self) -> Option<&[TestDatabase; 2]> {
        self.databases.as_ref()
    }

    /// A side's database file, where it has one: `identified` or `anonymous`.
    pub fn database(&self, side: &str) -> PathBuf {
        self.path().join(format!("{side}.db"))
    }

    /// What all processes wrote to stdout and stderr so far.
    pub fn output(&self) -> String {
        ["stdout", "stderr"].map(|name| fs::read_to_string(self.path().join(name)).unwrap_or_default()).concat()
    }

    /// Ids of its processes: of both sides in one, or of the identified and the anonymous side's.
    pub fn process_ids(&self) -> Vec<u32> {
        self.processes.iter().map(Child::id).collect()
    }

    /// The machine's clock.
    pub fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// Sleeps until a moment.
    pub async fn wait_until(&self, moment: Timestamp) {
        while self.now() < moment {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn spawn(&self, side: Option<&str>) -> Child {
        self.spawn_with(side.map(|side| format!("--side={side}")))
    }

    fn spawn_with(&self, further: Option<String>) -> Child {
        let mut words = self.options.wrapper.clone();
        words.push(program("undersign-server").to_str().expect("a path in UTF-8").to_owned());
        words.extend(["serve", "--config"].map(str::to_owned));
        words.push(self.config_path().to_str().expect("a path in UTF-8").to_owned());
        words.extend(further);
        let output = |name: &str| {
            File::options().create(true).append(true).open(self.path().join(name)).expect("a file for the output")
        };
        let mut command = Command::new(&words[0]);
        // What the tester's own shell has set must not matter.
        command.args(&words[1..]).env_remove("UNDERSIGN_LOG");
        command.envs(self.options.log.iter().map(|log| ("UNDERSIGN_LOG", log)));
        command.stdin(Stdio::null()).stdout(output("stdout")).stderr(output("stderr"));
        command.spawn().expect("the server starts")
    }

    async fn wait_until_ready(&mut self) {
        let urls = [self.issuer(), self.origin()].map(|base| format!("{base}/v1/petitions"));
        for url in urls {
            let mut tries = 0;
            while reqwest::get(&url).await.is_err() {
                tries += 1;
                assert!(!self.has_ended(), "the server ended: {}", self.output());
                assert!(tries < 1_500, "the server does not answer: {}", self.output());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    fn config(&self) -> String {
        let directory = self.path().display();
        let (identified_port, anonymous_port) = (self.identified_port, self.anonymous_port);
        let own = self.organiser.public_key().to_string();
        let organisers: Vec<_> = self.options.organisers.iter().chain([&own]).collect();
        let mail = match &self.options.smtp {
            Some(smtp) => format!("[identified.mail.smtp]\n{smtp}"),
            None => format!("files = \"{directory}/outbox\""),
        };
        let witness =
            |(vkey, url): &(String, String)| format!("[[anonymous.witnesses]]\nvkey = \"{vkey}\"\nurl = \"{url}\"\n");
        let witnesses: String = self.options.witnesses.iter().map(witness).collect();
        let client = program("undersign-server").with_file_name("../client");
        let client = if self.options.client { format!("client_dir = \"{}\"", client.display()) } else { String::new() };
        let again = self.options.cosign_again_after.map(|seconds| format!("cosign_again_after = {seconds}"));
        let again = again.unwrap_or_default();
        let pages = self.options.pages.as_ref().map(|pages| format!("[anonymous.pages]\n{pages}")).unwrap_or_default();
        let limits = self.options.limits.as_deref().unwrap_or(LARGE_LIMITS);
        let review = self.options.review.as_ref().map(|review| format!("review = \"{review}\"")).unwrap_or_default();
        let [identified, anonymous] = ["identified", "anonymous"].map(|side| self.database_url(side));
        let evaluator = self.evaluator_section();
        let processes = self.options.several.map(|several| format!("processes = {several}")).unwrap_or_default();
        let named = |_: &String| format!("announcement = \"{}\"", self.announcement_path().display());
        let announcement = self.options.announcement.as_ref().map(named).unwrap_or_default();
        let [more_identified, more_anonymous] = &self.options.sections;
        format!(
            r#"
{processes}
{announcement}

[identified]
listen = "127.0.0.1:{identified_port}"
public_url = "http://127.0.0.1:{identified_port}"
database = "{identified}"
keys = "{directory}/identified-keys"
organisers = {organisers:?}
{review}

{more_identified}

[identified.limits]
{limits}

{evaluator}

[identified.mail]
from = "no-reply@mail.example"
link_origin = "http://127.0.0.1:{identified_port}"
{mail}

[anonymous]
listen = "127.0.0.1:{anonymous_port}"
public_url = "http://127.0.0.1:{anonymous_port}"
database = "{anonymous}"
keys = "{directory}/anonymous-keys"
organisers = {organisers:?}
{review}
{client}
{again}
{more_anonymous}

{witnesses}

{pages}
"#
        )
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.kill();
        self.end_front();
    }
}

/// A server that was never started, with its configuration.
fn fresh(mut options: Options) -> TestServer {
    let mut clusters = None;
    if (on_postgres() || options.several.is_some()) && options.databases.is_none() {
        let made = ["identified", "anonymous"].map(TestDatabase::new);
        options.databases = Some(made.each_ref().map(TestDatabase::url));
        clusters = Some(made);
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let identified_port = free_port();
    let anonymous_port = if options.apart { free_port() } else { identified_port };
    let organiser = SecretKey::from_seed(&[7; 32]);
    let ports = (0..options.several.unwrap_or(0)).map(|_| free_port()).collect();
    let server = TestServer {
        directory,
        options,
        identified_port,
        anonymous_port,
        organiser,
        processes: Vec::new(),
        ports,
        front: None,
        watched: 0,
        databases: clusters,
    };
    fs::write(server.config_path(), server.config()).expect("the configuration is written");
    if let Some(announcement) = &server.options.announcement {
        server.write_announcement(announcement);
    }
    server.copy_evaluator_secret();
    server
}

/// A port that nothing listens on now, outside the range from which the system takes ports for connections: until the server
/// listens, no other test's connection can have it.
pub fn free_port() -> u16 {
    loop {
        let mut bytes = [0; 2];
        rng().fill_bytes(&mut bytes);
        let port = 10_000 + u16::from_be_bytes(bytes) % 22_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

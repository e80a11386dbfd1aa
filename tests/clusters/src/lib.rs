//! Two throw-away PostgreSQL clusters, one a side, which all tests of a program share, each with databases of its own. Where
//! [`VARIABLE`] is set, they are those of the run, which `cargo xtask test` has started.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The variable with the folder in which the clusters of a run have their sockets.
pub const VARIABLE: &str = "UNDERSIGN_TEST_CLUSTERS";

/// Two running clusters. They end with this value, and with the process that holds it.
#[derive(Debug)]
pub struct Clusters {
    sockets: PathBuf,
    process: Child,
    /// Open as long as they are to run.
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Clusters {
    /// Makes and starts them. What is in them does not survive the power: they are quick.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed: `cargo xtask setup` installs it.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Makes and starts two to which a commit is what it is in operation: on the disk.
    ///
    /// # Panics
    /// As [`Clusters::start`].
    pub fn start_durable() -> Self {
        Self::with(&["durable"])
    }

    fn with(words: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("start.sh");
        let mut command = Command::new("sh");
        command.arg(script).args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("sh");
        let stdin = process.stdin.take();
        let mut stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let place = line(&mut stdout);
        Self { sockets: place.into(), process, stdin, stdout }
    }

    /// Stops one side's cluster, whoever is connected to it, until [`Clusters::start_again`].
    pub fn stop(&mut self, side: &str) {
        self.tell("stop", side);
    }

    /// Starts it again on what it had; it answers when this returns.
    pub fn start_again(&mut self, side: &str) {
        self.tell("start", side);
    }

    fn tell(&mut self, word: &str, side: &str) {
        writeln!(self.stdin.as_mut().expect("open"), "{word} {side}").expect("the script reads");
        assert_eq!(line(&mut self.stdout), format!("{word} {side}"));
    }

    /// Id of the process of one side's cluster whose children all its others are.
    pub fn process_id(&self, side: &str) -> u32 {
        let file = std::fs::read_to_string(self.sockets.join(side).join("postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    /// The folder with their sockets.
    pub fn sockets(&self) -> &Path {
        &self.sockets
    }

    /// An empty database in one that nobody else uses: what is in its log is of this database alone.
    pub fn database(&self, side: &str) -> TestDatabase {
        TestDatabase::make(self.sockets.join(side), "template1")
    }
}

impl Drop for Clusters {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.process.wait();
    }
}

/// A database of one test, removed at its end.
#[derive(Debug)]
pub struct TestDatabase {
    cluster: PathBuf,
    name: String,
}

impl TestDatabase {
    /// An empty one in a side's cluster: `identified` or `anonymous`.
    pub fn new(side: &str) -> Self {
        Self::make(shared(side), "template1")
    }

    /// A copy of another, to which nobody may be connected.
    pub fn copy_of(other: &Self) -> Self {
        Self::make(other.cluster.clone(), &other.name)
    }

    fn make(cluster: PathBuf, template: &str) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let database = Self { cluster, name };
        database.create(template);
        database
    }

    /// Puts a copy of another in its place. Nobody may be connected to the other.
    pub fn replace_with(&self, other: &Self) {
        execute(&self.cluster, "postgres", &self.drop_statement());
        self.create(&other.name);
    }

    fn create(&self, template: &str) {
        // Copied as files: nothing is written to the log.
        let sql = format!("CREATE DATABASE {} OWNER undersign TEMPLATE {template} STRATEGY file_copy", self.name);
        execute(&self.cluster, "postgres", &sql);
    }

    fn drop_statement(&self) -> String {
        format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For the server's configuration.
    pub fn url(&self) -> String {
        format!("postgres://undersign@localhost/{}?host={}", self.name, self.cluster.display())
    }

    /// For someone who may do everything.
    pub fn superuser_url(&self) -> String {
        self.url().replacen("undersign@", "postgres@", 1)
    }

    /// Runs statements as someone who may do everything, and gives back what they select, a line a row, with `|` between columns.
    pub fn execute(&self, sql: &str) -> String {
        execute(&self.cluster, &self.name, sql)
    }

    /// The files of the cluster in which it is.
    pub fn files(&self) -> &Path {
        &self.cluster
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A cluster that is gone has taken it along.
        let _ = psql(&self.cluster, "postgres", &self.drop_statement()).output();
    }
}

fn line(output: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("the script's output");
    assert!(line.ends_with('\n'), "PostgreSQL's clusters did not start");
    line.trim_end().to_owned()
}

/// The cluster of the run, which is where its socket is.
fn shared(side: &str) -> PathBuf {
    static OWN: OnceLock<Clusters> = OnceLock::new();
    match std::env::var_os(VARIABLE) {
        Some(place) => Path::new(&place).join(side),
        None => OWN.get_or_init(Clusters::start).sockets.join(side),
    }
}

fn psql(cluster: &Path, database: &str, sql: &str) -> Command {
    let mut command = Command::new("psql");
    command.args([
        "--no-psqlrc",
        "--quiet",
        "--no-align",
        "--tuples-only",
        "--set=ON_ERROR_STOP=1",
        "--username=postgres",
    ]);
    command.arg(format!("--host={}", cluster.display())).arg(format!("--dbname={database}"));
    command.arg(format!("--command={sql}"));
    command
}

fn execute(cluster: &Path, database: &str, sql: &str) -> String {
    let output = psql(cluster, database, sql).output().expect("psql");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

mod people;
mod setup;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use undersign_protocol::ed25519::SecretKey;

use crate::mailbox::Mailbox;
use crate::namespaces::Network;
use crate::processes::end;
use crate::programs::program;
use crate::proxies::Proxy;

/// Names, and the machines that have them.
pub const HOSTS: [(&str, &str); 4] =
    [("relay.example", "relay"), ("petitions.example", "petitions"), ("ids.example", "ids"), ("mail.example", "ids")];

/// The machines. Who asks `names` for a name gets no answer.
const MACHINES: [&str; 7] = ["signer", "relay", "petitions", "ids", "organiser", "socks", "names"];

/// The program of each organisation: what it is told after its name, and what a person is told to check with.
const PROGRAMS: [(&str, &str, &str, &str); 3] = [
    ("ids", "identified.toml", "serve --side identified", ""),
    ("petitions", "anonymous.toml", "serve --side anonymous", ""),
    ("relay", "relay.toml", "relay", "--relay"),
];

/// Two organisations with a side each, and a third with the relay, as the pages for operators set them up; and people. Everybody has a
/// machine.
pub struct Organisations {
    /// The machines and their wire.
    pub network: Network,
    proxy: Proxy,
    processes: Vec<Child>,
    folder: TempDir,
    organiser: SecretKey,
}

impl Organisations {
    /// Sets all up, starts it, and waits until it answers. The signer's machine knows no name.
    pub fn start(proxy: Proxy) -> Self {
        let mut organisations = Self {
            network: Network::new(&MACHINES),
            proxy,
            processes: Vec::new(),
            folder: tempfile::tempdir().expect("a folder"),
            organiser: SecretKey::from_seed(&[7; 32]),
        };
        for machine in MACHINES {
            organisations.network.tell_name_server(machine, "names");
        }
        for machine in ["relay", "petitions", "ids", "organiser"] {
            organisations.network.tell_names(machine, &HOSTS);
        }
        organisations.set_up();
        for (machine, config, words, _) in PROGRAMS {
            organisations.serve(machine, config, words);
            organisations.serve_tls(machine);
        }
        organisations.wait_for("https://ids.example/v1/petitions", b"200");
        // A gateway answers once its key stands in the log, a relay at its own path that there is nothing.
        organisations.wait_for("https://petitions.example/.well-known/ohttp-gateway", b"200");
        organisations.wait_for("https://relay.example/", b"404");
        organisations
    }

    /// What `check-config` says on a machine.
    pub fn check_config(&self, machine: &str) -> Output {
        let (_, config, _, words) = PROGRAMS.into_iter().find(|(name, ..)| *name == machine).expect("a server");
        let mut command = self.command(machine, "undersign-server");
        command.arg("check-config").args(words.split_whitespace()).arg("--config").arg(self.config(machine, config));
        command.output().expect("the program")
    }

    /// Runs curl on a machine, which knows who vouches for the names.
    pub fn curl(&self, machine: &str, words: &[&str]) -> Output {
        let authority = self.path("authority.pem").display().to_string();
        self.network.curl(machine, &[&["--cacert", &authority], words].concat())
    }

    /// The mails that went out.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::new(&self.path("outbox"))
    }

    /// A place for files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, machine: &str, name: &str) -> Command {
        let mut command = self.network.command(machine, &program(name));
        command.env("SSL_CERT_FILE", self.path("authority.pem")).env_remove("UNDERSIGN_LOG");
        command
    }

    /// A machine's folder, /var/lib/undersign in the pages.
    fn machine(&self, machine: &str) -> PathBuf {
        self.path(machine)
    }

    fn config(&self, machine: &str, config: &str) -> PathBuf {
        self.machine(machine).join(config)
    }

    fn serve(&mut self, machine: &str, config: &str, words: &str) {
        let mut command = self.command(machine, "undersign-server");
        command.args(words.split(' ')).arg("--config").arg(self.config(machine, config));
        self.spawn(command, &format!("{machine}.log"));
    }

    fn serve_tls(&mut self, machine: &str) {
        let folder = self.machine(machine).join("front");
        fs::create_dir_all(&folder).expect("a folder");
        let mut command = self.network.command(machine, &self.proxy.program());
        self.proxy.configure(&mut command, &folder, &self.front(machine));
        self.spawn(command, &format!("{machine}-front.log"));
    }

    fn spawn(&mut self, mut command: Command, log: &str) {
        let log = || File::options().create(true).append(true).open(self.path(log)).expect("a file");
        command.stdin(Stdio::null()).stdout(log()).stderr(log());
        self.processes.push(command.spawn().expect("the program starts"));
    }

    fn wait_for(&self, url: &str, status: &[u8]) {
        for _ in 0..600 {
            let answer = self.curl("organiser", &["-o", "/dev/null", "-w", "%{http_code}", url]);
            if answer.stdout == status {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let logs = fs::read_dir(self.folder.path()).expect("the folder").map(|entry| entry.expect("an entry").path());
        let said = logs.filter(|path| path.extension().is_some_and(|end| end == "log")).map(said);
        panic!("{url} does not answer: {}", said.collect::<String>());
    }
}

fn said(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    format!("{}: {}\n", path.display(), fs::read_to_string(path).unwrap_or_default())
}

impl Drop for Organisations {
    fn drop(&mut self) {
        for process in self.processes.drain(..) {
            end(&mut Some(process));
        }
    }
}

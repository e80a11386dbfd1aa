mod people;
mod proxy;

use std::fs::{self, File};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Certificate;
use serde_json::Value;
use tempfile::TempDir;
use undersign_protocol::ed25519::SecretKey;

pub use people::{SLUG, publish, sample, sign};
pub use proxy::Logging;

use crate::certificate::write_certificate;
use crate::mailbox::Mailbox;
use crate::processes::end;
use crate::programs::program;
pub use crate::proxies::Proxy;
use crate::server::free_port;

/// Where every connection of a test comes from, so that it is found wherever it is kept.
pub const CLIENT: [u8; 4] = [127, 7, 7, 77];

/// The three names.
const NAMES: [&str; 3] = ["ids.localhost", "petitions.localhost", "mail.localhost"];

/// Two machines.
pub struct TwoHosts {
    directory: TempDir,
    proxy: Proxy,
    public: [u16; 3],
    identified_port: u16,
    anonymous_port: u16,
    organiser: SecretKey,
    identified: Option<Child>,
    anonymous: Option<Child>,
    front: Option<Child>,
}

impl TwoHosts {
    /// Sets both machines up, starts both sides, and a proxy as `init` configures it.
    pub async fn start(proxy: Proxy) -> Self {
        let mut hosts = Self {
            directory: tempfile::tempdir().expect("a temporary directory"),
            proxy,
            public: [(); 3].map(|()| free_port()),
            identified_port: free_port(),
            anonymous_port: free_port(),
            organiser: SecretKey::from_seed(&[7; 32]),
            identified: None,
            anonymous: None,
            front: None,
        };
        hosts.set_up();
        hosts.start_proxy(Logging::AsMade).await;
        hosts.start_side("identified").await;
        hosts.start_side("anonymous").await;
        hosts
    }

    /// `https://…` of the identified side.
    pub fn issuer(&self) -> String {
        format!("https://{}", self.host(0))
    }

    /// `https://…` of the anonymous side.
    pub fn origin(&self) -> String {
        format!("https://{}", self.host(1))
    }

    /// `https://…` of the name in mails.
    pub fn mail(&self) -> String {
        format!("https://{}", self.host(2))
    }

    /// Where the two sides' programs listen, identified first.
    pub fn ports(&self) -> [u16; 2] {
        [self.identified_port, self.anonymous_port]
    }

    /// The organiser whose key is in both configurations.
    pub fn organiser(&self) -> &SecretKey {
        &self.organiser
    }

    /// The certificates of all three names, for `SSL_CERT_FILE`.
    pub fn certificates(&self) -> PathBuf {
        self.path("certificates.pem")
    }

    /// A machine's directory, as `init --dir` was told it.
    pub fn machine(&self, side: &str) -> PathBuf {
        self.path(side)
    }

    /// The mails that went out.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::new(&self.path("outbox"))
    }

    /// A client whose connections come from [`CLIENT`], and who knows names and certificates.
    pub fn client(&self) -> reqwest::Client {
        let mut builder = reqwest::Client::builder()
            .local_address(Some(IpAddr::from(CLIENT)))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(60));
        for (name, port) in NAMES.into_iter().zip(self.public) {
            let pem = fs::read(self.path(&format!("{name}.pem"))).expect("a certificate");
            builder = builder.resolve(name, ([127, 0, 0, 1], port).into());
            builder = builder.add_root_certificate(Certificate::from_pem(&pem).expect("PEM"));
        }
        builder.build().expect("a client")
    }

    /// What the anonymous side says of the petition's count.
    pub async fn tally(&self) -> Value {
        let answer = self.client().get(format!("{}/v1/petitions/{SLUG}/total", self.origin())).send().await;
        serde_json::from_slice(&answer.expect("an answer").bytes().await.expect("a body")).expect("JSON")
    }

    /// Starts a side's program and waits until it answers.
    pub async fn start_side(&mut self, side: &str) {
        let process = Some(self.serve(side));
        if side == "identified" {
            self.identified = process;
            self.wait_for_answer(&format!("{}/v1/petitions", self.issuer())).await;
        } else {
            self.anonymous = process;
            self.wait_for_answer(&format!("{}/v1/petitions", self.origin())).await;
        }
    }

    /// Kills a side's program.
    pub fn kill(&mut self, side: &str) {
        end(if side == "identified" { &mut self.identified } else { &mut self.anonymous });
    }

    /// Starts the proxy, again if it runs: as `init` configures it, or with the logs that it keeps where nobody forbids them.
    pub async fn start_proxy(&mut self, logging: Logging) {
        end(&mut self.front);
        let mut command = proxy::command(self.proxy, self, logging);
        command.stdin(Stdio::null()).stdout(self.output("proxy.log")).stderr(self.output("proxy.log"));
        self.front = Some(command.spawn().expect("the proxy starts"));
        self.wait_for_answer(&self.mail()).await;
    }

    /// Everything that the proxy has written, wherever: its output and every file of its folder.
    pub fn proxy_logs(&self) -> String {
        let files = fs::read_dir(self.path("proxy")).expect("a folder").map(|entry| entry.expect("an entry").path());
        let logs = files.filter(|path| path.extension().is_some_and(|end| end == "log"));
        let all: Vec<_> = logs.chain([self.path("proxy.log")]).collect();
        all.iter().map(|path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()).collect()
    }

    /// Empties what the proxy has written.
    pub fn forget_logs(&self) {
        fs::write(self.path("proxy.log"), "").expect("emptied");
    }

    /// What the two programs have written.
    pub fn output_of(&self, side: &str) -> String {
        fs::read_to_string(self.path(&format!("{side}.log"))).unwrap_or_default()
    }

    /// Waits until a side's program has written a text.
    pub async fn wait_for_output(&self, side: &str, text: &str) {
        for _ in 0..600 {
            if self.output_of(side).contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the {side} side did not write {text:?} within 30 seconds: {}", self.output_of(side));
    }

    /// Waits for any answer at all at a URL.
    pub async fn wait_for_answer(&self, url: &str) {
        for _ in 0..600 {
            if self.client().get(url).send().await.is_ok_and(|answer| answer.status().as_u16() != 502) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing answers at {url}: {}{}", self.proxy_logs(), self.output_of("identified"));
    }

    fn host(&self, number: usize) -> String {
        format!("{}:{}", NAMES[number], self.public[number])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn output(&self, name: &str) -> File {
        File::options().create(true).append(true).open(self.path(name)).expect("a file for the output")
    }

    fn serve(&self, side: &str) -> Child {
        let mut command = Command::new(program("undersign-server"));
        command.args(["serve", "--config"]).arg(self.machine(side).join(format!("{side}.toml"))).args(["--side", side]);
        // The anonymous side asks the issuer over TLS, and has to know who vouches for it.
        command.env("SSL_CERT_FILE", self.certificates()).env_remove("UNDERSIGN_LOG");
        command
            .stdin(Stdio::null())
            .stdout(self.output(&format!("{side}.log")))
            .stderr(self.output(&format!("{side}.log")));
        command.spawn().expect("the server starts")
    }

    /// `init` on both machines; then what an operator fills in.
    fn set_up(&self) {
        for side in ["identified", "anonymous"] {
            let mut command = Command::new(program("undersign-server"));
            command.args(["init", "--issuer-host", &self.host(0), "--origin-host", &self.host(1)]);
            command.args(["--mail-host", &self.host(2), "--side", side, "--dir"]).arg(self.machine(side));
            assert!(command.stdout(Stdio::null()).status().expect("init").success());
        }
        fs::create_dir(self.path("proxy")).expect("a folder");
        let mut all = String::new();
        for name in NAMES {
            let certificate = self.path(&format!("{name}.pem"));
            // Each side asks the other by a name that every machine knows.
            let names = if name == NAMES[2] { vec![name] } else { vec![name, "localhost"] };
            write_certificate(&names, &certificate, &self.path(&format!("{name}.key")));
            all += &fs::read_to_string(certificate).expect("a certificate");
        }
        fs::write(self.certificates(), all).expect("written");
        let organisers = format!("organisers = [\"{}\"]", self.organiser.public_key());
        fill_in(&self.machine("identified").join("identified.toml"), |text| {
            let (head, rest) = text.split_once("\n[identified.mail.smtp]").expect("a mail server");
            let (_, limits) = rest.split_once("[identified.limits]").expect("limits");
            let limits = limits.replace("mails_per_address = 5", "mails_per_address = 1000");
            let text = format!("{head}\n[identified.limits]{limits}");
            let link = format!("link_origin = \"{}\"", self.mail());
            let files = format!("{link}\nfiles = \"{}\"", self.path("outbox").display());
            assert!(text.contains(&link));
            let text = text.replace(&link, &files).replace("organisers = []", &organisers);
            let (origin, by_known_name) = (self.origin(), format!("https://localhost:{}", self.public[1]));
            assert!(text.contains(&format!("origin_url = \"{origin}\"")));
            text.replace(&origin, &by_known_name).replace(":8081", &format!(":{}", self.identified_port))
        });
        fill_in(&self.machine("anonymous").join("anonymous.toml"), |text| {
            let issuer = format!("issuer_url = \"{}\"", self.issuer());
            assert!(text.contains(&issuer));
            let by_known_name = format!("issuer_url = \"https://localhost:{}\"", self.public[0]);
            let text = text.replace(&issuer, &by_known_name).replace("organisers = []", &organisers);
            text.replace(":8082", &format!(":{}", self.anonymous_port))
        });
    }
}

impl Drop for TwoHosts {
    fn drop(&mut self) {
        for process in [&mut self.identified, &mut self.anonymous, &mut self.front] {
            end(process);
        }
    }
}

/// Has an operator change a file that `init` has made.
pub fn fill_in(path: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).expect("what init has made");
    fs::write(path, change(&text)).expect("written");
}

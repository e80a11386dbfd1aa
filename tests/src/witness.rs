use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use undersign_protocol::public_log::{AddCheckpoint, CheckpointKey, HostLogKey, WitnessKey};

use crate::programs::program;
use crate::server::{TestServer, free_port};

/// A witness on a free port, as a process of its own.
pub struct TestWitness {
    directory: TempDir,
    port: u16,
    process: Option<Child>,
}

/// What a witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub media_type: String,
    /// Body.
    pub text: String,
}

impl TestWitness {
    /// Starts a witness of this name that knows the logs of this server's host.
    pub async fn start(name: &str, server: &TestServer) -> Self {
        let mut witness =
            Self { directory: tempfile::tempdir().expect("a temporary directory"), port: free_port(), process: None };
        let (port, data, url) = (witness.port, witness.data().display().to_string(), server.origin());
        let vkey = host_log_key(server).await;
        let config = format!(
            "listen = \"127.0.0.1:{port}\"\nname = \"{name}\"\ndata = \"{data}\"\n\n[[logs]]\nvkey = \"{vkey}\"\nurl = \"{url}\"\n"
        );
        fs::write(witness.directory.path().join("witness.toml"), config).expect("the configuration is written");
        witness.restart().await;
        witness
    }

    /// Kills it, if it runs.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Kills it, and starts it again on the same data.
    pub async fn restart(&mut self) {
        self.kill();
        self.process = Some(self.spawn());
        for _ in 0..1_500 {
            if reqwest::get(format!("{}/key", self.url())).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the witness does not answer: {}", self.output());
    }

    /// Starts one more process on the same data, and says how it ended.
    pub fn start_second(&self) -> String {
        let mut second = self.spawn();
        for _ in 0..3_000 {
            if let Some(status) = second.try_wait().expect("it can be asked") {
                assert!(!status.success(), "a second process ended well on the same data");
                return self.output();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = second.kill();
        let _ = second.wait();
        panic!("a second process runs on the same data: {}", self.output());
    }

    /// Folder of its key and its tree heads.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// What `/add-checkpoint` is added to.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its key, as it says itself.
    pub async fn key(&self) -> WitnessKey {
        let answer = reqwest::get(format!("{}/key", self.url())).await.expect("an answer");
        answer.text().await.expect("a text").trim_end().parse().expect("a vkey")
    }

    /// Asks it to cosign.
    pub async fn add_checkpoint(&self, request: &AddCheckpoint) -> WitnessAnswer {
        self.post(request.encode()).await
    }

    /// Posts a body to `/add-checkpoint`.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> WitnessAnswer {
        let url = format!("{}/add-checkpoint", self.url());
        let answer = reqwest::Client::new().post(url).body(body).send().await.expect("an answer");
        let media_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (status, media_type) = (answer.status().as_u16(), media_type.to_owned());
        WitnessAnswer { status, media_type, text: answer.text().await.expect("a text") }
    }

    fn spawn(&self) -> Child {
        let output = || {
            let path = self.directory.path().join("output");
            File::options().create(true).append(true).open(path).expect("a file for the output")
        };
        let mut command = Command::new(program("undersign-server"));
        command.args(["witness", "--config"]).arg(self.directory.path().join("witness.toml"));
        command.stdin(Stdio::null()).stdout(output()).stderr(output()).spawn().expect("the witness starts")
    }

    fn output(&self) -> String {
        fs::read_to_string(self.directory.path().join("output")).unwrap_or_default()
    }
}

impl Drop for TestWitness {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The key of a server's host log, as it says itself.
pub async fn host_log_key(server: &TestServer) -> CheckpointKey {
    let answer = reqwest::get(format!("{}/v1/log/key", server.origin())).await.expect("an answer");
    let key: HostLogKey = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("a host log's key");
    CheckpointKey::new(key.origin, key.public_key)
}

/// A policy that knows this server's host log and needs `threshold` of these witnesses.
pub async fn policy(server: &TestServer, threshold: usize, witnesses: &[&TestWitness]) -> String {
    let mut text = format!("log {}\n", host_log_key(server).await);
    let mut names = String::new();
    for (index, witness) in witnesses.iter().enumerate() {
        text += &format!("witness w{index} {}\n", witness.key().await);
        names += &format!(" w{index}");
    }
    text + &format!("group witnesses {threshold}{names}\nquorum witnesses\n")
}

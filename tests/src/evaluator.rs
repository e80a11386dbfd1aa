use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use tempfile::TempDir;
use undersign_protocol::email_verification::{EVALUATION_MEDIA_TYPE, EvaluationRequest, EvaluatorKey};
use undersign_server::evaluator::rules::authenticator;

use crate::programs::program;
use crate::server::{Options, free_port};

/// An evaluator on a free port, as a process of its own.
pub struct TestEvaluator {
    directory: TempDir,
    port: u16,
    process: Option<Child>,
}

/// What an issuer has of its evaluator.
#[derive(Debug, Clone)]
pub struct EvaluatorAddress {
    /// Where it is.
    pub url: String,
    /// Its key.
    pub key: EvaluatorKey,
    /// The file of the secret that they share.
    pub secret: PathBuf,
}

/// What an evaluator answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatorReply {
    /// HTTP status.
    pub status: u16,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// Body.
    pub body: Vec<u8>,
}

impl TestEvaluator {
    /// Starts one with these limits.
    pub async fn start(per_minute: u32, per_day: u32) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut evaluator = Self { directory, port: free_port(), process: None };
        evaluator.set_limits(per_minute, per_day);
        evaluator.restart().await;
        evaluator
    }

    /// Takes other limits from the next start on.
    pub fn set_limits(&self, per_minute: u32, per_day: u32) {
        let (port, data) = (self.port, self.data().display().to_string());
        // More in a minute than in a day is refused.
        let per_minute = per_minute.min(per_day);
        let config = format!(
            "listen = \"127.0.0.1:{port}\"\ndata = \"{data}\"\nper_minute = {per_minute}\nper_day = {per_day}\n"
        );
        fs::write(self.directory.path().join("evaluator.toml"), config).expect("the configuration is written");
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
            if client().get(format!("{}/key", self.url())).send().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the evaluator does not answer: {}", self.output());
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

    /// Folder of its key, the secret and the count.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its key, as it says itself.
    pub async fn key(&self) -> EvaluatorKey {
        let answer = client().get(format!("{}/key", self.url())).send().await.expect("an answer");
        answer.text().await.expect("a text").trim_end().parse().expect("a key")
    }

    /// What an issuer is configured with.
    pub async fn address(&self) -> EvaluatorAddress {
        EvaluatorAddress { url: self.url(), key: self.key().await, secret: self.data().join("issuer.secret") }
    }

    /// A server that asks it for tags.
    pub async fn options(&self) -> Options {
        Options { evaluator: Some(self.address().await), ..Options::default() }
    }

    /// A request of the issuer's for an element.
    pub fn request(&self, blinded_element: [u8; 32]) -> EvaluationRequest {
        let secret = fs::read(self.data().join("issuer.secret")).expect("a secret");
        let secret = secret.try_into().expect("32 bytes");
        EvaluationRequest { blinded_element, authenticator: authenticator(&secret, &blinded_element) }
    }

    /// Posts a body to `/v1/evaluations`.
    pub async fn post(&self, body: Vec<u8>) -> EvaluatorReply {
        self.post_as(EVALUATION_MEDIA_TYPE, body).await
    }

    /// Posts a body of another media type.
    pub async fn post_as(&self, media_type: &str, body: Vec<u8>) -> EvaluatorReply {
        let request = client().post(format!("{}/v1/evaluations", self.url()));
        let answer = request.header("content-type", media_type).body(body).send().await.expect("an answer");
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let status = answer.status().as_u16();
        EvaluatorReply { status, retry_after, body: answer.bytes().await.expect("a body").to_vec() }
    }

    /// What it wrote to stdout and stderr so far.
    pub fn output(&self) -> String {
        fs::read_to_string(self.directory.path().join("output")).unwrap_or_default()
    }

    fn spawn(&self) -> Child {
        let output = || {
            let path = self.directory.path().join("output");
            File::options().create(true).append(true).open(path).expect("a file for the output")
        };
        let mut command = Command::new(program("undersign-server"));
        command.args(["evaluator", "--config"]).arg(self.directory.path().join("evaluator.toml"));
        command.stdin(Stdio::null()).stdout(output()).stderr(output()).spawn().expect("the evaluator starts")
    }
}

impl Drop for TestEvaluator {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One for all requests: to make one is to read all of the system's certificates.
pub fn client() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(reqwest::Client::new).clone()
}

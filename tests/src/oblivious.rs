use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bhttp::{Message, Mode};
use ohttp::{ClientRequest, ClientResponse};
use reqwest::header::HeaderMap;
use tempfile::TempDir;
use undersign_protocol::oblivious::{
    KeyConfig, REQUEST_MEDIA_TYPE, REQUEST_SIZE, RESPONSE_MEDIA_TYPE, pad, unpad_response,
};
use undersign_protocol::public_log::{HostEntry, KeyConfigEntry, TILE_WIDTH, TilePath, decode_entries};

use crate::programs::program;
use crate::server::{Options, TestServer, free_port};
use crate::signer::Sender;
use crate::wire::{Answer, Wire};

/// What the relay calls the test server.
pub const HOST: &str = "petitions.example";

/// A relay on a free port, as a process of its own.
pub struct TestRelay {
    directory: TempDir,
    port: u16,
    process: Option<Child>,
}

impl TestRelay {
    /// A relay that does not run yet, so that a server can name it.
    pub fn reserve() -> Self {
        Self { directory: tempfile::tempdir().expect("a temporary directory"), port: free_port(), process: None }
    }

    /// A relay for a server that names it.
    pub async fn with_server(options: Options) -> (Self, TestServer) {
        let mut relay = Self::reserve();
        let server = TestServer::start(relay.options(options)).await;
        relay.start(&server.origin().to_string(), "").await;
        (relay, server)
    }

    /// A server's options with this relay named in them.
    pub fn options(&self, mut options: Options) -> Options {
        options.sections[1] += &format!("oblivious = {{ relays = [\"{}\"] }}\n", self.url());
        options
    }

    /// Starts it for a gateway.
    ///
    /// # Arguments
    /// * `more` – further lines of the configuration, at its beginning
    pub async fn start(&mut self, gateway: &str, more: &str) {
        let config = format!(
            "listen = \"127.0.0.1:{}\"\n{more}\n[[gateways]]\nhost = \"{HOST}\"\nurl = \"{gateway}\"\n",
            self.port
        );
        fs::write(self.directory.path().join("relay.toml"), config).expect("the configuration is written");
        self.process = Some(self.spawn());
        for _ in 0..1_500 {
            if Sender::new(None).client().get(self.base()).send().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the relay does not answer: {}", self.output());
    }

    /// Kills it, if it runs.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Scheme and authority.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where clients post.
    pub fn url(&self) -> String {
        format!("{}/{HOST}", self.base())
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its configuration.
    pub fn config(&self) -> std::path::PathBuf {
        self.directory.path().join("relay.toml")
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
        command.args(["relay", "--config"]).arg(self.config()).env_remove("UNDERSIGN_LOG");
        command.stdin(Stdio::null()).stdout(output()).stderr(output()).spawn().expect("the relay starts")
    }
}

impl Drop for TestRelay {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A request as it stands inside.
#[derive(Debug, Clone)]
pub struct Inner {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// Content.
    pub content: Vec<u8>,
}

impl Inner {
    /// A POST without headers and content.
    pub fn post(path: impl Into<String>) -> Self {
        Self { method: "POST".to_owned(), path: path.into(), headers: Vec::new(), content: Vec::new() }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With JSON.
    #[must_use]
    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.content = body.to_string().into_bytes();
        self.header("content-type", "application/json")
    }

    /// Binary HTTP, padded.
    pub fn padded(&self) -> Vec<u8> {
        let text = |text: &str| text.as_bytes().to_vec();
        let mut message = Message::request(text(&self.method), text("https"), text(HOST), text(&self.path));
        for (name, value) in &self.headers {
            message.put_header(name.as_str(), value.as_str());
        }
        message.write_content(&self.content);
        let mut written = Vec::new();
        message.write_bhttp(Mode::KnownLength, &mut written).expect("written");
        pad(&written, REQUEST_SIZE).expect("a request that fits")
    }
}

/// Speaks RFC 9458 with the library alone, as a client that someone else wrote.
pub struct Oblivious {
    /// The key of the host's log.
    pub key: KeyConfig,
    relay: String,
    wire: Wire,
}

impl Oblivious {
    /// Reads the key from a server's log, as soon as it stands there.
    pub async fn new(relay: &TestRelay, server: &TestServer) -> Self {
        let wire = Wire::new(server);
        for _ in 0..1_500 {
            let entries = key_configs(&wire).await;
            if let Some(entry) = KeyConfigEntry::current(&entries, server.now()) {
                return Self { key: *entry.key_config(), relay: relay.url(), wire };
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no key stands in the host's log: {}", server.output());
    }

    /// Posts elsewhere from now on.
    pub fn at(&mut self, url: &str) {
        self.relay = url.to_owned();
    }

    /// Posts a body of the right media type.
    pub async fn post(&self, sealed: &[u8]) -> Answer {
        self.wire.post(&self.relay, REQUEST_MEDIA_TYPE, sealed).await
    }

    /// Sends a request through the relay.
    ///
    /// # Returns
    /// The answer from inside, and how large it was outside.
    pub async fn send(&self, inner: &Inner) -> (Answer, usize) {
        self.send_padded(&inner.padded()).await
    }

    /// Sends what stands inside as it is.
    pub async fn send_padded(&self, padded: &[u8]) -> (Answer, usize) {
        let (sealed, opening) = seal(&self.key, padded);
        let outer = self.post(&sealed).await;
        assert_eq!((outer.status, outer.header("content-type")), (200, RESPONSE_MEDIA_TYPE), "{}", outer.text());
        (open(opening, &outer.body), outer.body.len())
    }
}

/// Seals a request of any size.
pub fn seal(key: &KeyConfig, padded: &[u8]) -> (Vec<u8>, ClientResponse) {
    ClientRequest::from_encoded_config(&key.encode()).expect("a key").encapsulate(padded).expect("sealed")
}

/// Opens an answer; it must be padded as it should.
pub fn open(opening: ClientResponse, sealed: &[u8]) -> Answer {
    let padded = opening.decapsulate(sealed).expect("opened");
    let message = unpad_response(&padded).expect("padded to the one size");
    let message = Message::read_bhttp(&mut std::io::Cursor::new(message)).expect("Binary HTTP");
    let headers = message.header().iter().map(|field| {
        let name = reqwest::header::HeaderName::from_bytes(field.name()).expect("a name");
        (name, reqwest::header::HeaderValue::from_bytes(field.value()).expect("a value"))
    });
    let status = message.control().status().expect("a status").code();
    Answer { status, headers: headers.collect::<HeaderMap>(), body: message.content().to_vec() }
}

/// The gateway's keys in the host's log, in their order.
pub async fn key_configs(wire: &Wire) -> Vec<KeyConfigEntry> {
    let entries = host_entries(wire).await.into_iter().filter_map(|entry| match entry {
        HostEntry::KeyConfig(entry) => Some(entry),
        _ => None,
    });
    entries.collect()
}

/// Everything in the host's log; that its tree fits is another test's.
pub async fn host_entries(wire: &Wire) -> Vec<HostEntry> {
    let checkpoint = wire.get(&wire.origin("/v1/log/checkpoint")).await.text();
    let size: u64 = checkpoint.lines().nth(1).and_then(|size| size.parse().ok()).expect("a size");
    let mut entries = Vec::new();
    for index in 0..size.div_ceil(TILE_WIDTH) {
        let width = (size - index * TILE_WIDTH).min(TILE_WIDTH);
        let path = TilePath { level: None, index, width };
        let bundle = wire.get(&wire.origin(&format!("/v1/log/tile/{path}"))).await.body;
        let decoded = decode_entries(&bundle, width).expect("a bundle of entries");
        entries.extend(decoded.into_iter().map(|entry| HostEntry::decode(entry).expect("an entry")));
    }
    entries
}

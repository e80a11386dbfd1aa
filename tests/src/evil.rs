//! A server that lies. It stands in front of an honest one, passes everything on, and changes the answers that its lie is about.

/// The lies, each by its name.
pub mod lies;

mod operator;
mod world;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Client;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::JoinHandle;

use crate::cli::Ended;
use crate::programs::program;
use crate::server::TestServer;

pub use operator::{Operator, entries, no_notices};
pub use world::World;

/// A request, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// GET or POST.
    pub method: String,
    /// Path and query.
    pub path: String,
}

/// What comes back for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// Bodies under the paths of their URLs.
pub type Answers = BTreeMap<String, Vec<u8>>;

/// What sees every honest answer before it goes out, and may change it.
pub type Lie = Box<dyn Fn(&Asked, &mut Told) + Send + Sync>;

/// The lying server, on a port of its own.
pub struct Evil {
    origin: String,
    lie: Arc<Mutex<Arc<Lie>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Told {
    /// Puts one text in the place of another, wherever it stands.
    pub fn replace(&mut self, from: &str, to: &str) {
        if let Ok(text) = std::str::from_utf8(&self.body) {
            self.body = text.replace(from, to).into_bytes();
        }
    }
}

impl Evil {
    /// Stands in front of a server.
    pub async fn start(server: &TestServer, lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (client, honest) = (Client::new(), server.origin().to_string());
        let (lie, asked) = (Arc::new(Mutex::new(Arc::new(lie))), Arc::new(Mutex::new(Vec::new())));
        let (told, seen) = (Arc::clone(&lie), Arc::clone(&asked));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (told, seen, client, honest) =
                    (Arc::clone(&told), Arc::clone(&seen), client.clone(), honest.clone());
                let lie = move |asked: &Asked, answer: &mut Told| {
                    // Written down before the lie answers.
                    seen.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
                    let lie = Arc::clone(&told.lock().unwrap_or_else(PoisonError::into_inner));
                    lie(asked, answer);
                };
                tokio::spawn(async move { answer(stream, &client, &honest, &lie).await });
            }
        });
        Self { origin, lie, asked, task }
    }

    /// Tells another lie from now on.
    pub fn tell(&self, lie: Lie) {
        *self.lie.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(lie);
    }

    /// Tells the truth.
    pub async fn honest(server: &TestServer) -> Self {
        Self::start(server, Box::new(|_, _| {})).await
    }

    /// Answers with these bodies under their paths, and with the truth everywhere else.
    pub async fn with(server: &TestServer, answers: Answers) -> Self {
        Self::start(server, lies::with(answers)).await
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How often something was sent to it, not only asked for.
    pub fn posts(&self) -> usize {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|asked| asked.method == "POST").count()
    }

    /// The link of a petition at this server. What follows `#` pins it.
    pub fn link(&self, rest: &str) -> String {
        format!("{}/p/{rest}", self.origin)
    }
}

impl Drop for Evil {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Runs `undersign --json` to its end.
pub async fn undersign(words: &[&str]) -> Ended {
    let mut command = Command::new(program("undersign"));
    let output = command.args(words).arg("--json").stdin(Stdio::null()).output().await.expect("the command runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let events = text.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    Ended { code: output.status.code(), events }
}

/// One request a connection.
async fn answer(
    stream: TcpStream,
    client: &Client,
    honest: &str,
    lie: &(impl Fn(&Asked, &mut Told) + ?Sized),
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let (method, rest) = line.split_once(' ')?;
    let asked = Asked { method: method.to_owned(), path: rest.split(' ').next()?.to_owned() };
    let url = format!("{honest}{}", asked.path);
    let mut request = client.request(asked.method.parse().ok()?, url);
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "content-type" | "authorization" | "prefer" | "accept" => request = request.header(name, value),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let honest = request.body(body).send().await.ok()?;
    let mut head = String::new();
    for (name, value) in honest.headers() {
        // What is about this connection is said anew.
        if !["connection", "content-length", "transfer-encoding"].contains(&name.as_str()) {
            head += &format!("{name}: {}\r\n", value.to_str().ok()?);
        }
    }
    let mut told = Told { status: honest.status().as_u16(), body: honest.bytes().await.ok()?.to_vec() };
    lie(&asked, &mut told);
    let first =
        format!("HTTP/1.1 {} Told\r\nconnection: close\r\ncontent-length: {}\r\n", told.status, told.body.len());
    stream.write_all(&[first.as_bytes(), head.as_bytes(), b"\r\n", &told.body].concat()).await.ok()?;
    stream.shutdown().await.ok()
}

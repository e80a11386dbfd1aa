//! The socket, the program, and what the tests look at.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;
use undersign_client_lib::response::Response;
use undersign_protocol::petition::{Manifest, Publication};
use undersign_protocol::timestamp::Timestamp;

use crate::support::petition::manifest;
use crate::support::server::TestServer;

pub const EMAIL: &str = "alice.example@post.example.org";

/// What the front does beside passing requests on.
pub struct Front {
    pub server: TestServer,
    /// Confirms every request as soon as its mail is asked for, as if the link were opened at once.
    pub confirms: bool,
    /// Publishes a batch after each redemption and each withdrawal.
    pub publishes: bool,
    /// The POST, counted from 0, that never gets an answer: before the server has seen it, or after.
    pub silent: Option<(usize, bool)>,
    /// Changes an answer of a path.
    pub lie: Option<fn(&str, &mut Response)>,
    posts: usize,
}

/// A running front, a folder for states, and the program.
pub struct World {
    pub front: Arc<Mutex<Front>>,
    pub folder: TempDir,
    authority: String,
}

/// The program while it runs, its events read one by one.
pub struct Running {
    child: Child,
    events: BufReader<ChildStdout>,
}

/// How the program ended.
pub struct Ended {
    pub code: i32,
    pub events: Vec<Value>,
}

pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the program under test reads the real clock")]
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_seconds(passed.as_secs()).unwrap()
}

fn before(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(now().seconds() - seconds).unwrap()
}

/// An open petition, published soon after each redemption, as the demo has them.
pub fn open_now(index: usize) -> Manifest {
    Manifest {
        opens_at: before(3_600),
        closes_at: now().plus(86_400),
        publication: Publication { interval: 5, min_batch: 1, max_wait: 5 },
        ..manifest(index)
    }
}

impl World {
    /// With so many open petitions.
    pub fn new(count: usize) -> Self {
        Self::of((0..count).map(open_now).collect())
    }

    pub fn of(manifests: Vec<Manifest>) -> Self {
        let mut server = TestServer::of(manifests);
        server.now = now();
        let front = Front { server, confirms: false, publishes: false, silent: None, lie: None, posts: 0 };
        let front = Arc::new(Mutex::new(front));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let shared = Arc::clone(&front);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream.unwrap(), &shared));
            }
        });
        Self { front, folder: tempfile::tempdir().unwrap(), authority }
    }

    pub fn front(&self) -> MutexGuard<'_, Front> {
        self.front.lock().unwrap()
    }

    pub fn link(&self, index: usize) -> String {
        format!("http://{}/p/petition-{index}", self.authority)
    }

    /// Where the front listens.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub fn host(&self) -> String {
        format!("http://{}/", self.authority)
    }

    pub fn states(&self) -> PathBuf {
        self.folder.path().join("states")
    }

    /// Names of what is in the folder of states; none where there is no folder.
    pub fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.states()).into_iter().flatten();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// All bytes in the folder of states.
    pub fn kept(&self) -> Vec<u8> {
        self.files().iter().flat_map(|file| fs::read(self.states().join(file)).unwrap()).collect()
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, Stdio::null())
    }

    /// With something on standard input.
    pub fn start_with(&self, arguments: &[&str], input: Stdio) -> Running {
        Self::spawn(self.command(arguments).stdin(input))
    }

    /// With more in its environment.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        Self::spawn(self.command(arguments).envs(environment.iter().copied())).end()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_undersign"));
        command.arg("--json").args(arguments).env("UNDERSIGN_STATE_DIR", self.states());
        command.env_remove("UNDERSIGN_PROXY").env_remove("UNDERSIGN_PASSPHRASE_FILE").stdin(Stdio::null());
        command
    }

    fn spawn(command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap());
        Running { child, events }
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).end()
    }

    pub fn sign(&self, index: usize, more: &[&str]) -> Ended {
        self.run(&[&["sign", &self.link(index), "--email", EMAIL], more].concat())
    }

    /// Signatures of a petition, in the log or waiting for it.
    pub fn signatures(&self, index: usize) -> usize {
        let front = self.front();
        let petition = &front.server.petitions[index];
        let waiting = petition.pool.iter().filter(|entry| entry.encode()[0] == 1).count();
        waiting + petition.log.entries.iter().filter(|entry| entry[0] == 1).count()
    }

    /// Withdrawals of a petition, in the log or waiting for it.
    pub fn withdrawals(&self, index: usize) -> usize {
        let front = self.front();
        let petition = &front.server.petitions[index];
        let waiting = petition.pool.iter().filter(|entry| entry.encode()[0] == 2).count();
        waiting + petition.log.entries.iter().filter(|entry| entry[0] == 2).count()
    }

    /// Opens the link of the last mail.
    pub fn open_link(&self) {
        let mut front = self.front();
        let digests: Vec<_> = front.server.asked.values().copied().collect();
        front.server.confirmed.extend(digests);
    }
}

impl Running {
    pub fn next(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.events.read_line(&mut line).unwrap() > 0, "another event");
        serde_json::from_str(&line).unwrap()
    }

    /// Reads on to an event of this name.
    pub fn until(&mut self, name: &str) -> Value {
        loop {
            let event = self.next();
            if event["event"] == name {
                return event;
            }
        }
    }

    pub fn end(mut self) -> Ended {
        let mut text = String::new();
        self.events.read_to_string(&mut text).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        Ended { code, events: text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() }
    }

    /// SIGKILL: nothing is tidied up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Ended {
    pub fn names(&self) -> Vec<&str> {
        self.events.iter().map(|event| event["event"].as_str().unwrap()).collect()
    }

    pub fn event(&self, name: &str) -> &Value {
        self.events.iter().find(|event| event["event"] == name).unwrap_or_else(|| panic!("{name}: {:?}", self.events))
    }

    pub fn message(&self) -> &str {
        self.event("error")["message"].as_str().unwrap()
    }
}

impl Front {
    /// How many POSTs came.
    pub fn posts(&self) -> usize {
        self.posts
    }

    fn answer(&mut self, verb: &str, path: &str, authorization: &str, body: &[u8]) -> Option<Response> {
        let number = self.posts;
        self.posts += usize::from(verb == "POST");
        let silent = |after| verb == "POST" && self.silent == Some((number, after));
        let (silent_before, silent_after) = (silent(false), silent(true));
        if silent_before {
            return None;
        }
        self.server.now = now();
        let mut response = self.server.answer_to(verb, path, authorization, body);
        if self.confirms && path == "v1/email-verifications" {
            self.server.confirmed.extend(self.server.asked.values().copied());
        }
        if self.publishes && (path.ends_with("/signatures") || path.ends_with("/withdrawals")) {
            (0..self.server.petitions.len()).for_each(|index| self.server.publish_batch(index));
        }
        if let Some(lie) = self.lie {
            lie(path, &mut response);
        }
        (!silent_after).then_some(response)
    }
}

/// One request a connection.
fn serve(mut stream: TcpStream, front: &Mutex<Front>) {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let (mut received, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let Ok(count @ 1..) = stream.read(&mut chunk) else { return };
        received.extend_from_slice(&chunk[..count]);
        let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(received[..end].to_vec()).unwrap();
        let header = |name: &str| {
            let same = |line: &&str| line.to_ascii_lowercase().starts_with(name);
            head.lines().find(same).map(|line| line[name.len()..].trim().to_owned())
        };
        let body = &received[end + 4..];
        if body.len() < header("content-length:").map_or(0, |length| length.parse().unwrap()) {
            continue;
        }
        let mut line = head.split(' ');
        let (verb, path) = (line.next().unwrap(), line.next().unwrap().trim_start_matches('/'));
        let authorization = header("authorization:").unwrap_or_default();
        let answer = front.lock().unwrap().answer(verb, path, &authorization, body);
        match answer {
            Some(answer) => {
                let media_type = answer.media_type.unwrap_or_default();
                let length = answer.body.len();
                let head = format!(
                    "HTTP/1.1 {} X\r\nconnection: close\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n",
                    answer.status
                );
                let _ = stream.write_all(&[head.as_bytes(), &answer.body].concat());
                return;
            }
            // The client hangs until it gives up or is killed.
            None => thread::sleep(Duration::from_secs(60)),
        }
    }
}

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Path of the petition's page in English.
pub const PAGE: &str = "/en/p/night-bus-17";

/// A folder, and the command that shows it.
pub struct Preview {
    folder: TempDir,
    /// What the command said when it was ready.
    pub said: Value,
    child: Child,
}

/// An answer over HTTP.
pub struct Answer {
    pub status: u16,
    /// With the status line, in small letters.
    pub head: String,
    pub body: Vec<u8>,
}

impl Preview {
    /// Of a sample of the server's, as it is.
    pub fn of_sample() -> Self {
        Self::of_changed(|_| {})
    }

    /// Of the sample with something done to it before.
    pub fn of_changed(change: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/samples/night-bus-17"), folder.path());
        change(folder.path());
        let mut child = command(&["--json", "organiser", "preview"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        Self { folder, said: serde_json::from_str(&line).expect("an object"), child }
    }

    /// Writes a file of the folder, or another one in its place.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("written");
    }

    /// Puts another text in the place of one in a file of the folder.
    pub fn replace(&self, name: &str, old: &str, new: &str) {
        replace(&self.path(name), old, new);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn address(&self) -> SocketAddr {
        let origin = self.said["origin"].as_str().expect("an origin");
        origin.strip_prefix("http://").expect("plain HTTP").parse().expect("an address")
    }

    /// Asks as a browser on this machine does.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &self.address().to_string(), "")
    }

    /// The text of a page that is there.
    pub fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}");
        answer.text()
    }

    /// Asks with exactly this path and this name of the host.
    pub fn ask(&self, method: &str, path: &str, host: &str, header: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{header}connection: close\r\n\r\n").expect("sent");
        let mut all = Vec::new();
        stream.read_to_end(&mut all).expect("answered");
        let end = all.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(all[..end].to_vec()).expect("text").to_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head, body: all[end + 4..].to_vec() }
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    /// A header's value, in small letters.
    pub fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_default()
    }
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_undersign"));
    command.args(arguments);
    command
}

pub fn replace(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).expect("a file");
    assert!(text.contains(old), "{} does not contain {old}", file.display());
    fs::write(file, text.replacen(old, new, 1)).expect("written");
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("copied");
        }
    }
}

use std::cell::Cell;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::mailbox::Mailbox;
use crate::programs::program;
use crate::server::TestServer;
use crate::wire::Wire;

/// A person at the command line: runs `undersign`, reads the mail, opens the link and types the check number.
pub struct Person<'a> {
    server: &'a TestServer,
    state_dir: &'a Path,
    email: String,
    mailbox: Mailbox,
    /// Mails of which the link was opened already.
    opened: Cell<usize>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` where it was killed.
    pub code: Option<i32>,
    /// The objects that it wrote, one a line.
    pub events: Vec<Value>,
}

impl Ended {
    /// The first event of a name.
    pub fn event(&self, name: &str) -> Option<&Value> {
        self.events.iter().find(|event| event["event"] == name)
    }
}

/// Runs a command with `--json`, to its end.
///
/// # Arguments
/// * `hear` – what is done at each event; where it says no, the command is killed, as by a machine that is switched off
pub async fn listen(mut command: Command, mut hear: impl AsyncFnMut(&Value) -> bool) -> Ended {
    let process = command.arg("--json").stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn();
    let mut process = process.expect("the command starts");
    let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    let mut events = Vec::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let event: Value = serde_json::from_str(&line).expect("an object a line");
        let goes_on = hear(&event).await;
        events.push(event);
        if !goes_on {
            process.kill().await.expect("killed");
        }
    }
    Ended { code: process.wait().await.expect("its end").code(), events }
}

impl<'a> Person<'a> {
    /// Someone with an address, and a folder for what `resume` needs.
    pub fn new(server: &'a TestServer, state_dir: &'a Path, email: &str) -> Self {
        Self { server, state_dir, email: email.to_owned(), mailbox: server.mailbox(), opened: Cell::new(0) }
    }

    /// `undersign sign`.
    pub async fn sign(&self, link: &str, wrapper: &[String]) -> Ended {
        self.run(&["sign", link, "--email", &self.email], wrapper).await
    }

    /// `undersign resume`, with a new mail.
    pub async fn resume(&self) -> Ended {
        self.run(&["resume", "--email", &self.email], &[]).await
    }

    /// `undersign show`.
    pub async fn show(&self, link: &str) -> Ended {
        self.speak(vec![program("undersign").display().to_string(), "show".to_owned(), link.to_owned()]).await
    }

    /// Runs a command with `--json`, and does what a person does when it waits.
    pub async fn run(&self, words: &[&str], wrapper: &[String]) -> Ended {
        let mut line = wrapper.to_vec();
        line.push(program("undersign").display().to_string());
        line.extend(words.iter().map(|word| (*word).to_owned()));
        line.extend(["--timeout", "60", "--state-dir"].map(str::to_owned));
        line.push(self.state_dir.display().to_string());
        self.speak(line).await
    }

    async fn speak(&self, line: Vec<String>) -> Ended {
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]);
        listen(command, async |event| {
            if event["event"] == "waiting" {
                self.open_link(event["check"].as_str().expect("a check number")).await;
            }
            true
        })
        .await
    }

    /// Opens the links of new mails and types the number that the command shows, until one of them is the mail of this number. One
    /// of a signing that was killed may come first.
    async fn open_link(&self, check: &str) {
        loop {
            let number = self.opened.get() + 1;
            self.mailbox.wait_for(&self.email, number).await;
            let mail = self.mailbox.mails_to(&self.email).swap_remove(number - 1);
            self.opened.set(number);
            if Wire::new(self.server).confirm_link(&mail.link_token(), check).await.status == 200 {
                return;
            }
        }
    }
}

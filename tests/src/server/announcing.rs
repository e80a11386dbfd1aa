use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::TestServer;

/// What a process says when it has read the file again, and when it could not.
const READ: [&str; 2] = ["the announcement was read again", "what was announced before stays"];

impl TestServer {
    /// The announcement's file.
    pub fn announcement_path(&self) -> PathBuf {
        self.path().join("announcement.toml")
    }

    /// Writes the announcement's file, as an operator does; nobody reads it yet.
    pub fn write_announcement(&self, text: &str) {
        fs::write(self.announcement_path(), text).expect("the announcement is written");
    }

    /// Writes another announcement and has it read.
    pub async fn announce(&self, text: &str) {
        self.write_announcement(text);
        self.hang_up().await;
    }

    /// Sends every process the signal, and waits until each has said that it has looked.
    pub async fn hang_up(&self) {
        let said = || READ.into_iter().map(|words| self.output().matches(words).count()).sum::<usize>();
        let before = said();
        for process in &self.processes {
            kill_process(Pid::from_child(process), Signal::HUP).expect("it is there");
        }
        for _ in 0..600 {
            if said() == before + self.processes.len() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the announcement was not read again: {}", self.output());
    }
}

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::{Options, TestServer, fresh};
use crate::tables::Tables;

impl TestServer {
    /// Starts a server that is expected to refuse, waits for its end, and gives back what it said.
    pub async fn refuses_to_start(options: Options) -> String {
        let mut server = fresh(options);
        let mut process = server.spawn(None);
        for _ in 0..1_000 {
            if let Some(status) = process.try_wait().expect("a status") {
                assert!(!status.success(), "the server ended well: {}", server.output());
                return server.output();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server.processes.push(process);
        panic!("the server did not refuse to start");
    }

    /// Writes another `[identified.mail.smtp]` for the next start.
    pub fn set_smtp(&mut self, smtp: String) {
        self.options.smtp = Some(smtp);
        fs::write(self.config_path(), self.config()).expect("the configuration is written");
    }

    /// How many mails wait in the outbox.
    pub async fn waiting_mails(&self) -> u64 {
        Tables::open(&self.database_url("identified")).await.count("outbox").await
    }

    /// Waits until the outbox holds this many mails.
    pub async fn wait_for_outbox(&self, mails: u64) {
        for _ in 0..600 {
            if self.waiting_mails().await == mails {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the outbox did not come to hold {mails} mails within 30 seconds: {}", self.output());
    }

    /// Waits until the server has written a text to stdout or stderr.
    pub async fn wait_for_output(&self, text: &str) {
        for _ in 0..600 {
            if self.output().contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server did not write {text:?} within 30 seconds: {}", self.output());
    }

    /// The configuration file.
    pub fn config_path(&self) -> PathBuf {
        self.path().join("undersign.toml")
    }
}

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use super::TestServer;
use crate::evaluator::EvaluatorAddress;

impl TestServer {
    /// Has another evaluator, or none, from the next start on.
    pub fn set_evaluator(&mut self, evaluator: Option<EvaluatorAddress>) {
        self.options.evaluator = evaluator;
        fs::write(self.config_path(), self.config()).expect("the configuration is written");
        self.copy_evaluator_secret();
    }

    /// Kills it and starts it again on the same data, waits for its end, and gives back what it said then.
    pub async fn refuses_to_go_on(&mut self) -> String {
        self.kill();
        let before = self.output();
        let mut process = self.spawn(None);
        for _ in 0..3_000 {
            if let Some(status) = process.try_wait().expect("a status") {
                assert!(!status.success(), "the server ended well");
                return self.output().replacen(&before, "", 1);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.processes.push(process);
        panic!("the server did not refuse to start");
    }

    /// `[identified.evaluator]`, where it has one.
    pub(super) fn evaluator_section(&self) -> String {
        let section = |EvaluatorAddress { url, key, .. }: &EvaluatorAddress| {
            format!("[identified.evaluator]\nurl = \"{url}\"\nkey = \"{key}\"\n")
        };
        self.options.evaluator.as_ref().map(section).unwrap_or_default()
    }

    /// Puts the secret where the operator would.
    pub(super) fn copy_evaluator_secret(&self) {
        let Some(evaluator) = &self.options.evaluator else { return };
        let keys = self.path().join("identified-keys");
        fs::create_dir_all(&keys).expect("a folder of keys");
        fs::set_permissions(&keys, Permissions::from_mode(0o700)).expect("permissions");
        // With its permissions.
        fs::copy(&evaluator.secret, keys.join("evaluator.secret")).expect("copied");
    }
}

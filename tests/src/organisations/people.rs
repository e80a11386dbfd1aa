use std::fs;

use serde_json::Value;
use tokio::process::Command;
use undersign_client_lib::organiser::format_key;

use super::Organisations;
use crate::cli::{Ended, listen};
use crate::two_hosts::sample;

impl Organisations {
    /// The organiser publishes a petition at both sides, open now, with a batch every second. Gives its link.
    pub async fn publish(&self) -> String {
        let folder = sample(self.folder.path()).display().to_string();
        let key = self.path("organiser.key");
        fs::write(&key, format_key(&self.organiser).as_str()).expect("written");
        let key = key.display().to_string();
        let words = ["organiser", "publish", &folder, "--key", &key];
        let servers = ["--server", "https://petitions.example", "--issuer-server", "https://ids.example"];
        let published = self.undersign("organiser", &[words.as_slice(), &servers].concat(), async |_| true).await;
        let last = published.events.last().unwrap_or_else(|| panic!("{published:?}"));
        last["link"].as_str().unwrap_or_else(|| panic!("{published:?}")).to_owned()
    }

    /// Somebody runs `undersign` on a machine, to its end.
    ///
    /// # Arguments
    /// * `hear` – what is done at each event; where it says no, the command is killed
    pub async fn undersign(&self, machine: &str, words: &[&str], hear: impl AsyncFnMut(&Value) -> bool) -> Ended {
        let mut command: Command = self.command(machine, "undersign").into();
        command.args(words);
        listen(command, hear).await
    }

    /// The person who reads the mail opens its link on a machine, and sends the form with the number.
    pub async fn open_link(&self, machine: &str, address: &str, check: &str) {
        let mail = self.mailbox().wait_for(address, 1).await;
        assert!(mail.link().starts_with("https://mail.example/confirm?t="), "{}", mail.link());
        let page = self.curl(machine, &[&mail.link()]);
        assert!(String::from_utf8_lossy(&page.stdout).contains("data-step=\"ask\""), "{page:?}");
        let form = format!("t={}&check={check}", mail.link_token());
        let page = self.curl(machine, &["--data-raw", &form, "https://mail.example/confirm"]);
        assert!(String::from_utf8_lossy(&page.stdout).contains("data-step=\"done\""), "{page:?}");
    }
}

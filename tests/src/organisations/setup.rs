use std::fs;
use std::process::Command;

use super::{HOSTS, Organisations};
use crate::certificate::Authority;
use crate::documents::block;
use crate::programs::program;
use crate::two_hosts::fill_in;

impl Organisations {
    /// What the pages for operators say, and what they leave to fill in.
    pub(super) fn set_up(&self) {
        let authority = Authority::new(&self.path("authority.pem"));
        for (host, _) in HOSTS {
            authority.vouch(host, &self.path(&format!("{host}.pem")), &self.path(&format!("{host}.key")));
        }
        let organisers = format!("organisers = [\"{}\"]", self.organiser.public_key());
        self.init("ids", "sh init-identified");
        fill_in(&self.config("ids", "identified.toml"), |text| {
            let (head, rest) = text.split_once("\n[identified.mail.smtp]").expect("a mail server");
            let (_, limits) = rest.split_once("[identified.limits]").expect("limits");
            let files = format!("files = \"{}\"", self.path("outbox").display());
            format!("{head}\n{files}\n\n[identified.limits]{limits}").replace("organisers = []", &organisers)
        });
        self.init("petitions", "sh init-anonymous");
        fill_in(&self.config("petitions", "anonymous.toml"), |text| {
            // The second of the page is away from here.
            let relays = replaced(&names(), ", \"https://relay.other.example/petitions.example\"", "");
            text.replace("organisers = []", &organisers) + &relays
        });
        fs::create_dir(self.machine("relay")).expect("a folder");
        fs::write(self.config("relay", "relay.toml"), block("docs/relay.md", "toml relay")).expect("written");
    }

    /// `init` as the page has it.
    fn init(&self, machine: &str, block_of_the_page: &str) {
        let folder = self.machine(machine).display().to_string();
        let commands = replaced(&block("docs/operators.md", block_of_the_page), "/var/lib/undersign", &folder);
        let programs = program("undersign-server").parent().expect("a folder").display().to_string();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
        let output = Command::new("sh").args(["-e", "-u", "-c", &commands]).env("PATH", path).output().expect("sh");
        assert!(output.status.success(), "{output:?}");
    }

    /// The configuration of the proxy on a machine: as `init` has made it, or of the relays' page. The certificates are the test's.
    pub(super) fn front(&self, machine: &str) -> String {
        let file = self.proxy.file();
        let mut text = match (machine, file) {
            ("relay", "Caddyfile") => block("docs/relay.md", "caddy"),
            ("relay", _) => block("docs/relay.md", "nginx"),
            _ => fs::read_to_string(self.machine(machine).join("proxy").join(file)).expect("what init has made"),
        };
        for (host, _) in HOSTS.iter().filter(|(_, other)| *other == machine) {
            let [certificate, key] =
                ["pem", "key"].map(|end| self.path(&format!("{host}.{end}")).display().to_string());
            if file == "Caddyfile" {
                let site = format!("https://{host} {{\n");
                text = replaced(&text, &site, &format!("{site}\ttls {certificate} {key}\n"));
            } else {
                let live = format!("/etc/letsencrypt/live/{host}");
                text = replaced(&text, &format!("{live}/fullchain.pem"), &certificate);
                text = replaced(&text, &format!("{live}/privkey.pem"), &key);
            }
        }
        text
    }
}

/// How the page names relays.
fn names() -> String {
    format!("\n{}", block("docs/relay.md", "toml names"))
}

fn replaced(text: &str, what: &str, with: &str) -> String {
    assert_eq!(text.matches(what).count(), 1, "{what} in {text}");
    text.replace(what, with)
}

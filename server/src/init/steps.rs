use super::text::{NextText, render};
use super::{Init, InitError};
use crate::init::layout::Layout;
use crate::storage::Side;

impl Init {
    /// What a person does next, in order, as commands where a command does it.
    pub(super) fn next_steps(&self) -> Result<String, InitError> {
        let programs = self.layout.programs();
        let d = self.directory.display();
        let mut steps =
            vec!["Copy this program to /usr/local/bin/undersign-server; root owns it, everyone may run it.".to_owned()];
        for program in &programs {
            let user = program.name;
            let folders: Vec<_> = program.folders().iter().map(|folder| format!("{d}/{folder}")).collect();
            steps.push(format!(
                "useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin {user}\n   chown -R {user}: {}",
                folders.join(" ")
            ));
        }
        let configs: Vec<_> = programs.iter().map(|program| format!("{d}/{}", program.config)).collect();
        steps.push(format!(
            "Fill in {}: organisers, the mail server, and where pages are, client_dir.",
            configs.join(" and ")
        ));
        let sites = self.layout.sites(self.mail_host.as_deref());
        let names: Vec<_> = sites.iter().map(|site| site.name().to_owned()).collect();
        steps.push(format!("Let these names lead to this machine: {}.", names.join(", ")));
        steps.push(format!(
            "A proxy that logs nothing. Either Caddy, which gets certificates by itself:\n   \
             apt-get install caddy && cp {d}/proxy/Caddyfile /etc/caddy/Caddyfile && systemctl reload caddy\n   \
             or nginx, after `certbot certonly` for each name by itself:\n   \
             apt-get install nginx-light && rm -f /etc/nginx/sites-enabled/default &&\n   \
             cp {d}/proxy/nginx.conf /etc/nginx/sites-enabled/undersign && systemctl reload nginx"
        ));
        steps.push(format!(
            "cp {d}/systemd/*.service /etc/systemd/system/ && cp {d}/systemd/journald@undersign.conf /etc/systemd/\n   \
             systemctl daemon-reload"
        ));
        for program in &programs {
            steps.push(format!(
                "runuser -u {} -- /usr/local/bin/undersign-server check-config --config {d}/{}",
                program.name, program.config
            ));
        }
        let units: Vec<_> = programs.iter().map(|program| program.name).collect();
        steps.push(format!("systemctl enable --now {}", units.join(" ")));
        steps.push("Read docs/operators.md: backups, what is destroyed when, what must not be logged.".to_owned());
        if let Layout::TwoHosts { side: Some(side), .. } = &self.layout {
            let other = if *side == Side::Identified { "anonymous" } else { "identified" };
            steps.push(format!(
                "The same on the other machine, with --side {other}. The two share nothing but these names."
            ));
        }
        render(&NextText { machine: self.machine(), steps })
    }

    fn machine(&self) -> &'static str {
        match &self.layout {
            Layout::TwoHosts { side: Some(Side::Identified), .. } => "the identified side's machine",
            Layout::TwoHosts { side: Some(Side::Anonymous), .. } => "the anonymous side's machine",
            _ => "this machine",
        }
    }
}

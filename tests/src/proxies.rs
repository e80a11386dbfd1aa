use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which proxy is in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxy {
    /// Caddy.
    Caddy,
    /// nginx.
    Nginx,
}

impl Proxy {
    /// What its configuration is called where `init` makes it.
    pub fn file(self) -> &'static str {
        match self {
            Self::Caddy => "Caddyfile",
            Self::Nginx => "nginx.conf",
        }
    }

    /// Its program.
    pub fn program(self) -> PathBuf {
        match self {
            Self::Caddy => "caddy".into(),
            Self::Nginx => {
                let places = ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().map(PathBuf::from);
                places.into_iter().find(|path| path.exists()).unwrap_or_else(|| "nginx".into())
            }
        }
    }

    /// Has the program run with a configuration, and keep all that it writes in a folder.
    ///
    /// # Arguments
    /// * `command` – the program, without words
    /// * `config` – the whole of a Caddyfile; of nginx's what stands in `sites-enabled`
    pub fn configure(self, command: &mut Command, folder: &Path, config: &str) {
        let file = folder.join(self.file());
        match self {
            Self::Caddy => {
                fs::write(&file, config).expect("written");
                command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
                // Where it would keep certificates.
                for variable in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
                    command.env(variable, folder);
                }
            }
            Self::Nginx => {
                fs::write(folder.join("undersign"), without_ipv6(config)).expect("written");
                let directory = folder.display();
                // What Debian's nginx.conf says around it, as far as it matters here.
                let around = format!(
                    "user root;\nworker_processes 1;\npid {directory}/nginx.pid;\nerror_log {directory}/error.log;\n\
                     events {{\n worker_connections 256;\n}}\n\
                     http {{\n access_log {directory}/access.log;\n include {directory}/undersign;\n}}\n"
                );
                fs::write(&file, around).expect("written");
                command.arg("-p").arg(folder).arg("-c").arg(file).args(["-g", "daemon off;"]);
            }
        }
    }
}

/// Not every machine that tests has IPv6.
fn without_ipv6(config: &str) -> String {
    config.lines().filter(|line| !line.contains("listen [::]:")).map(|line| format!("{line}\n")).collect()
}

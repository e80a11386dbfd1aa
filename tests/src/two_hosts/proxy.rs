use std::fs;
use std::process::Command;

use super::{NAMES, TwoHosts};
use crate::proxies::Proxy;
use crate::server::free_port;

/// What the proxy writes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logging {
    /// As `init` has made its configuration.
    AsMade,
    /// As without the lines that forbid it: the control.
    Usual,
}

/// The proxy's command line, with the configurations of both machines in one: ports and certificates are the test's.
pub fn command(proxy: Proxy, hosts: &TwoHosts, logging: Logging) -> Command {
    let config = match proxy {
        Proxy::Caddy => caddy(hosts, logging),
        Proxy::Nginx => nginx(hosts, logging),
    };
    let mut command = Command::new(proxy.program());
    proxy.configure(&mut command, &hosts.path("proxy"), &config);
    command
}

fn caddy(hosts: &TwoHosts, logging: Logging) -> String {
    let [identified, anonymous] = ["identified", "anonymous"].map(|side| made(hosts, side, "Caddyfile"));
    // One Caddy for both machines: what is global stands there once.
    let (_, sites) = anonymous.split_once("max_size 64KB\n\t}\n}\n").expect("the sites");
    let mut text = identified + sites;
    let own = format!("{{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port {}\n\t# Caddy writes", free_port());
    text = replaced(&text, "{\n\t# Caddy writes", &own, 1);
    for (name, port) in NAMES.into_iter().zip(hosts.public) {
        let files = ["pem", "key"].map(|end| hosts.path(&format!("{name}.{end}")).display().to_string());
        let known = if name == NAMES[2] { String::new() } else { format!(", https://localhost:{port}") };
        let log = if logging == Logging::Usual { "\tlog\n" } else { "" };
        let begin = format!("https://{name}:{port} {{\n");
        let tls = format!("https://{name}:{port}{known} {{\n{log}\ttls {}\n", files.join(" "));
        text = replaced(&text, &begin, &tls, 1);
    }
    if logging == Logging::Usual {
        text = replaced(&text, "\t\texclude http\n", "", 1);
    }
    text
}

fn nginx(hosts: &TwoHosts, logging: Logging) -> String {
    let mut text = ["identified", "anonymous"].map(|side| made(hosts, side, "nginx.conf")).concat();
    for name in &NAMES[..2] {
        text = replaced(&text, &format!("server_name {name};"), &format!("server_name {name} localhost;"), 1);
    }
    for name in NAMES {
        let live = format!("/etc/letsencrypt/live/{name}");
        let [certificate, key] = ["pem", "key"].map(|end| hosts.path(&format!("{name}.{end}")).display().to_string());
        text = replaced(&text, &format!("{live}/fullchain.pem"), &certificate, 1);
        text = replaced(&text, &format!("{live}/privkey.pem"), &key, 1);
    }
    if logging == Logging::Usual {
        text = text.replace("access_log off;", "").replace("error_log /dev/null emerg;", "");
    }
    text
}

/// A proxy's configuration as `init` has made it for one machine, with the ports on which the programs listen here.
fn made(hosts: &TwoHosts, side: &str, name: &str) -> String {
    let text = fs::read_to_string(hosts.machine(side).join("proxy").join(name)).expect("what init has made");
    let [identified, anonymous] = hosts.ports();
    text.replace(":8081", &format!(":{identified}")).replace(":8082", &format!(":{anonymous}"))
}

fn replaced(text: &str, what: &str, with: &str, times: usize) -> String {
    assert_eq!(text.matches(what).count(), times, "{what} in {text}");
    text.replace(what, with)
}

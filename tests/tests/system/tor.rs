//! Debian's own `tor`: whether it takes us as docs/tor.md says, and whether the configurations there are ones that programs take.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use undersign_tests::documents::page;
use undersign_tests::programs::program;

/// A running `tor`, which reaches nobody here: what it is asked for it tells before it looks for a way.
struct Tor {
    process: Child,
    socks: u16,
    events: BufReader<TcpStream>,
    _data: tempfile::TempDir,
}

impl Tor {
    fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let [socks, control] = [free_port(), free_port()];
        let mut tor = Command::new(tor_path());
        // No configuration of this machine; and no directory authority, so that it bothers nobody.
        tor.args(["-f", "/dev/null", "--defaults-torrc", "/dev/null", "--ignore-missing-torrc", "--DataDirectory"]);
        tor.arg(data.path()).args(["--SocksPort", &socks.to_string(), "--ControlPort", &control.to_string()]);
        tor.args(["--SocksTimeout", "3", "--DirAuthority", "nobody orport=1 v3ident=0000000000000000000000000000000000000000 127.0.0.1:1 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000"]);
        let process = tor.stdout(Stdio::null()).spawn().expect("tor, which `cargo xtask setup` installs");
        let mut stream = loop {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", control)) {
                break stream;
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        stream.write_all(b"AUTHENTICATE\r\nSETEVENTS STREAM\r\n").expect("sent");
        let mut events = BufReader::new(stream);
        for _ in 0..2 {
            let mut line = String::new();
            events.read_line(&mut line).expect("an answer");
            assert!(line.starts_with("250 "), "{line}");
        }
        Self { process, socks, events, _data: data }
    }

    /// The next stream that it was asked for.
    fn next(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.events.read_line(&mut line).expect("an event") > 0, "tor went away");
            if line.contains(" NEW ") {
                return line;
            }
        }
    }
}

impl Drop for Tor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What Tor says of a stream: value of `name=…`.
fn field<'a>(event: &'a str, name: &str) -> &'a str {
    let found = event.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{name}: {event}"))
}

#[test]
fn tor_takes_our_names_and_keeps_streams_apart_by_them() {
    let mut tor = Tor::start();
    let mut names = BTreeSet::new();
    for host in
        ["https://petitions.example/p/trees", "http://abcdefghij234567abcdefghij234567abcdefghij234567abcdefgh.onion/"]
    {
        let mut show = Command::new(program("undersign"));
        show.args(["show", host, "--json", "--proxy", &format!("socks5h://127.0.0.1:{}", tor.socks)]);
        let mut show = show.stdout(Stdio::null()).spawn().expect("the command starts");
        let event = tor.next();
        let name = host.split('/').nth(2).expect("a host");
        assert!(event.contains(&format!(" {name}:")), "the name, not an address: {event}");
        let isolated = field(&event, "ISO_FIELDS").split(',').collect::<Vec<_>>();
        assert!(isolated.contains(&"SOCKS_USERNAME") && isolated.contains(&"SOCKS_PASSWORD"), "{event}");
        assert!(field(&event, "SOCKS_USERNAME").len() > 20, "{event}");
        names.insert(field(&event, "SOCKS_USERNAME").to_owned());
        let _ = show.kill();
        let _ = show.wait();
    }
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn the_configurations_of_the_guide_are_taken() {
    let place = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = place.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };

    let services = place.path().join("services");
    let torrc = block("torrc").replace("/var/lib/tor/undersign/", &services.display().to_string());
    let mut verify = Command::new(tor_path());
    verify.args(["--verify-config", "--defaults-torrc", "/dev/null", "--DataDirectory"]).arg(place.path().join("data"));
    succeeds(verify.arg("-f").arg(file("torrc", &torrc)));

    let caddy = format!("(undersign) {{\n\theader -Server\n}}\n{}", block("caddy"));
    succeeds(
        Command::new("caddy").args(["validate", "--adapter", "caddyfile", "--config"]).arg(file("Caddyfile", &caddy)),
    );

    let page = page("docs/tor.md");
    let units: Vec<_> = page.split("```ini\n").skip(1).filter_map(|rest| rest.split_once("```")).collect();
    let [(service, _), (timer, _)] = units.as_slice() else { panic!("a service and a timer") };
    file("undersign.service", &service.replace("/usr/local/bin/undersign", "/bin/true"));
    file("undersign.timer", timer);
    for name in ["undersign.service", "undersign.timer"] {
        let output =
            succeeds(Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(place.path().join(name)));
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

/// Debian keeps it where the path of people who are not root may not look.
fn tor_path() -> &'static str {
    if Path::new("/usr/sbin/tor").exists() { "/usr/sbin/tor" } else { "tor" }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// The first block of a language.
fn block(language: &str) -> String {
    undersign_tests::documents::block("docs/tor.md", language)
}

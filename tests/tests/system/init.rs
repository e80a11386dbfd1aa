//! What `init` makes, and what it leaves alone.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use undersign_server::config::Config;
use undersign_tests::programs::program;

const TWO: [&str; 6] =
    ["--issuer-host", "ids.example", "--origin-host", "petitions.example", "--mail-host", "mail.example"];
const ONE: [&str; 4] = ["--host", "petitions.example", "--mail-host", "mail.example"];

fn init(words: &[&str], directory: &Path) -> Output {
    let mut command = Command::new(program("undersign-server"));
    // As a person's shell has it: what is secret must not depend on it.
    command.arg("init").args(words).arg("--dir").arg(directory).output().expect("the program")
}

fn made(words: &[&str]) -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("a folder");
    let directory = place.path().join("undersign");
    let output = init(words, &directory);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (place, directory)
}

/// Everything below a folder: mode and content.
fn everything(directory: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("a folder") {
        let path = entry.expect("an entry").path();
        let mode = path.metadata().expect("metadata").permissions().mode() & 0o777;
        let content = if path.is_dir() { Vec::new() } else { fs::read(&path).expect("a file") };
        all.insert(path.display().to_string(), (mode, content));
        if path.is_dir() {
            all.extend(everything(&path));
        }
    }
    all
}

#[test]
fn secrets_are_for_their_user_alone_and_configurations_hold_none() {
    for words in [TWO.as_slice(), &ONE] {
        let (_place, directory) = made(words);
        let all = everything(&directory);
        let keys: Vec<_> = all.iter().filter(|(path, _)| path.ends_with(".key")).collect();
        assert_eq!(keys.len(), 4, "{all:?}");
        for (path, (mode, secret)) in &keys {
            assert_eq!((*mode, secret.len()), (0o600, 32), "{path}");
        }
        for (path, (mode, content)) in &all {
            let in_side = path.contains("undersign/identified/") || path.contains("undersign/anonymous/");
            let is_side = path.ends_with("/identified") || path.ends_with("/anonymous");
            let is_folder = Path::new(path).is_dir();
            let expected = match (is_side || in_side, is_folder) {
                (true, true) => 0o700,
                (true, false) => 0o600,
                (false, true) => 0o755,
                (false, false) => 0o644,
            };
            assert_eq!(*mode, expected, "{path}");
            let holds = |secret: &[u8]| content.windows(secret.len()).any(|window| window == secret);
            assert!(in_side || !keys.iter().any(|(_, (_, secret))| holds(secret)), "{path}");
        }
    }
}

#[test]
fn a_second_time_nothing_is_changed() {
    let (_place, directory) = made(&TWO);
    fs::write(directory.join("identified.toml"), "filled in").expect("written");
    let before = everything(&directory);
    let output = init(&TWO, &directory);
    assert!(output.status.success());
    assert_eq!(everything(&directory), before);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("kept, though it differs") && said.contains("identified.toml"), "{said}");
    assert!(said.lines().all(|line| !line.starts_with("made ")), "{said}");
    // What is missing is made, and the rest stays.
    fs::remove_file(directory.join("anonymous/keys/host-log.key")).expect("removed");
    fs::remove_file(directory.join("proxy/Caddyfile")).expect("removed");
    assert!(init(&TWO, &directory).status.success());
    let after = everything(&directory);
    let differ: Vec<_> = before.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
    assert_eq!(differ.len(), 1, "{differ:?}");
    assert!(differ[0].ends_with("host-log.key"), "another key, for the old one is gone: {differ:?}");
}

#[test]
fn each_machine_gets_its_own_side_alone() {
    for (side, other) in [("identified", "anonymous"), ("anonymous", "identified")] {
        let (_place, directory) = made(&[TWO.as_slice(), &["--side", side]].concat());
        let names: Vec<_> = everything(&directory).into_keys().collect();
        assert!(names.iter().all(|name| !name.contains(&format!("undersign/{other}"))), "{names:?}");
        assert!(names.iter().all(|name| !name.contains(&format!("-{other}.service"))), "{names:?}");
        let proxies = ["Caddyfile", "nginx.conf"].map(|name| fs::read_to_string(directory.join("proxy").join(name)));
        for proxy in proxies {
            let proxy = proxy.expect("a proxy's configuration");
            assert_eq!(proxy.contains("ids.example"), side == "identified", "{proxy}");
            assert_eq!(proxy.contains("petitions.example"), side == "anonymous", "{proxy}");
        }
        let text = fs::read_to_string(directory.join(format!("{side}.toml"))).expect("a configuration");
        let config = Config::parse(&text).expect("a valid one");
        assert_eq!(config.identified.is_some(), side == "identified");
        assert_eq!(config.anonymous.is_some(), side == "anonymous");
        assert_eq!(config.issuer_url().as_deref(), Some("https://ids.example"));
        assert_eq!(config.origin_url().as_deref(), Some("https://petitions.example"));
    }
}

#[test]
fn every_configuration_and_every_unit_is_one_that_the_program_and_systemd_take() {
    for words in [TWO.as_slice(), &ONE, &["--host", "petitions.example"]] {
        let (_place, directory) = made(words);
        let mut units = 0;
        for path in everything(&directory).into_keys() {
            let text = || fs::read_to_string(&path).expect("text");
            if path.ends_with(".toml") {
                Config::parse(&text()).unwrap_or_else(|error| panic!("{path}: {error}"));
            }
            if path.ends_with(".service") {
                units += 1;
                // The one line that cannot be true here: the program is not installed.
                let unit = text().replace("/usr/local/bin/undersign-server", "/bin/true");
                fs::write(&path, unit).expect("written");
                let verified = Command::new("systemd-analyze").args(["verify", "--man=no", &path]).output();
                let verified = verified.expect("systemd-analyze");
                assert!(verified.status.success() && verified.stderr.is_empty(), "{verified:?}");
                // systemd's own measure, from 0 to 100: 20 is what it calls "OK", and a unit without any of this has 96.
                let mut security = Command::new("systemd-analyze");
                security.args(["security", "--offline=true", "--no-pager", "--threshold=20", &path]);
                let security = security.output().expect("systemd-analyze");
                assert!(security.status.success(), "{}", String::from_utf8_lossy(&security.stdout));
            }
        }
        assert_eq!(units, if words == TWO.as_slice() { 2 } else { 1 });
    }
}

#[test]
fn the_steps_that_follow_name_what_was_made() {
    let place = tempfile::tempdir().expect("a folder");
    let directory = place.path().join("undersign");
    let said = init(&[TWO.as_slice(), &["--side", "identified"]].concat(), &directory).stdout;
    let said = String::from_utf8_lossy(&said).into_owned();
    let steps: Vec<_> = said
        .lines()
        .filter(|line| line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok()))
        .collect();
    assert!(steps.len() > 6 && steps[0].starts_with("1. ") && steps[1].starts_with("2. "), "{said}");
    for named in ["useradd", "check-config", "systemctl enable --now undersign-identified", "--side anonymous"] {
        assert!(said.contains(named), "{named}: {said}");
    }
    let paths = said.split_whitespace().filter(|word| word.starts_with(directory.to_str().expect("text")));
    for path in paths.map(|path| path.trim_end_matches([':', ',', '.'])) {
        let exists = Path::new(path).exists() || path.contains('*');
        assert!(exists, "{path} is named and is not there: {said}");
    }
}

#[test]
fn what_could_not_be_right_is_refused_and_leaves_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    for words in [
        ["--host", "https://petitions.example"].as_slice(),
        &["--host", "petitions.example/"],
        &["--host", "Petitions.example"],
        &["--host", "petitions.example:443"],
        &["--host", "192.0.2.1"],
        &["--host", "a b"],
        &["--host", ""],
        &["--issuer-host", "ids.example"],
        &["--issuer-host", "a.example", "--origin-host", "a.example"],
        &["--issuer-host", "a.example", "--origin-host", "b.example", "--mail-host", "b.example"],
        &["--host", "a.example", "--side", "anonymous"],
        &["--host", "a.example", "--issuer-host", "b.example"],
        &[],
    ] {
        let directory = place.path().join("undersign");
        let output = init(words, &directory);
        assert!(!output.status.success() && !output.stderr.is_empty(), "{words:?}");
        assert!(!directory.exists(), "{words:?}");
    }
    let output = init(&ONE, &place.path().join("with space"));
    assert!(!output.status.success());
    assert!(!place.path().join("with space").exists());
}

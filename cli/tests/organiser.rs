//! `undersign organiser` as a person calls it: what it writes, what it says, how it ends. Publication at a running server is a test of
//! the whole system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn undersign(directory: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_undersign"));
    command.current_dir(directory.path()).args(arguments).output().expect("the command runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn json_lines(output: &Output) -> Vec<serde_json::Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/samples/night-bus-17").canonicalize().expect("a sample")
}

#[test]
fn keygen_writes_once_for_the_owner_alone() {
    let here = folder();
    let made = undersign(&here, &["--json", "organiser", "keygen", "key"]);
    assert_eq!(code(&made), 0);
    let public_key = json_lines(&made)[0]["public_key"].as_str().expect("the public key").to_owned();
    assert_eq!(public_key.len(), 43);
    let file = here.path().join("key");
    let text = fs::read_to_string(&file).expect("the key file");
    assert!(text.starts_with("undersign organiser key v1\n") && !text.contains(&public_key));
    let seed = text.lines().nth(1).expect("the seed");
    assert!(!stdout(&made).contains(seed), "the secret half is never printed");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).expect("the file").permissions()) & 0o777,
        0o600
    );

    let again = undersign(&here, &["organiser", "keygen", "key"]);
    assert_eq!(code(&again), 7);
    assert!(String::from_utf8_lossy(&again.stderr).contains("was left as it is"));
    assert_eq!(fs::read_to_string(&file).expect("the key file"), text);
}

#[test]
fn a_new_folder_is_checked_until_it_is_filled_in() {
    let here = folder();
    let new = ["organiser", "new", "bus", "--slug", "night-bus", "--languages", "en,ru"];
    assert_eq!(code(&undersign(&here, &new)), 0);
    assert_eq!(code(&undersign(&here, &new)), 7, "a folder that is not empty is left as it is");

    let checked = undersign(&here, &["organiser", "check", "bus"]);
    assert_eq!(code(&checked), 4);
    assert!(stdout(&checked).contains("bus/en/petition.md:2: still to be filled in: {{Title"), "{}", stdout(&checked));

    fs::remove_file(here.path().join("bus/ru/demands.md")).expect("the file");
    let checked = undersign(&here, &["--json", "organiser", "check", "bus"]);
    assert_eq!(code(&checked), 7);
    let lines = json_lines(&checked);
    assert!(lines.iter().any(|line| line["file"] == "ru/demands.md" && line["severity"] == "missing"));
    assert_eq!(lines.last().expect("a last line")["event"], "error");
    assert_eq!(lines.last().expect("a last line")["exit"], 7);
}

#[test]
fn a_sample_can_be_published() {
    let checked = undersign(&folder(), &["--json", "organiser", "check", sample().to_str().expect("a path")]);
    assert_eq!(code(&checked), 0);
    let last = json_lines(&checked).pop().expect("a last line");
    assert_eq!((last["event"].as_str(), last["slug"].as_str()), (Some("checked"), Some("night-bus-17")));
}

#[test]
fn publish_says_what_is_missing_before_it_connects() {
    let here = folder();
    let sample = sample();
    let sample = sample.to_str().expect("a path");
    assert_eq!(code(&undersign(&here, &["organiser", "keygen", "key"])), 0);
    // Port 9 of this machine is closed, so whatever connects ends with 3.
    let server = "http://127.0.0.1:9";
    let publish = |directory: &str, key: &str, server: &str| {
        code(&undersign(&here, &["organiser", "publish", directory, "--key", key, "--server", server]))
    };
    assert_eq!(publish(sample, "key", server), 3);
    assert_eq!(publish(sample, "no-such-key", server), 7);
    assert_eq!(publish("no-such-folder", "key", server), 7);
    assert_eq!(publish(sample, "key", "http://petitions.example"), 2, "plain http to another machine");
    fs::write(here.path().join("other"), "-----BEGIN PRIVATE KEY-----\n").expect("a file");
    assert_eq!(publish(sample, "other", server), 7);
    assert!(!Path::new(sample).join(".published").exists(), "nothing is kept before there is something to post");
}

#[test]
fn a_proxy_is_never_passed_by() {
    let here = folder();
    let sample = sample();
    assert_eq!(code(&undersign(&here, &["organiser", "keygen", "key"])), 0);
    let publish =
        ["organiser", "publish", sample.to_str().expect("a path"), "--key", "key", "--server", "http://127.0.0.1:9"];
    let with = |proxy| code(&undersign(&here, &[&publish[..], &["--proxy", proxy]].concat()));
    assert_eq!(with("socks5h://127.0.0.1:9"), 3);
    assert_eq!(with("socks5://127.0.0.1:9"), 2, "it would ask the local name server");
}

#[test]
fn a_delivery_an_answer_and_a_correction_that_say_too_little_go_nowhere() {
    let here = folder();
    assert_eq!(code(&undersign(&here, &["organiser", "keygen", "key"])), 0);
    fs::create_dir(here.path().join("notice")).expect("a folder");
    fs::write(here.path().join("notice/en.md"), "# It happened\n\nThis and that.\n").expect("a file");
    // Port 9 of this machine is closed, so whatever connects ends with 3.
    let link = "http://127.0.0.1:9/p/bus";
    let ended = |command: &str, toml: &str| {
        fs::write(here.path().join("notice/notice.toml"), toml).expect("a file");
        let output = undersign(&here, &["organiser", command, "notice", "--petition", link, "--key", "key"]);
        (code(&output), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let whole = "addressees = [1]\non = \"2026-12-20\"\n";
    for (command, kind) in [("deliver", "delivery"), ("answer", "answer")] {
        assert_eq!(ended(command, &format!("kind = \"{kind}\"\n{whole}")).0, 3, "the control");
        for toml in [format!("kind = \"{kind}\"\n"), format!("kind = \"{kind}\"\non = \"2026-12-20\"\n")] {
            let (code, told) = ended(command, &toml);
            assert!(code == 4 && told.contains("notice.toml must say: kind = "), "{code}: {told}");
        }
    }
    assert_eq!(ended("answer", &format!("kind = \"delivery\"\n{whole}")).0, 4);
    assert_eq!(ended("correct", "kind = \"update\"\n").0, 4);
    let brought = "kind = \"earlier_total\"\ncount = 7\ncounted_on = \"2026-11-20\"\nsource = { en = \"On paper\" }\n";
    assert_eq!(ended("earlier-total", brought).0, 3, "the control");
    assert_eq!(ended("earlier-total", "kind = \"update\"\n").0, 4);
    for (piece, other) in [("count = 7", "count = 0"), ("2026-11-20", "2026-11-31"), ("count = 7\n", "")] {
        assert_eq!(ended("earlier-total", &brought.replace(piece, other)).0, 4, "{other}");
    }
    assert_eq!(ended("correct", &format!("kind = \"correction\"\nreplaced_by = \"{}\"\n", "A".repeat(43))).0, 3);
}

//! Are signatures from elsewhere said, and counted nowhere?

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use undersign_client_lib::organiser::format_key;
use undersign_tests::auditor::python_audit;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

/// Runs the command and gives back its exit code and its last event.
fn undersign(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(program("undersign")).arg("--json").args(arguments).output().expect("the program runs");
    let said = String::from_utf8(output.stdout).expect("text");
    (output.status.code(), said.lines().last().map(|line| serde_json::from_str(line).expect("JSON")).expect("a line"))
}

/// A notice's folder.
fn write(folder: &Path, settings: &str) {
    fs::create_dir_all(folder).expect("a folder");
    fs::write(folder.join("notice.toml"), settings).expect("a file");
    fs::write(folder.join("en.md"), "# What we bring along\n\nFrom before.\n").expect("a file");
}

fn settings(count: u64, day: &str) -> String {
    format!(
        "kind = \"earlier_total\"\ncount = {count}\ncounted_on = \"{day}\"\n\
         source = {{ en = \"On <paper> & in three towns\" }}\n"
    )
}

#[tokio::test]
async fn signatures_from_elsewhere_are_shown_apart_and_counted_nowhere() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    let place = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| place.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    fs::write(place.path().join("organiser.key"), format_key(server.organiser())).expect("a file");
    let (link, key) = (server.link(&trees), path("organiser.key"));
    let publish =
        |folder: &str| undersign(&["organiser", "earlier-total", &path(folder), "--petition", &link, "--key", &key]);
    let before = [wire.get(&wire.origin("/en/p/trees/badge.svg")).await.text(), feed(&wire).await];
    assert!(!page(&wire, "en").await.contains("id=\"earlier\""), "the control: nothing was brought along yet");

    write(&place.path().join("none"), &settings(0, "2026-01-01"));
    write(&place.path().join("tomorrow"), &settings(5, "2999-01-01"));
    for silly in ["none", "tomorrow"] {
        assert_eq!(publish(silly).0, Some(4), "{silly}");
    }
    write(&place.path().join("first"), &settings(2_984, "2026-01-01"));
    let (code, published) = publish("first");
    assert_eq!((code, &published["content"]["count"]), (Some(0), &json!(2_984)), "{published}");
    assert_eq!(publish("first"), (Some(0), published), "a repeat publishes nothing new");
    for (language, words) in [
        ("en", ["Collected before, elsewhere: 2,984 signatures.", "1 January 2026", "cannot be verified"]),
        ("ru", ["Собрано раньше и не здесь: 2\u{a0}984 подписи.", "1 января 2026", "Проверить это нельзя"]),
        ("fa", ["پیش‌تر در جای دیگر گردآوری شده: ۲٬۹۸۴ امضا.", "۱ ژانویهٔ ۲۰۲۶", "نمی‌توان بررسی کرد"]),
    ] {
        let shown = earlier(&page(&wire, language).await);
        words.iter().for_each(|words| assert!(shown.contains(words), "{words}: {shown}"));
        assert!(shown.contains("On &#60;paper&#62; &#38; in three towns"), "{shown}");
    }

    // A later one takes its place, also one of fewer.
    write(&place.path().join("second"), &settings(2_990, "2026-02-01"));
    assert_eq!(publish("second").0, Some(0));
    let html = page(&wire, "en").await;
    assert!(earlier(&html).contains("2,990") && !earlier(&html).contains("2,984"), "{html}");
    assert!(html.contains("data-total=\"0\""), "{html}");
    assert_eq!(wire.get(&wire.origin("/v1/petitions/trees/count")).await.json(), json!({ "total": 0, "goal": 10 }));
    assert_eq!([wire.get(&wire.origin("/en/p/trees/badge.svg")).await.text(), feed(&wire).await], before);

    let report = path("report.html");
    let (code, said) = undersign(&["organiser", "report", &link, "--to", &report]);
    assert_eq!((code, &said["total"]), (Some(0), &json!(0)), "{said}");
    let told: Value = serde_json::from_slice(&fs::read(path("report.json")).expect("the report")).expect("JSON");
    assert_eq!((&told["earlier_total"]["count"], &told["total"]), (&json!(2_990), &json!(0)));
    let html = fs::read_to_string(&report).expect("the report");
    assert!(html.contains("Collected before, elsewhere; cannot be verified") && html.contains("2,990"), "{html}");

    let copy = path("copy");
    let (code, ours) = undersign(&["audit", &link, "--export", &copy]);
    let theirs = python_audit(Path::new(&copy), &trees.petition_id().to_string());
    assert_eq!((code, theirs.code), (Some(0), Some(0)), "{ours} {theirs:?}");
    assert_eq!((&ours["total"], &theirs.said["total"]), (&json!(0), &json!(0)));
    assert_eq!(ours["earlier_total"], theirs.said["earlier_total"]);
    assert_eq!(ours["earlier_total"]["counted_on"], "2026-02-01T00:00:00Z");
}

async fn page(wire: &Wire, language: &str) -> String {
    wire.get(&wire.origin(&format!("/{language}/p/trees"))).await.text()
}

async fn feed(wire: &Wire) -> String {
    wire.get(&wire.origin("/en/p/trees/news.atom")).await.text()
}

fn earlier(html: &str) -> String {
    let (_, rest) = html.split_once("id=\"earlier\"").expect("what was brought along");
    rest.split("</p>").next().expect("its end").to_owned()
}

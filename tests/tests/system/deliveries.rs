use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::Value;
use undersign_client_lib::organiser::{Folder, format_key};
use undersign_protocol::petition::{NoticeContent, Publication};
use undersign_protocol::timestamp::{DAY, Timestamp};
use undersign_tests::audit::audit;
use undersign_tests::noticing::proved;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

/// A petition in two languages to two addressees.
fn two_languages(opens_at: Timestamp) -> Folder {
    let settings = format!(
        r#"
slug = "lake"
opens_at = "{opens_at}"
closes_at = "{}"
goals = [10, 100]

[organiser]
name = {{ en = "Friends of the lake", ru = "Друзья озера" }}

[[addressees]]
name = {{ en = "City Council", ru = "Городской совет" }}
reason = {{ en = "It can decide.", ru = "Он решает." }}

[[addressees]]
name = {{ en = "Prosecutor's office", ru = "Прокуратура" }}
reason = {{ en = "It can check.", ru = "Она проверяет." }}
"#,
        opens_at.plus(365 * DAY)
    );
    let files: BTreeMap<String, String> = [
        ("petition.toml", settings.as_str()),
        ("en/petition.md", "# Keep the lake\n\nWe ask for it.\n\nThe whole text.\n"),
        ("en/demands.md", "- Keep it.\n"),
        ("ru/petition.md", "# Сохраните озеро\n\nМы просим об этом.\n\nВесь текст.\n"),
        ("ru/demands.md", "- Сохранить.\n"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    let mut folder = Folder::parse(&files).expect("a valid folder");
    folder.settings.publication = Publication { interval: 1, min_batch: 1, max_wait: 1 };
    folder
}

/// Runs the command and gives back its exit code and its last event.
fn undersign(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(program("undersign")).arg("--json").args(arguments).output().expect("the program runs");
    let said = String::from_utf8(output.stdout).expect("text");
    (output.status.code(), said.lines().last().map(|line| serde_json::from_str(line).expect("JSON")).expect("a line"))
}

#[tokio::test]
async fn a_total_is_delivered_and_answered_and_the_page_shows_both_with_their_dates() {
    let server = TestServer::start(Options::default()).await;
    let lake = server.publish(two_languages(server.now())).await;
    let wire = Wire::new(&server);
    let token = wire.token("anna@example.org", &lake).await;
    assert_eq!(wire.redeem(&lake.petition_id(), &token).await.status, 200);
    wire.wait_for_total(&lake.petition_id(), 1).await;

    let place = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| place.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let write = |name: &str, text: &str| {
        let file = place.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    };
    write("organiser.key", &format_key(server.organiser()));
    let notices = [
        ("handed", "kind = \"delivery\"\naddressees = [1, 2]\non = \"2026-12-20\"\nanswer_until = \"2027-01-19\"\n"),
        ("answered", "kind = \"answer\"\naddressees = [2]\non = \"2027-01-10\"\n"),
    ];
    for (folder, toml) in notices {
        write(&format!("{folder}/notice.toml"), toml);
        write(&format!("{folder}/en.md"), &format!("# It was {folder}\n\nThis and that.\n"));
        write(&format!("{folder}/ru.md"), "# Новость\n\nТо и это.\n");
    }
    let (link, key) = (server.link(&lake), path("organiser.key"));
    let organiser = |command: &str, folder: &str| {
        undersign(&["organiser", command, &path(folder), "--petition", &link, "--key", &key])
    };
    assert_eq!(organiser("answer", "handed").0, Some(4), "a delivery is no answer");
    let (code, delivered) = organiser("deliver", "handed");
    assert_eq!((code, &delivered["event"]), (Some(0), &Value::from("published")), "{delivered}");

    // One more signs: the repeat still says what was handed over.
    let token = wire.token("berta@example.org", &lake).await;
    assert_eq!(wire.redeem(&lake.petition_id(), &token).await.status, 200);
    wire.wait_for_total(&lake.petition_id(), 2).await;
    assert_eq!(organiser("deliver", "handed"), (Some(0), delivered), "a repeat publishes nothing new");
    let (code, answered) = organiser("answer", "answered");
    assert_eq!(code, Some(0), "{answered}");

    let logged = proved(&server, &lake).await;
    let contents: Vec<_> = logged.iter().map(|notice| &notice.notice().content).collect();
    assert_eq!(contents, [&NoticeContent::Delivery { tree_size: 3 }, &NoticeContent::Answer {}]);
    let pages = [
        ("en", ["City Council", "Prosecutor", "2026-12-20", "2027-01-19", "2027-01-10", "Signatures at that time: 1<"]),
        (
            "ru",
            ["Городской совет", "Прокуратура", "2026-12-20", "2027-01-19", "2027-01-10", "Подписей на тот момент: 1<"],
        ),
    ];
    for (language, words) in pages {
        let html = wire.get(&wire.origin(&format!("/{language}/p/lake"))).await.text();
        let news = html.split("class=\"news\"").nth(1).and_then(|rest| rest.split("</section>").next()).expect("news");
        words.iter().for_each(|words| assert!(news.contains(words), "{words}: {news}"));
    }

    let report = path("report.html");
    let (code, said) = undersign(&["organiser", "report", &link, "--to", &report]);
    assert_eq!((code, &said["total"]), (Some(0), &Value::from(audit(&server, &lake).await.0.total())), "{said}");
    let html = fs::read_to_string(&report).expect("the report");
    assert!(["It was handed", "It was answered", "Сохраните озеро"].iter().all(|words| html.contains(words)));
}

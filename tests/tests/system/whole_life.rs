//! The whole life of a petition, by the commands that an organiser types, from a new key to the report that is handed over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use undersign_protocol::petition::{PetitionDocument, VerifiedManifest};
use undersign_tests::programs::{is_proving, program};
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

/// The organiser's folder, and what is typed there.
struct Desk {
    folder: tempfile::TempDir,
}

/// How a command ended: its exit code, and what it said.
struct Ended {
    code: Option<i32>,
    events: Vec<Value>,
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.path(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    /// A notice in both languages.
    fn notice(&self, folder: &str, settings: &str) {
        self.write(&format!("{folder}/en.md"), &format!("# About {folder}\n\nThis is what happened.\n"));
        self.write(&format!("{folder}/ru.md"), &format!("# Про {folder}\n\nВот что произошло.\n"));
        if !settings.is_empty() {
            self.write(&format!("{folder}/notice.toml"), settings);
        }
    }

    fn undersign(&self, words: &[&str]) -> Ended {
        let mut command = Command::new(program("undersign"));
        let output =
            command.current_dir(self.folder.path()).arg("--json").args(words).output().expect("the program runs");
        let said = String::from_utf8(output.stdout).expect("text");
        let events = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        Ended { code: output.status.code(), events }
    }

    /// A command that does what it is asked; its last event.
    fn done(&self, words: &[&str]) -> Value {
        let ended = self.undersign(words);
        let last = ended.events.last().cloned().unwrap_or_default();
        assert_eq!(ended.code, Some(0), "{words:?}: {last}");
        last
    }
}

/// A text of more than 6,000 characters.
fn long(sentence: &str) -> String {
    let mut text = String::new();
    for number in 1..=60 {
        text.push_str(&format!("{number}. {sentence}\n\n"));
    }
    assert!(text.chars().count() > 6_000, "{}", text.chars().count());
    text
}

/// Fills in what `organiser new` has made.
fn write_petition(desk: &Desk, folder: &str, replaces: Option<&str>) {
    let made = fs::read_to_string(desk.path(&format!("{folder}/petition.toml"))).expect("the template");
    assert!(made.contains(&format!("slug = \"{folder}\"")));
    let replaces = replaces.map(|id| format!("replaces = \"{id}\"\n")).unwrap_or_default();
    let addressees = (1..=5).map(|number| {
        format!(
            "[[addressees]]\nname = {{ en = \"Ministry {number}\", ru = \"Министерство {number}\" }}\n\
             reason = {{ en = \"It decides on part {number}.\", ru = \"Оно решает часть {number}.\" }}\n"
        )
    });
    let addressees: String = addressees.collect();
    let settings = format!(
        "slug = \"{folder}\"\nopens_at = \"2026-01-01T00:00:00Z\"\ncloses_at = \"2099-01-01T00:00:00Z\"\n{replaces}\
         goals = [10, 100, 1000]\n[organiser]\nname = {{ en = \"Friends of the lake\", ru = \"Друзья озера\" }}\n\
         {addressees}[publication]\ninterval = 1\nmin_batch = 5\nmax_wait = 1\n"
    );
    desk.write(&format!("{folder}/petition.toml"), &settings);
    let (english, russian) = (
        long(
            "The lake was sold in a night without a word to those who live on its shore, and it is to be drained in spring.",
        ),
        long(
            "Озеро продали за одну ночь, ни слова не сказав тем, кто живёт на его берегу, а весной его собираются осушить.",
        ),
    );
    let questions = |question: &str, answer: &str| -> String {
        (1..=7).map(|number| format!("## {question} {number}?\n\n{answer}\n\n")).collect()
    };
    for (language, title, text, demand, faq) in [
        ("en", "Keep the lake", &english, "Keep it.", questions("What about", "That is so.")),
        ("ru", "Сохраните озеро", &russian, "Сохранить.", questions("А как насчёт", "Вот так.")),
    ] {
        desk.write(&format!("{folder}/{language}/petition.md"), &format!("# {title}\n\n{title}!\n\n{text}"));
        desk.write(&format!("{folder}/{language}/demands.md"), &format!("- {demand}\n- {demand} №2\n"));
        desk.write(&format!("{folder}/{language}/faq.md"), &faq);
        desk.write(&format!("{folder}/{language}/help.md"), &format!("{title}: help.example\n"));
    }
}

/// The petition as anybody gets it.
async fn fetched(wire: &Wire, petition_id: &str) -> VerifiedManifest {
    let body = wire.get(&wire.origin(&format!("/v1/petitions/{petition_id}"))).await.body;
    let document: PetitionDocument = serde_json::from_slice(&body).expect("a petition");
    VerifiedManifest::verify(document.manifest.get().as_bytes(), document.organiser_signature).expect("a good petition")
}

/// The words of a PDF.
fn words(file: &Path) -> String {
    let output = Command::new("pdftotext").arg("-layout").arg(file).arg("-").output().expect("poppler-utils");
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn a_petition_lives_from_a_new_key_to_the_report_that_is_handed_over() {
    let desk = Desk { folder: tempfile::tempdir().expect("a temporary directory") };
    let key = desk.done(&["organiser", "keygen", "organiser.key"])["public_key"].as_str().expect("a key").to_owned();
    let server = TestServer::start(Options { organisers: vec![key], ..Options::default() }).await;
    let (site, wire) = (server.origin().to_string(), Wire::new(&server));
    let publish =
        |folder: &str| desk.done(&["organiser", "publish", folder, "--key", "organiser.key", "--server", &site]);

    // Written, and checked until nothing is wrong.
    desk.done(&["organiser", "new", "lake", "--slug", "lake", "--languages", "ru,en"]);
    let unfinished = desk.undersign(&["organiser", "check", "lake"]);
    assert_eq!(unfinished.code, Some(4), "a template is not a petition");
    assert!(unfinished.events.iter().any(|event| event["severity"] == "refused" && event["line"].is_u64()));
    write_petition(&desk, "lake", None);
    assert_eq!(desk.done(&["organiser", "check", "lake"])["event"], "checked");

    // Published and signed.
    let published = publish("lake");
    let (link, petition_id) =
        (published["link"].as_str().expect("a link"), published["petition_id"].as_str().expect("an id"));
    let lake = fetched(&wire, petition_id).await;
    let people: u64 = if is_proving() { 300 } else { 30 };
    for number in 0..people {
        let token = wire.token(&format!("signer-{number}@example.org"), &lake).await;
        assert_eq!(wire.redeem(&lake.petition_id(), &token).await.status, 200);
    }
    wire.wait_for_total(&lake.petition_id(), people).await;

    // Two pieces of news, and a correction: another petition, whose total is its own.
    let say = |command: &str, folder: &str| {
        let said = desk.done(&["organiser", command, folder, "--petition", link, "--key", "organiser.key"]);
        assert_eq!(said["event"], "published", "{said}");
    };
    for news in ["first-news", "second-news"] {
        desk.notice(news, "");
        say("update", news);
    }
    desk.done(&["organiser", "new", "lake-2", "--slug", "lake-2", "--languages", "ru,en"]);
    write_petition(&desk, "lake-2", Some(petition_id));
    let corrected = publish("lake-2")["petition_id"].as_str().expect("an id").to_owned();
    desk.notice("correction", &format!("kind = \"correction\"\nreplaced_by = \"{corrected}\"\n"));
    say("correct", "correction");
    assert_eq!(desk.done(&["show", link])["total"], json!(people));

    // Closed, handed over to all five, answered by two. For the others the day has passed.
    desk.notice("closing", "");
    say("close", "closing");
    desk.notice(
        "handed-over",
        "kind = \"delivery\"\naddressees = [1, 2, 3, 4, 5]\non = \"2026-01-02\"\nanswer_until = \"2026-02-01\"\n",
    );
    say("deliver", "handed-over");
    desk.notice("answer", "kind = \"answer\"\naddressees = [2, 4]\non = \"2026-01-20\"\n");
    say("answer", "answer");
    let shown = desk.done(&["show", link]);
    assert_eq!(shown["overdue"], json!([{"answer_until": "2026-02-01", "addressees": [1, 3, 5]}]), "{shown}");
    for (language, sentence) in [
        ("en", "Ministry 3</bdi>: The answer was due on 1 February 2026; none is published."),
        ("ru", "Министерство 3</bdi>: ответ должен был прийти до 1 февраля 2026 включительно; ничего не опубликовано."),
        ("fa", "Ministry 3</bdi>: پاسخ باید تا ۱ فوریهٔ ۲۰۲۶ می‌رسید؛ هیچ پاسخی منتشر نشده است."),
    ] {
        let page = wire.get(&wire.origin(&format!("/{language}/p/lake"))).await.text();
        assert!(page.contains(sentence), "{page}");
        assert!(!page.contains("Ministry 4</bdi>") && !page.contains("Министерство 4</bdi>"), "it has answered");
    }

    // The report, and the copy beside it, which counts without the site.
    let said = desk.done(&["organiser", "report", link, "--to", "lake.pdf"]);
    assert_eq!((&said["total"], &said["copy"]), (&json!(people), &json!("lake.tar")));
    let report: Value = serde_json::from_slice(&fs::read(desk.path("lake.json")).expect("the numbers")).expect("JSON");
    assert_eq!((&report["total"], &report["issued"]), (&json!(people), &json!(people)));
    assert_eq!(report["overdue"][0]["addressees"], json!([1, 3, 5]));
    let printed = words(&desk.path("lake.pdf"));
    for part in [
        "Keep the lake",
        "Сохраните озеро",
        "Ministry 5",
        "Replaced by another petition",
        "About handed-over",
        "Ministry 3: the answer was due on 2026-02-01; none is published",
    ] {
        assert!(printed.split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "{part}: {printed}");
    }
    let html = fs::read_to_string(desk.path("lake.html")).expect("the page");
    assert!(html.contains("Ministry 3: the answer was due on 2026-02-01; none is published"));
    let verdict = desk.done(&["audit", "lake.tar", "--pin", petition_id]);
    assert_eq!((&verdict["total"], &verdict["root"]), (&json!(people), &report["root"]));
    let stats = desk.done(&["organiser", "stats", link]);
    assert_eq!(stats["overdue"][0]["addressees"], json!([1, 3, 5]));
}

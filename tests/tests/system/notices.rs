/// Whether the recovery key takes the place of one that is lost.
mod recovery_key;

use std::process::Command;

use undersign_client_lib::organiser::{format_key, recovery_key_hash};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{Notice, NoticeContent, NoticeSigner, SignedNotice, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::{DAY, Timestamp};
use undersign_tests::audit::audit;
use undersign_tests::auditor::{python_audit, undersign_audit};
use undersign_tests::blinding::Blinding;
use undersign_tests::ending::{assert_destroyed, wait_until_ended};
use undersign_tests::noticing::{notice, operator, post, proved, publish};
use undersign_tests::petitions::petition;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

async fn state(wire: &Wire, url: String) -> String {
    wire.get(&url).await.json()["state"].as_str().expect("a state").to_owned()
}

/// Sends a notice to both sides' own routes and gives back the problem of the first refusal.
async fn refused(server: &TestServer, trees: &VerifiedManifest, notice: &Notice) -> (Problem, String) {
    let signed = SignedNotice::sign(notice, server.organiser()).expect("a canonical notice");
    let wire = Wire::new(server);
    for base in [wire.issuer(""), wire.origin("")] {
        let answer = post(&wire, &base, trees, &signed).await;
        if answer.status != 200 {
            let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            return (answer.problem(), detail);
        }
    }
    panic!("it was taken");
}

#[tokio::test]
async fn a_notice_stands_in_the_log_once_and_on_the_page_in_the_reader_s_language() {
    for apart in [false, true] {
        let (server, trees) = TestServer::with_petition(Options { apart, ..Options::default() }).await;
        let wire = Wire::new(&server);
        let first = publish(&server, &trees, &notice(&server, &trees, NoticeContent::Update {})).await;
        let origin = wire.origin("");
        let answers = tokio::join!(
            post(&wire, &origin, &trees, &first),
            post(&wire, &origin, &trees, &first),
            post(&wire, &origin, &trees, &first)
        );
        assert_eq!((&answers.0.body, &answers.1.body), (&answers.1.body, &answers.2.body));
        assert_eq!(answers.0.json()["leaf_index"], 1);
        let mut answer = notice(&server, &trees, NoticeContent::Answer {});
        answer.signer = NoticeSigner::Operator;
        answer.published_at = server.now().plus(1);
        publish(&server, &trees, &answer).await;

        let logged = proved(&server, &trees).await;
        assert_eq!(logged.len(), 2);
        assert_eq!((logged[0].signed(), logged[1].notice()), (&first, &answer));
        audit(&server, &trees).await;
        let html = wire.get(&wire.origin("/en/p/trees")).await.text();
        assert!(html.contains("Title in en") && html.contains("<strong>text</strong>") && !html.contains("alert(1)"));
        let place = |text: &str| html.find(text).expect("it is on the page");
        assert!(place("from the operator of this site") < place("from the organiser"), "the newest first");
        let feed = wire.get(&wire.origin("/en/p/trees/news.atom")).await.text();
        let place = |text: &str| feed.find(text).expect("it is in the feed");
        assert!(place("from the operator of this site") < place("from the organiser"), "the newest first");
    }
}

#[tokio::test]
async fn signatures_are_counted_before_and_after_a_notice() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    for number in 1..=3 {
        let token = wire.token(&format!("signer{number}@example.org"), &trees).await;
        let update = notice(&server, &trees, NoticeContent::Update {});
        let petition_id = trees.petition_id();
        let (redeemed, _) = tokio::join!(wire.redeem(&petition_id, &token), publish(&server, &trees, &update));
        assert_eq!(redeemed.status, 200);
        wire.wait_for_total(&trees.petition_id(), number).await;
        server.wait_until(update.published_at.plus(1)).await;
    }
    assert_eq!(audit(&server, &trees).await.0.total(), 3);
    assert_eq!(proved(&server, &trees).await.len(), 3);
}

#[tokio::test]
async fn an_earlier_close_ends_issuance_everywhere_and_destroys_the_keys() {
    for apart in [false, true] {
        let mut server = TestServer::start(Options { apart, ..Options::default() }).await;
        let mut folder = petition("trees", server.now(), 1);
        folder.settings.grace = 6;
        let trees = server.publish(folder).await;
        let wire = Wire::new(&server);
        let petition_id = trees.petition_id();
        let token = wire.token("anna@example.org", &trees).await;
        let blinding = Blinding::new(&trees);
        let verification = wire.verification("berta@example.org", &blinding.digest()).await;
        let code = wire.mail("berta@example.org", 1).await.code();
        let waiting = tokio::spawn({
            let (wire, body) = (wire.clone(), blinding.body());
            async move { wire.waiting_request(&body, 20).await }
        });

        let closes_at = server.now();
        publish(&server, &trees, &notice(&server, &trees, NoticeContent::Close { closes_at })).await;
        // Whoever waited for a mail gets no token any more, whoever has one hands it in.
        assert_eq!(wire.confirm_code(&verification, &code).await.status, 200);
        assert_eq!(waiting.await.expect("an answer").problem(), Problem::Closed);
        let redeemed = wire.redeem(&petition_id, &token).await;
        assert!(redeemed.status == 200 || server.now() >= closes_at.plus(6), "{}", redeemed.text());
        for base in [wire.issuer(""), wire.origin("")] {
            assert_ne!(state(&wire, format!("{base}/v1/petitions/trees")).await, "open");
            let list = wire.get(&format!("{base}/v1/petitions")).await.json();
            assert_ne!(list["petitions"][0]["state"], "open");
        }
        let html = wire.get(&wire.origin("/en/p/trees")).await.text();
        assert!(html.contains("Closes earlier") && html.contains("no new signatures") || html.contains("is closed"));

        // Read again from the databases.
        server.restart().await;
        assert_ne!(state(&wire, wire.issuer("/v1/petitions/trees")).await, "open");
        let taken = u64::from(redeemed.status == 200);
        assert_eq!(wait_until_ended(&server, &trees).await.issued, 1);
        assert_eq!(audit(&server, &trees).await.0.total(), taken);
        assert_destroyed(&server, &trees).await;
        let directory = wire.get(&wire.issuer("/.well-known/private-token-issuer-directory")).await.json();
        assert_eq!(directory["token-keys"].as_array().map(Vec::len), Some(0));

        // News may come after the end, another close may not.
        publish(&server, &trees, &notice(&server, &trees, NoticeContent::Answer {})).await;
        audit(&server, &trees).await;
        let again = notice(&server, &trees, NoticeContent::Close { closes_at: server.now() });
        assert_eq!(refused(&server, &trees, &again).await.0, Problem::Closed);
    }
}

#[tokio::test]
async fn a_text_that_was_taken_down_is_shown_nowhere_and_its_total_stays() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let wire = Wire::new(&server);
    let token = wire.token("anna@example.org", &trees).await;
    let other = Blinding::new(&trees);
    wire.confirm("berta@example.org", &other.digest()).await;
    assert_eq!(wire.redeem(&trees.petition_id(), &token).await.status, 200);
    let words = ["We ask for trees.", "The whole text about trees.", "Petition trees", "Ministry of trees"];
    let html = wire.get(&wire.origin("/en/p/trees")).await.text();
    assert!(words.iter().all(|words| html.contains(words)), "the control");

    let mut take_down = notice(&server, &trees, NoticeContent::TakeDown {});
    take_down.signer = NoticeSigner::Operator;
    publish(&server, &trees, &take_down).await;
    assert_eq!(wire.token_request(&other.body()).await.problem(), Problem::Closed);
    wire.wait_for_total(&trees.petition_id(), 1).await;
    for path in [
        "/en/p/trees",
        "/ru/p/trees",
        "/en/",
        "/en/p/rivers",
        "/en/p/trees/withdraw",
        "/en/p/trees/verify",
        "/v1/petitions",
    ] {
        let html = wire.get(&wire.origin(path)).await.text();
        assert!(!words.iter().any(|words| html.contains(words)), "{path}");
    }
    let html = wire.get(&wire.origin("/en/p/trees")).await.text();
    assert!(html.contains("taken down") && html.contains("Title in en") && html.contains(">1</strong>"));
    assert_eq!(audit(&server, &trees).await.0.total(), 1);
    wire.token("anna@example.org", &rivers).await;
}

#[tokio::test]
async fn a_correction_and_the_petition_that_replaces_lead_to_each_other() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    let mut folder = petition("better-trees", server.now(), 1);
    folder.settings.replaces = Some(trees.petition_id());
    let better = server.publish(folder).await;
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let correction = |replaced_by| notice(&server, &trees, NoticeContent::Correction { replaced_by });

    let (problem, detail) = refused(&server, &trees, &correction(rivers.petition_id())).await;
    assert_eq!(problem, Problem::NoticeNotValid);
    assert!(detail.starts_with("content.replaced_by"), "{detail}");
    assert_eq!(refused(&server, &trees, &correction(trees.petition_id())).await.0, Problem::NoticeNotValid);
    publish(&server, &trees, &correction(better.petition_id())).await;
    publish(&server, &trees, &correction([7; 32].into())).await;
    let html = wire.get(&wire.origin("/en/p/trees")).await.text();
    let elsewhere = undersign_protocol::petition::PetitionId::from([7; 32]).to_string();
    assert!(html.contains("href=\"/en/p/better-trees\"") && html.contains(&elsewhere));
    assert!(wire.get(&wire.origin("/en/p/better-trees")).await.text().contains("href=\"/en/p/trees\""));
}

#[tokio::test]
async fn a_notice_that_breaks_a_rule_leaves_no_trace() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    let good = notice(&server, &trees, NoticeContent::Update {});
    let moment = |seconds: u64| Timestamp::from_seconds(seconds).expect("a moment");
    let now = server.now().seconds();
    let with = |change: &dyn Fn(&mut Notice)| {
        let mut notice = good.clone();
        change(&mut notice);
        notice
    };
    let close = |closes_at: Timestamp| with(&|notice| notice.content = NoticeContent::Close { closes_at });
    let broken = [
        ("petition_id", with(&|notice| notice.petition_id = [1; 32].into())),
        ("texts: must have", with(&|notice| notice.texts.clear())),
        ("texts.en.title", with(&|notice| notice.texts.values_mut().for_each(|text| text.title.push('\n')))),
        ("texts.en.body", with(&|notice| notice.texts.values_mut().for_each(|text| text.body.clear()))),
        ("published_at: must not be in", with(&|notice| notice.published_at = moment(now + 3_600))),
        ("published_at: must not be more", with(&|notice| notice.published_at = moment(now - DAY - 60))),
        ("content.closes_at: a petition only", close(trees.manifest().closes_at)),
        ("content.closes_at: a petition only", close(trees.manifest().closes_at.plus(1))),
        ("content.closes_at: must not be before", close(moment(now - 3_600))),
        (
            "a petition does not close in the past",
            with(&|notice| {
                notice.published_at = moment(now - 3_600);
                notice.content = NoticeContent::Close { closes_at: moment(now - 3_600) };
            }),
        ),
        ("content.tree_size: must be", with(&|notice| notice.content = NoticeContent::Delivery { tree_size: 0 })),
        ("content.tree_size: the log", with(&|notice| notice.content = NoticeContent::Delivery { tree_size: 2 })),
    ];
    for (rule, notice) in broken {
        let (problem, detail) = refused(&server, &trees, &notice).await;
        assert_eq!(problem, Problem::NoticeNotValid, "{rule}");
        assert!(detail.starts_with(rule), "{detail}");
    }
    // Signed by someone else, or with the operator's key in the organiser's name.
    for key in [operator(&server, &trees), undersign_protocol::ed25519::SecretKey::from_seed(&[8; 32])] {
        let signed = SignedNotice::sign(&good, &key).expect("a canonical notice");
        let answer = post(&wire, &wire.origin(""), &trees, &signed).await;
        assert_eq!(answer.problem(), Problem::SignatureNotValid);
    }
    let mut spaced = SignedNotice::sign(&good, server.organiser()).expect("a canonical notice");
    spaced.notice.insert(1, b' ');
    assert_eq!(post(&wire, &wire.origin(""), &trees, &spaced).await.problem(), Problem::NoticeNotValid);
    let signed = SignedNotice::sign(&good, server.organiser()).expect("a canonical notice");
    for path in ["/v1/petitions/trees/notices", "/v1/petitions/nothing/notices"] {
        let body = serde_json::to_vec(&signed.request()).expect("JSON");
        let answer = wire.post(&wire.origin(path), "application/json", body).await;
        assert_eq!(answer.problem(), Problem::UnknownPetition, "the id alone");
    }
    assert!(proved(&server, &trees).await.is_empty());
    assert_eq!(wire.get(&wire.origin("/v1/petitions/trees/total")).await.json()["tree_size"], 1);
}

#[tokio::test]
async fn an_organiser_has_a_hundred_notices_and_leaves_the_operator_his_own() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    let numbered = |number: usize| {
        let mut update = notice(&server, &trees, NoticeContent::Update {});
        update.texts.values_mut().for_each(|text| text.title = format!("News {number}"));
        update
    };
    let (wire, origin) = (Wire::new(&server), Wire::new(&server).origin(""));
    for number in 0..100 {
        let signed = SignedNotice::sign(&numbered(number), server.organiser()).expect("a canonical notice");
        assert_eq!(post(&wire, &origin, &trees, &signed).await.status, 200);
    }
    assert_eq!(refused(&server, &trees, &numbered(100)).await.0, Problem::TooManyNotices);
    let mut operators = numbered(100);
    operators.signer = NoticeSigner::Operator;
    publish(&server, &trees, &operators).await;
    assert_eq!(proved(&server, &trees).await.len(), 101);
}

#[tokio::test]
async fn what_the_first_side_took_is_repeated_to_the_second_when_it_is_back() {
    let mut server = TestServer::start(Options { apart: true, ..Options::default() }).await;
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let wire = Wire::new(&server);
    server.kill_side("anonymous");
    let mut close = notice(&server, &trees, NoticeContent::Close { closes_at: server.now() });
    close.published_at = server.now();
    let signed = SignedNotice::sign(&close, server.organiser()).expect("a canonical notice");
    assert_eq!(post(&wire, &wire.issuer(""), &trees, &signed).await.status, 200);
    server.restart().await;
    for base in [wire.issuer(""), wire.origin("")] {
        assert_eq!(post(&wire, &base, &trees, &signed).await.status, 200);
    }
    assert_eq!(state(&wire, wire.origin("/v1/petitions/trees")).await, "closing");

    // The second takes what the first took hours ago, though a petition does not close in the past.
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    let hours_ago = server.now().minus(7_200);
    let mut late = notice(&server, &rivers, NoticeContent::Close { closes_at: hours_ago });
    late.published_at = hours_ago;
    let signed = SignedNotice::sign(&late, server.organiser()).expect("a canonical notice");
    assert_eq!(post(&wire, &wire.issuer(""), &rivers, &signed).await.problem(), Problem::NoticeNotValid);
    assert_eq!(post(&wire, &wire.origin(""), &rivers, &signed).await.status, 200);
}

/// Runs a program to its end and gives back what it wrote to standard output.
fn run(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(program(name)).args(arguments).output().expect("the program runs");
    let (told, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {told} {wrong}");
    told.into_owned()
}

#[tokio::test]
async fn organiser_and_operator_publish_notices_from_a_folder_and_may_repeat_it() {
    let (server, trees) = TestServer::with_petition(Options { apart: true, ..Options::default() }).await;
    let place = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| place.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let write = |name: &str, text: &str| {
        let file = place.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("a file");
    };
    write("organiser.key", &format_key(server.organiser()));
    for (folder, toml) in [("news", ""), ("handed", "kind = \"delivery\"\n"), ("down", "kind = \"take_down\"\n")] {
        write(&format!("{folder}/en.md"), "# What happened\n\nThis and that.\n");
        write(&format!("{folder}/notice.toml"), if toml.is_empty() { "kind = \"update\"\n" } else { toml });
    }
    write("earlier/en.md", "# We close earlier\n\nIt was decided.\n");
    let (link, key) = (server.link(&trees), path("organiser.key"));
    let organiser = |command: &str, folder: &str, more: &[&str]| {
        let folder = path(folder);
        let mut words = vec!["--json", "organiser", command, &folder, "--petition", &link, "--key", &key];
        words.extend(more);
        run("undersign", &words)
    };
    let first = organiser("update", "news", &[]);
    assert!(first.contains("\"event\":\"published\"") && first.contains("\"leaf_index\":1"), "{first}");
    assert_eq!(organiser("update", "news", &[]), first, "a repeat publishes nothing new");
    organiser("update", "handed", &[]);
    let closes_at = server.now().plus(3_600).to_string();
    organiser("close", "earlier", &["--at", &closes_at]);
    let config = server.config_path();
    let down = ["notice", "--config", config.to_str().expect("UTF-8"), "--petition", "trees", &path("down")];
    for _ in 0..2 {
        assert_eq!(run("undersign-server", &down), "published\n");
    }

    let notices: Vec<Notice> = proved(&server, &trees).await.iter().map(|notice| notice.notice().clone()).collect();
    let kinds: Vec<&NoticeContent> = notices.iter().map(|notice| &notice.content).collect();
    let close = NoticeContent::Close { closes_at: closes_at.parse().expect("a time") };
    assert_eq!(
        kinds,
        [&NoticeContent::Update {}, &NoticeContent::Delivery { tree_size: 2 }, &close, &NoticeContent::TakeDown {}]
    );
    assert_eq!(notices[3].signer, NoticeSigner::Operator);
    assert_eq!(notices[0].texts.values().next().expect("a text").title, "What happened");
    let shown = run("undersign", &["show", &link]);
    assert!(shown.contains("taken down") && shown.contains("We close earlier"), "{shown}");
}

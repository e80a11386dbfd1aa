//! Who is told what was counted, and what of it is at rest while it is counted.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use undersign_client_lib::organiser::{format_key, recovery_key_hash};
use undersign_protocol::daily_counts::{CountedBy, CountsNonce, CountsRequest};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{Notice, NoticeContent, SignedNotice, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::DAY;
use undersign_tests::noticing::{notice, post};
use undersign_tests::petitions::petition;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

const SIDES: [(CountedBy, &str, &str); 2] =
    [(CountedBy::Issuer, "identified", "issuer"), (CountedBy::Origin, "anonymous", "origin")];

/// Rows of days that are over, as the server writes them.
async fn plant(server: &TestServer, petition: &VerifiedManifest) {
    let (yesterday, id) = (server.now().day() - 1, hex(petition.petition_id().as_bytes()));
    for (_, side, prefix) in SIDES {
        let mut tables = Tables::open(&server.database_url(side)).await;
        let postgres = server.database_url(side).starts_with("postgres");
        let bytes = |hex: &str| if postgres { format!("'\\x{hex}'") } else { format!("x'{hex}'") };
        let (own, none, other) = (bytes(&id), bytes(""), bytes(&"77".repeat(32)));
        let mut rows = vec![
            (&none, yesterday, "whole", 1),
            (&none, yesterday, "confirmed", 40),
            (&other, yesterday, "refused/closed", 70),
        ];
        match side {
            "identified" => {
                rows.push((&none, yesterday, "mail/accepted/gmail.com", 90));
                rows.push((&none, yesterday, "mail/refused/other", 10));
                rows.push((&own, yesterday, "refused/already-issued", 20));
            }
            _ => {
                rows.extend([(&own, yesterday, "counted", 30), (&own, yesterday - 1, "counted", 10)]);
                rows.push((&own, yesterday, "refused/token-not-valid", 10));
            }
        }
        for (petition, day, name, number) in rows {
            let sql = format!("INSERT INTO {prefix}_count VALUES ({petition}, {day}, '{name}', {number})");
            tables.execute(sql).await;
        }
        tables.close().await;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Asking<'a> {
    wire: Wire,
    server: &'a TestServer,
    petition: &'a VerifiedManifest,
}

impl Asking<'_> {
    fn sign(&self, side: CountedBy, nonce: u8, key: &SecretKey) -> CountsRequest {
        let (id, day) = (self.petition.petition_id(), self.server.now().day());
        CountsRequest::sign(&id, side, day, CountsNonce::from([nonce; 16]), key)
    }

    async fn ask(&self, side: CountedBy, request: &CountsRequest) -> Answer {
        let id = self.petition.petition_id();
        let url = match side {
            CountedBy::Issuer => self.wire.issuer(&format!("/v1/petitions/{id}/issued/days")),
            CountedBy::Origin => self.wire.origin(&format!("/v1/petitions/{id}/total/days")),
        };
        self.wire.post_json(&url, &serde_json::to_value(request).expect("JSON")).await
    }
}

#[tokio::test]
async fn the_petition_s_organiser_is_told_once_for_each_request_and_nobody_else_is() {
    for apart in [false, true] {
        let (server, petition) = TestServer::with_petition(Options { apart, ..Options::default() }).await;
        plant(&server, &petition).await;
        let asking = Asking { wire: Wire::new(&server), server: &server, petition: &petition };
        let (organiser, other) = (server.organiser(), SecretKey::from_seed(&[9; 32]));
        let yesterday = server.now().day() - 1;
        for (side, name, _) in SIDES {
            let of_another = asking.sign(side, 1, &other);
            assert_eq!(asking.ask(side, &of_another).await.problem(), Problem::SignatureNotValid, "another's key");
            let of_side = if side == CountedBy::Issuer { CountedBy::Origin } else { CountedBy::Issuer };
            let for_other_side = asking.sign(of_side, 1, organiser);
            assert_eq!(asking.ask(side, &for_other_side).await.problem(), Problem::SignatureNotValid);
            let id = petition.petition_id();
            let old = CountsRequest::sign(&id, side, yesterday - 1, CountsNonce::from([1; 16]), organiser);
            assert_eq!(asking.ask(side, &old).await.problem(), Problem::SignatureNotValid, "of another day");

            // What was refused has used nothing up.
            let request = asking.sign(side, 1, organiser);
            let told = asking.ask(side, &request).await;
            assert_eq!(told.status, 200, "{}", told.text());
            let days = match name {
                "identified" => {
                    json!([{ "day": yesterday, "whole": true, "counts": { "refused/already-issued": 20 } }])
                }
                _ => json!([
                    { "day": yesterday - 1, "whole": false, "counts": { "counted": 10 } },
                    { "day": yesterday, "whole": true, "counts": { "counted": 30, "refused/token-not-valid": 10 } },
                ]),
            };
            assert_eq!(told.json(), json!({ "days": days }), "its own and no other petition's");
            assert_eq!(asking.ask(side, &request).await.problem(), Problem::SignatureNotValid, "a repeat");
            assert_eq!(asking.ask(side, &asking.sign(side, 2, organiser)).await.status, 200);
        }
    }
}

#[tokio::test]
async fn once_the_recovery_key_has_spoken_the_first_key_is_told_nothing_and_the_recovery_key_is() {
    let server = TestServer::start(Options::default()).await;
    let recovery = SecretKey::from_seed(&[41; 32]);
    let mut folder = petition("trees", server.now(), 1);
    folder.settings.recovery_key_hash = Some(recovery_key_hash(&recovery.public_key()));
    let trees = server.publish(folder).await;
    let asking = Asking { wire: Wire::new(&server), server: &server, petition: &trees };
    for (side, ..) in SIDES {
        assert_eq!(asking.ask(side, &asking.sign(side, 1, &recovery)).await.problem(), Problem::SignatureNotValid);
        assert_eq!(asking.ask(side, &asking.sign(side, 1, server.organiser())).await.status, 200);
    }
    let key = Some(recovery.public_key());
    let news = Notice { version: 2, recovery_key: key, ..notice(&server, &trees, NoticeContent::Update {}) };
    let signed = SignedNotice::sign(&news, &recovery).expect("a canonical notice");
    for base in [asking.wire.issuer(""), asking.wire.origin("")] {
        assert_eq!(post(&asking.wire, &base, &trees, &signed).await.status, 200);
    }
    for (side, ..) in SIDES {
        let answer = asking.ask(side, &asking.sign(side, 2, server.organiser())).await;
        assert_eq!(answer.problem(), Problem::SignatureNotValid, "the first key");
        assert_eq!(asking.ask(side, &asking.sign(side, 2, &recovery)).await.status, 200);
    }
}

#[tokio::test]
async fn a_request_that_was_answered_is_refused_after_a_restart_too() {
    let (mut server, petition) = TestServer::with_petition(Options::default()).await;
    let key = SecretKey::from_seed(&server.organiser().seed());
    let asked = {
        let asking = Asking { wire: Wire::new(&server), server: &server, petition: &petition };
        let request = asking.sign(CountedBy::Origin, 3, &key);
        assert_eq!(asking.ask(CountedBy::Origin, &request).await.status, 200);
        request
    };
    server.restart().await;
    let asking = Asking { wire: Wire::new(&server), server: &server, petition: &petition };
    assert_eq!(asking.ask(CountedBy::Origin, &asked).await.problem(), Problem::SignatureNotValid);
}

fn undersign(words: &[&str]) -> Output {
    Command::new(program("undersign")).args(words).output().expect("the program runs")
}

#[tokio::test]
async fn stats_shows_the_days_to_whoever_has_the_organiser_s_key() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    plant(&server, &petition).await;
    let place = tempfile::tempdir().expect("a folder");
    let file = |name: &str, key: &SecretKey| {
        let path = place.path().join(name);
        fs::write(&path, &*format_key(key)).expect("a file");
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let own = file("own.key", server.organiser());
    let other = file("other.key", &SecretKey::from_seed(&[9; 32]));
    let link = server.link(&petition);

    let ended = undersign(&["--json", "organiser", "stats", &link, "--key", &own]);
    let events: Vec<Value> =
        String::from_utf8_lossy(&ended.stdout).lines().filter_map(|line| line.parse().ok()).collect();
    let yesterday = date(server.now().day() - 1);
    let days = events.iter().find(|event| event["event"] == "days").expect("days");
    let told = json!({ "date": yesterday, "whole": true,
                       "counts": { "counted": 30, "refused/already-issued": 20, "refused/token-not-valid": 10 } });
    assert_eq!(days["days"][1], told);
    assert_eq!(days["days"].as_array().expect("an array").len(), 2);

    let text = String::from_utf8(undersign(&["organiser", "stats", &link, "--key", &own]).stdout).expect("text");
    let line = text.lines().find(|line| line.contains(&yesterday)).expect("a line for yesterday");
    assert_eq!(line.split_whitespace().collect::<Vec<_>>()[..5], [yesterday.as_str(), "30", "·", "·", "30"]);
    assert!(text.contains(&format!("{}*", date(server.now().day() - 2))), "{text}");

    let ended = undersign(&["--json", "organiser", "stats", &link, "--key", &other]);
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(!ended.status.success() && said.contains("signature-not-valid"), "{said}");
    assert!(!said.contains("already-issued") && !said.contains("\"days\""), "{said}");
    let without = String::from_utf8_lossy(&undersign(&["--json", "organiser", "stats", &link]).stdout).into_owned();
    assert!(without.contains("\"stats\"") && !without.contains("\"days\""), "{without}");
}

#[tokio::test]
async fn the_operator_sees_both_sides_days_beside_a_running_server() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    plant(&server, &petition).await;
    let config = server.config_path().to_str().expect("a path in UTF-8").to_owned();
    let counts = |words: &[&str]| {
        let output =
            Command::new(program("undersign-server")).args(["counts", "--config", &config]).args(words).output();
        String::from_utf8(output.expect("the program runs").stdout).expect("text")
    };
    let text = counts(&[]);
    for line in ["mail/accepted/gmail.com", "trees: refused/already-issued", "trees: counted"] {
        assert!(text.lines().any(|shown| shown.starts_with(line)), "{line} in {text}");
    }
    assert!(text.contains("The mail server took 90 of 100 mails in 7 days: 90 %."), "{text}");
    let told: Value = counts(&["--json"]).parse().expect("JSON");
    assert_eq!(told["identified"]["installation"][0]["counts"]["mail/accepted/gmail.com"], 90);
    let counted: Vec<&Value> = told["anonymous"]["petitions"]["trees"].as_array().expect("days").iter().collect();
    assert_eq!(counted.iter().map(|day| &day["counts"]["counted"]).collect::<Vec<_>>(), [&json!(10), &json!(30)]);
}

/// Whatever is seized while the day lasts, in tables or files beside them: nothing of the day was written yet. That something is written
/// once it is over is in the contract suite.
#[tokio::test]
async fn while_people_come_nothing_is_counted_at_rest() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    for number in 0..12 {
        let token = wire.token(&format!("person{number}@gmail.com"), &petition).await;
        assert_eq!(wire.redeem(&petition.petition_id(), &token).await.status, 200);
        assert_eq!(wire.redeem(&petition.petition_id(), &token).await.status, 200);
    }
    wire.wait_for_total(&petition.petition_id(), 12).await;
    for (_, side, prefix) in SIDES {
        let mut tables = Tables::open(&server.database_url(side)).await;
        assert_eq!(tables.count(&format!("{prefix}_count")).await, 0, "{side}");
        assert_eq!(tables.count(&format!("{prefix}_asked")).await, 0, "{side}");
        tables.close().await;
    }
    plant(&server, &petition).await;
    let mut tables = Tables::open(&server.database_url("anonymous")).await;
    assert_eq!(tables.count("origin_count").await, 6, "the control");
    tables.close().await;
    assert!(!server.output().contains("gmail.com"), "no line of the output names a provider");
}

fn date(day: u64) -> String {
    let begins_at = undersign_protocol::timestamp::Timestamp::from_seconds(day * DAY).expect("a day");
    begins_at.to_string()[..10].to_owned()
}

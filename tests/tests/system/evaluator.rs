//! Whether tags that need another machine count an address once, and what is left to guess with when only one of the two is seized.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tokio::process::Command;
use undersign_client_lib::organiser;
use undersign_client_lib::request::Side;
use undersign_protocol::email_verification::{EVALUATION_MEDIA_TYPE, EvaluationAnswer};
use undersign_protocol::petition::Tags;
use undersign_protocol::problem::Problem;
use undersign_server::entropy::SystemEntropy;
use undersign_server::oprf::Blinded;
use undersign_tests::at_rest::{Secret, Seized};
use undersign_tests::blinding::Blinding;
use undersign_tests::ending::wait_until_ended;
use undersign_tests::evaluator::TestEvaluator;
use undersign_tests::petitions::petition;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::side_by_side::{address, tokens};
use undersign_tests::signer::{Sender, Signer};
use undersign_tests::tables::Tables;
use undersign_tests::thief::{Attempt, Thief};
use undersign_tests::wire::Wire;

/// More than any test here asks for.
const MANY: u32 = 100_000;
const ANNA: &str = "anna@gmail.com";

/// An element as an issuer sends it.
fn element(input: &[u8]) -> [u8; 32] {
    Blinded::new(input, &SystemEntropy).expect("an input").element
}

#[tokio::test]
async fn a_person_signs_and_each_mailbox_counts_once() {
    let mut evaluator = TestEvaluator::start(MANY, MANY).await;
    let (server, petition) = TestServer::with_petition(evaluator.options().await).await;
    assert_eq!(petition.manifest().issuer.tags, Tags::Evaluator);
    let (wire, link) = (Wire::new(&server), server.link(&petition));
    let anna = Signer::new(&server, ANNA);
    anna.sign(&link).await;
    assert_eq!(anna.wait_for_total(&link, 1).await.total, 1);

    // Another spelling of the mailbox, once the evaluator has forgotten what it had in memory.
    evaluator.restart().await;
    let again = Blinding::new(&petition);
    wire.confirm("An.Na+again@googlemail.com", &again.digest()).await;
    assert_eq!(wire.token_request(&again.body()).await.problem(), Problem::AlreadyIssued);
    wire.token("other@gmail.com", &petition).await;
    assert_eq!(wire.issued(&petition.petition_id()).await, 2);
}

/// "The evaluator off: existing tags cannot be tested with the issuer's databases and keys. The same attempt succeeds while it runs, at its
/// limited rate, and with local tags at once."
#[tokio::test]
async fn who_seizes_the_server_guesses_at_the_evaluators_rate_and_not_at_all_once_it_is_off() {
    let mut evaluator = TestEvaluator::start(MANY, MANY).await;
    let (server, trees) = TestServer::with_petition(evaluator.options().await).await;
    tokens(&server, &trees, 6).await;
    let all: BTreeSet<String> = (0..6).map(|number| address(&trees, number)).collect();
    // The right addresses, and others among them.
    let list: Vec<String> = (0..9).map(|number| address(&trees, number)).collect();
    let thief = Thief::of(&server).await;
    assert_eq!(thief.rows(), 6, "there is something to be found");

    // With everything that was seized, the evaluator's own secret with the issuer among it, and no evaluator.
    evaluator.kill();
    assert_eq!(thief.by_keys(&list), BTreeSet::new());
    assert_eq!(thief.by_evaluator(&list).await, Attempt { in_vain: 9, ..Attempt::default() });

    // While it runs: so many as its limit lets through, and no more, however often it is asked or started again.
    evaluator.set_limits(4, 4);
    fs::remove_file(evaluator.data().join("count")).expect("as on the next day");
    evaluator.restart().await;
    let attempt = thief.by_evaluator(&list).await;
    assert_eq!((attempt.answered, attempt.limited, attempt.in_vain), (4, 5, 0));
    assert_eq!(attempt.found, list[..4].iter().cloned().collect());
    evaluator.restart().await;
    assert_eq!(thief.by_evaluator(&list).await, Attempt { limited: 9, ..Attempt::default() });

    // The control of the attempt: without a limit it finds everyone, and nobody else.
    evaluator.set_limits(MANY, MANY);
    evaluator.restart().await;
    assert_eq!(thief.by_evaluator(&list).await, Attempt { found: all, answered: 9, ..Attempt::default() });

    // For ever, once the key is destroyed: another one in its place is of no use.
    evaluator.kill();
    fs::remove_file(evaluator.data().join("evaluator.key")).expect("the key");
    evaluator.restart().await;
    assert_eq!(thief.by_evaluator(&list).await, Attempt { by_another_key: 9, ..Attempt::default() });
}

/// The control: the same thief, where tags are local.
#[tokio::test]
async fn where_tags_are_local_who_seizes_the_server_finds_everyone_on_a_list_at_once() {
    let (server, trees) = TestServer::with_petition(Options::default()).await;
    assert_eq!(trees.manifest().issuer.tags, Tags::Local);
    tokens(&server, &trees, 6).await;
    let all: BTreeSet<String> = (0..6).map(|number| address(&trees, number)).collect();
    let list: Vec<String> = (0..9).map(|number| address(&trees, number)).collect();
    assert_eq!(Thief::of(&server).await.by_keys(&list), all);
}

#[tokio::test]
async fn while_the_evaluator_is_away_nothing_is_taken_and_who_comes_back_signs() {
    let mut evaluator = TestEvaluator::start(MANY, MANY).await;
    let (server, petition) = TestServer::with_petition(evaluator.options().await).await;
    let wire = Wire::new(&server);
    let (before, late) = (Blinding::new(&petition), Blinding::new(&petition));
    wire.confirm(ANNA, &before.digest()).await;
    evaluator.kill();
    for _ in 0..3 {
        let answer = wire.ask("late@example.org", &late.digest()).await;
        assert_eq!(answer.problem(), Problem::Unavailable);
        assert_eq!(answer.header("retry-after"), "30");
    }
    let mut tables = Tables::open(&server.database_url("identified")).await;
    tables.wait_until_empty("outbox").await;
    assert_eq!(server.mailbox().mails_to("late@example.org").len(), 0);
    server.wait_for_output("nobody can ask for a mail").await;
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(server.output().matches("nobody can ask for a mail").count(), 1, "told once, at a tick");
    assert!(!server.output().contains("late@"));
    // Who was confirmed before needs it no more.
    assert_eq!(wire.token_request(&before.body()).await.status, 200);

    evaluator.restart().await;
    wire.confirm("late@example.org", &late.digest()).await;
    assert_eq!(wire.token_request(&late.body()).await.status, 200);
    server.wait_for_output("the evaluator answers again").await;
}

#[tokio::test]
async fn at_the_evaluators_limit_people_are_told_when_to_come_back() {
    let evaluator = TestEvaluator::start(2, 2).await;
    let (server, petition) = TestServer::with_petition(evaluator.options().await).await;
    let wire = Wire::new(&server);
    wire.token("a@example.org", &petition).await;
    wire.token("b@example.org", &petition).await;
    let answer = wire.ask("c@example.org", &Blinding::new(&petition).digest()).await;
    assert_eq!(answer.problem(), Problem::Unavailable);
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=3_600).contains(&seconds), "{seconds}");
}

/// One network's flood uses up its own limit, and not what the evaluator answers for others.
#[tokio::test]
async fn who_is_over_the_limit_of_his_network_makes_nobody_ask_the_evaluator() {
    let evaluator = TestEvaluator::start(MANY, 3).await;
    let limits = Some("mails_per_network = 2\nmails_per_minute = 100000\n".to_owned());
    let (server, petition) = TestServer::with_petition(Options { limits, ..evaluator.options().await }).await;
    let wire = Wire::new(&server);
    for number in 0..12 {
        // The same answer all the while.
        wire.verification(&format!("flood{number}@example.org"), &Blinding::new(&petition).digest()).await;
    }
    let count = fs::read_to_string(evaluator.data().join("count")).expect("a count");
    assert!(count.ends_with(" 2\n"), "{count}");
}

#[tokio::test]
async fn an_evaluator_with_another_key_than_the_pinned_one_is_not_believed() {
    let (first, second) = (TestEvaluator::start(MANY, MANY).await, TestEvaluator::start(MANY, MANY).await);
    let mut mixed = first.address().await;
    // Where the first was, with its secret, stands one with another key.
    fs::copy(second.data().join("issuer.secret"), &mixed.secret).expect("copied");
    mixed.url = second.url();
    let (server, petition) = TestServer::with_petition(Options { evaluator: Some(mixed), ..Options::default() }).await;
    let answer = Wire::new(&server).ask(ANNA, &Blinding::new(&petition).digest()).await;
    assert_eq!(answer.problem(), Problem::Unavailable);
    server.wait_for_output("does not fit identified.evaluator.key").await;
}

#[tokio::test]
async fn a_database_keeps_its_kind_of_tags_and_its_evaluator() {
    let evaluator = TestEvaluator::start(MANY, MANY).await;
    let mut server = TestServer::start(evaluator.options().await).await;
    let sentence = "the database was used with another tag key";
    let other = TestEvaluator::start(MANY, MANY).await;
    for changed in [None, Some(other.address().await)] {
        server.set_evaluator(changed);
        let said = server.refuses_to_go_on().await;
        assert!(said.contains(sentence), "{said}");
    }
    server.set_evaluator(Some(evaluator.address().await));
    server.restart().await;

    let mut server = TestServer::start(Options::default()).await;
    server.set_evaluator(Some(evaluator.address().await));
    assert!(server.refuses_to_go_on().await.contains(sentence));
    fs::remove_file(server.path().join("identified-keys/evaluator.secret")).expect("removed");
    let said = server.refuses_to_go_on().await;
    assert!(said.contains("copy the evaluator's issuer.secret there"), "{said}");
}

#[tokio::test]
async fn once_every_petition_is_closed_other_tags_can_be_begun_with_and_not_before() {
    let evaluator = TestEvaluator::start(MANY, MANY).await;
    let mut server = TestServer::start(Options::default()).await;
    let mut folder = petition("trees", server.now(), 1);
    folder.settings.closes_at = server.now().plus(6);
    folder.settings.grace = 1;
    let trees = server.publish(folder).await;
    let wire = Wire::new(&server);
    // A mail that is answered only later, under the other tags.
    let late = Blinding::new(&trees);
    let old = wire.verification(ANNA, &late.digest()).await;
    let code = wire.mail(ANNA, 1).await.code();
    let new_tags = async |server: &TestServer| {
        let mut command = Command::new(program("undersign-server"));
        command.args(["migrate", "--new-tags", "--config"]).arg(server.config_path());
        let output = command.output().await.expect("the program");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (is_done, said) = new_tags(&server).await;
    assert!(!is_done && said.contains("not closed: 1"), "{said}");

    wait_until_ended(&server, &trees).await;
    server.kill();
    assert_eq!(new_tags(&server).await, (true, String::new()));
    server.set_evaluator(Some(evaluator.address().await));
    server.restart().await;
    assert_eq!(wire.confirm_code(&old, &code).await.problem(), Problem::VerificationNotValid);
    let rivers = server.publish(petition("rivers", server.now(), 1)).await;
    assert_eq!(rivers.manifest().issuer.tags, Tags::Evaluator);
    let link = server.link(&rivers);
    let anna = Signer::new(&server, "new@example.org");
    anna.sign(&link).await;
    assert_eq!(anna.wait_for_total(&link, 1).await.total, 1);
}

#[tokio::test]
async fn a_manifest_that_says_another_kind_of_tags_is_refused() {
    let evaluator = TestEvaluator::start(MANY, MANY).await;
    for (options, kind) in [(Options::default(), Tags::Evaluator), (evaluator.options().await, Tags::Local)] {
        let server = TestServer::start(options).await;
        let folder = petition("trees", server.now(), 1);
        let mut manifest = server.manifest(&folder).await;
        manifest.issuer.tags = kind;
        let verified = organiser::sign(&manifest, server.organiser()).expect("a manifest");
        let request = organiser::publish_request(Side::Identified, &server.issuer(), &verified);
        let answer = Sender::new(None).send(&request).await;
        assert_eq!(answer.status, 409);
        assert!(String::from_utf8_lossy(&answer.body).contains(Problem::NotPrepared.slug()));
    }
}

#[tokio::test]
async fn an_evaluator_answers_its_issuer_alone_and_one_form_alone() {
    let evaluator = TestEvaluator::start(MANY, 3).await;
    let body = evaluator.request(element(b"anna@example.org")).encode();
    for (status, refused) in [
        (400, Vec::new()),
        (400, body[..63].to_vec()),
        (413, [body.as_slice(), &[0]].concat()),
        (413, vec![0; 10_000]),
        (403, [&body[..32], &[0; 32]].concat()),
        (403, [&element(b"other@example.org"), &body[32..]].concat()),
        // The identity, and bytes that are no element, in the issuer's name.
        (400, evaluator.request([0; 32]).encode()),
        (400, evaluator.request([0xff; 32]).encode()),
    ] {
        assert_eq!(evaluator.post(refused).await.status, status);
    }
    assert_eq!(evaluator.post_as("application/json", body.clone()).await.status, 415);
    for (method, path) in [("GET", "/v1/evaluations"), ("POST", "/key"), ("GET", "/"), ("GET", "/v1/evaluations/x")] {
        let method = method.parse().expect("a method");
        let url = format!("{}{path}", evaluator.url());
        let answer = undersign_tests::evaluator::client().request(method, url).send().await.expect("an answer");
        assert!([404, 405].contains(&answer.status().as_u16()), "{path}");
    }
    // None of this was counted; of what is, a day has three.
    for _ in 0..3 {
        let reply = evaluator.post(body.clone()).await;
        assert_eq!((reply.status, reply.body.len()), (200, EvaluationAnswer::SIZE));
    }
    let refused = evaluator.post(body.clone()).await;
    assert_eq!(refused.status, 429);
    assert!(refused.retry_after.is_some_and(|seconds| (1..=86_400).contains(&seconds)), "{refused:?}");
    assert_eq!(evaluator.post_as(EVALUATION_MEDIA_TYPE, body[..63].to_vec()).await.status, 400);
}

#[tokio::test]
async fn of_many_at_once_no_more_are_answered_than_the_limit_and_a_kill_gives_none_back() {
    let mut evaluator = TestEvaluator::start(MANY, 20).await;
    let mut answered = 0;
    for _ in 0..3 {
        let bodies = (0..15).map(|number| evaluator.request(element(&[number])).encode());
        let mut asked = tokio::task::JoinSet::new();
        for body in bodies {
            let request = undersign_tests::evaluator::client().post(format!("{}/v1/evaluations", evaluator.url()));
            let request = request.header("content-type", EVALUATION_MEDIA_TYPE).body(body);
            asked.spawn(async move { request.send().await.expect("an answer").status().as_u16() });
        }
        answered += asked.join_all().await.into_iter().filter(|status| *status == 200).count();
        evaluator.restart().await;
    }
    assert_eq!(answered, 20);
}

#[tokio::test]
async fn an_evaluator_keeps_two_secrets_and_a_count_for_its_user_alone_and_says_nothing_of_what_it_was_asked() {
    let evaluator = TestEvaluator::start(MANY, MANY).await;
    let (server, petition) = TestServer::with_petition(evaluator.options().await).await;
    Wire::new(&server).token(ANNA, &petition).await;
    let known = evaluator.request(element(b"anna@example.org"));
    let answer = evaluator.post(known.encode()).await;
    let (key, said) = (evaluator.key().await, evaluator.output());
    assert_eq!(said, format!("evaluator {key}\nready\n"));
    assert!(evaluator.start_second().contains("another process uses"));

    let seized = Seized::read(&evaluator.data());
    let mut names: Vec<_> = seized.files().iter().map(|file| file.path.as_str()).collect();
    names.retain(|name| *name != "names of the files");
    names.sort_unstable();
    assert_eq!(names, ["count", "evaluator.key", "issuer.secret", "lock"]);
    let count = String::from_utf8(seized.file("count").to_vec()).expect("a text");
    assert!(count.len() <= "20786 100000\n".len(), "a day and a number: {count}");
    for name in ["count", "evaluator.key", "issuer.secret"] {
        let mode = fs::metadata(evaluator.data().join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let asked = [
        Secret::text("address", ANNA),
        Secret::bytes("blinded element", &known.blinded_element),
        Secret::bytes("answer", &answer.body),
    ];
    assert_eq!(seized.find(&asked), BTreeSet::new());
    assert!(!seized.with("count", &known.blinded_element).find(&asked).is_empty(), "the control");
}

#[tokio::test]
async fn show_and_the_page_say_who_can_test_addresses() {
    let evaluator = TestEvaluator::start(MANY, MANY).await;
    for (options, line, sentence) in [
        (Options::default(), "tags: local", "can test addresses that they guess"),
        (evaluator.options().await, "tags: evaluator", "A second machine elsewhere has to help"),
    ] {
        let (server, petition) = TestServer::with_petition(options).await;
        let shown = Command::new(program("undersign")).arg("show").arg(server.link(&petition)).output().await;
        let shown = String::from_utf8_lossy(&shown.expect("the command").stdout).into_owned();
        assert!(shown.contains(line), "{shown}");
        let wire = Wire::new(&server);
        let page = wire.get(&wire.origin(&format!("/en/p/{}", petition.manifest().slug))).await.text();
        assert!(page.contains(sentence), "{page}");
    }
}

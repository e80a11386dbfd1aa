//! Floods without network addresses: whether work stops them, lets people through, and keeps mailboxes from being filled.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::Blinding;
use undersign_tests::programs::is_proving;
use undersign_tests::proving::{ask, random_digest, work};
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::{Sender, Signer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

const VICTIM: &str = "victim@example.org";
const MAILS_PER_ADDRESS: usize = 3;
/// More requests in a minute than any test sends.
const NEVER: u32 = 100_000_000;

/// Easy proofs: they take at most five tries, where people's take thousands.
fn options(mails_per_minute: u32, requests_per_minute: u32) -> Options {
    let limits = format!(
        "mails_per_address = {MAILS_PER_ADDRESS}\nmails_per_domain = 100000\nmails_per_network = 100000\n\
         mails_per_minute = {mails_per_minute}\n\
         [identified.limits.proof_of_work]\nrequests_per_minute = {requests_per_minute}\ntries = 5\n"
    );
    Options { limits: Some(limits), ..Options::default() }
}

/// How large the flood is, how many mails a minute there are, and above how many requests a minute proofs are asked for.
fn sizes() -> (usize, u32, u32) {
    if is_proving() { (10_000, 1_000, 1_000) } else { (600, 100, 60) }
}

/// Proofs for requests that are to come, made while it is quiet: all of them within the ten minutes for which they live.
async fn make_beforehand(wire: &Wire, many: usize) -> Vec<(RequestDigest, Option<Value>)> {
    let mut makers = JoinSet::new();
    for _ in 0..20 {
        let wire = wire.clone();
        makers.spawn(async move {
            let mut made = Vec::new();
            for _ in 0..many / 20 {
                let digest = random_digest();
                let (level, proof) = work(&wire, &digest).await;
                assert_eq!(level, 1, "it is quiet");
                made.push((digest, Some(proof)));
            }
            made
        });
    }
    makers.join_all().await.concat()
}

/// How long a flood takes: a minute, or less where it is smaller.
fn minute() -> Duration {
    Duration::from_secs(if is_proving() { 60 } else { 2 })
}

/// Sends requests from many connections, all within a minute in the tier that proves; each second one is for the victim.
async fn flood(wire: Wire, proofs: Vec<(RequestDigest, Option<Value>)>) -> usize {
    let (all, wire) = (proofs.len(), Arc::new(wire));
    // So many connections, and not more than the machine has room for.
    let at_once = Arc::new(Semaphore::new(64));
    let mut sent = JoinSet::new();
    for (number, (digest, proof)) in proofs.into_iter().enumerate() {
        let (wire, at_once) = (Arc::clone(&wire), Arc::clone(&at_once));
        sent.spawn(async move {
            let place = u32::try_from(number * 1_000 / all).expect("a thousandth");
            tokio::time::sleep(minute() / 1_000 * place).await;
            let _turn = at_once.acquire().await.expect("it is never closed");
            let email =
                if number % 2 == 0 { VICTIM.to_owned() } else { format!("a{number}@flood{number}.example.org") };
            ask(&wire, &email, &digest, proof.as_ref()).await.status
        });
    }
    sent.join_all().await.into_iter().filter(|status| *status == 202).count()
}

/// "A flood of 10,000 verification requests a minute with proofs made beforehand at the base difficulty: the difficulty rises, honest
/// people still get through within a minute, and no victim gets more than the mail budget."
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_with_proofs_made_beforehand_ends_at_a_higher_difficulty_and_people_get_through() {
    let (many, mails_per_minute, requests_per_minute) = sizes();
    let (server, petition) = TestServer::with_petition(options(mails_per_minute, requests_per_minute)).await;
    let wire = Wire::new(&server);
    let flooding = tokio::spawn(flood(wire.clone(), make_beforehand(&wire, many).await));

    let mut levels = BTreeSet::new();
    for number in 0..5 {
        tokio::time::sleep(Duration::from_millis(if is_proving() { 10_000 } else { 300 })).await;
        let person = Signer::new(&server, &format!("person{number}@example.net"));
        let prepared = person.prepare(&server.link(&petition), undersign_client_lib::journey::Bundle::OnlyThis).await;
        let digest = prepared.request_digest();
        let mut answer = ask(&wire, &person.email, &digest, None).await;
        // While it rises, what is done may be too little once it is done; it has five steps.
        for _ in 0..6 {
            if answer.status == 202 {
                break;
            }
            assert_eq!(answer.problem(), Problem::ProofRequired);
            let (level, proof) = work(&wire, &digest).await;
            levels.insert(level);
            answer = ask(&wire, &person.email, &digest, Some(&proof)).await;
        }
        assert_eq!(answer.status, 202, "{}", answer.text());
        let mail = person.mail(1).await;
        assert_eq!(wire.confirm_link(&mail.link_token(), &prepared.check_number().to_string()).await.status, 200);
    }
    let taken = flooding.await.expect("no panic");
    assert!(levels.last().is_some_and(|level| *level > 1), "the difficulty has risen: {levels:?}");
    assert!(taken < many / 10, "{taken} of {many}");
    Tables::open(&server.database_url("identified")).await.wait_until_empty("outbox").await;
    let mails = server.mailbox().mails_to(VICTIM).len();
    assert!((1..=MAILS_PER_ADDRESS + 1).contains(&mails), "{mails}");
}

/// The control of the test above: the same flood, where no work is asked for, takes the mails of the minute.
#[tokio::test(flavor = "multi_thread")]
async fn where_no_work_is_asked_for_the_same_flood_takes_everybodys_mails() {
    let (many, mails_per_minute, _) = sizes();
    let server = TestServer::start(options(mails_per_minute, NEVER)).await;
    let wire = Wire::new(&server);
    let flooding = tokio::spawn(flood(wire.clone(), (0..many).map(|_| (random_digest(), None)).collect()));
    tokio::time::sleep(minute() / 2).await;
    let people: Vec<_> = (0..5).map(|number| format!("person{number}@example.net")).collect();
    for person in &people {
        // They are answered like everybody.
        wire.verification(person, &random_digest()).await;
    }
    assert_eq!(flooding.await.expect("no panic"), many);
    Tables::open(&server.database_url("identified")).await.wait_until_empty("outbox").await;
    // Now and then one of them is the first after a mail is allowed again.
    let reached = people.iter().filter(|person| !server.mailbox().mails_to(person).is_empty()).count();
    assert!(reached < people.len(), "everybody got a mail");
    assert!(server.mailbox().mails().len() >= mails_per_minute as usize / 2, "the flood's mails went out");
}

#[tokio::test]
async fn whoever_works_as_much_as_they_like_gets_one_more_mail_sent_to_a_victim() {
    let (server, petition) = TestServer::with_petition(options(100_000, NEVER)).await;
    let wire = Wire::new(&server);
    for _ in 0..2 * MAILS_PER_ADDRESS {
        wire.verification(VICTIM, &random_digest()).await;
    }
    // Its owner waited in vain, and is not locked out.
    let owner = Blinding::new(&petition);
    let (_, proof) = work(&wire, &owner.digest()).await;
    assert_eq!(ask(&wire, VICTIM, &owner.digest(), Some(&proof)).await.status, 202);
    let mail = wire.mail(VICTIM, MAILS_PER_ADDRESS + 1).await;
    assert_eq!(wire.confirm_link(&mail.link_token(), &owner.check().to_string()).await.status, 200);
    assert_eq!(wire.token_request(&owner.body()).await.status, 200);

    for _ in 0..20 {
        let digest = random_digest();
        let (_, proof) = work(&wire, &digest).await;
        assert_eq!(ask(&wire, VICTIM, &digest, Some(&proof)).await.status, 202, "the answer is the same");
    }
    Tables::open(&server.database_url("identified")).await.wait_until_empty("outbox").await;
    assert_eq!(server.mailbox().mails_to(VICTIM).len(), MAILS_PER_ADDRESS + 1);
}

#[tokio::test]
async fn a_proof_counts_once_and_for_its_own_request() {
    let server = TestServer::start(options(100_000, NEVER)).await;
    let wire = Wire::new(&server);
    let digest = random_digest();
    let (_, proof) = work(&wire, &digest).await;
    assert_eq!(ask(&wire, VICTIM, &random_digest(), Some(&proof)).await.problem(), Problem::ProofRequired);
    let mut together = JoinSet::new();
    for _ in 0..8 {
        let (wire, proof) = (wire.clone(), proof.clone());
        together.spawn(async move { ask(&wire, VICTIM, &digest, Some(&proof)).await.status });
    }
    let mut answers = together.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers, [202, 429, 429, 429, 429, 429, 429, 429]);
    assert_eq!(ask(&wire, "other@example.org", &digest, Some(&proof)).await.problem(), Problem::ProofRequired);
    // Without one nothing is needed: it is quiet.
    assert_eq!(ask(&wire, "other@example.org", &digest, None).await.status, 202);
    for wrong in [Value::Null, "x".into(), serde_json::json!({}), serde_json::json!({ "challenge": 1, "solution": 2 })]
    {
        let status = ask(&wire, "other@example.org", &digest, Some(&wrong)).await.status;
        assert_eq!(status, if wrong.is_null() { 202 } else { 400 }, "{wrong}");
    }
}

#[tokio::test]
async fn whether_work_is_asked_for_tells_nothing_about_an_address() {
    let (server, petition) = TestServer::with_petition(options(100_000, 6)).await;
    let wire = Wire::new(&server);
    let (first, again) = (Blinding::new(&petition), Blinding::new(&petition).digest());
    wire.confirm(VICTIM, &first.digest()).await;
    assert_eq!(wire.token_request(&first.body()).await.status, 200);
    // One more than one in ten seconds: from here on it is asked for.
    let mut asked = wire.ask(VICTIM, &again).await;
    while asked.status == 202 {
        asked = wire.ask(VICTIM, &again).await;
    }
    assert_eq!(asked.problem(), Problem::ProofRequired);
    for new in ["new@example.org", "somebody.with.a.long.name@mail.example.net"] {
        assert_eq!(shape(&wire.ask(new, &again).await), shape(&asked), "{new}");
    }
    let mut taken = BTreeSet::new();
    for email in [VICTIM, "new@example.org", "newer@example.net"] {
        let mut answer = ask(&wire, email, &again, None).await;
        while answer.status != 202 {
            let (_, proof) = work(&wire, &again).await;
            answer = ask(&wire, email, &again, Some(&proof)).await;
        }
        taken.insert((answer.status, answer.body.len()));
    }
    assert_eq!(taken.len(), 1, "{taken:?}");
}

/// Strangers behind one address: Tor's exits, relays, an onion service.
#[tokio::test]
async fn shared_networks_have_one_limit_and_work_goes_in_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("shared");
    std::fs::write(&list, "# exits\n127.0.0.2\n127.0.3.0/24\n").expect("a file");
    let limits = "mails_per_network = 1\nmails_per_shared_network = 3\nmails_per_minute = 100000\n\
        [identified.limits.proof_of_work]\ntries = 5\n";
    let identified = format!("shared_networks = \"{}\"", list.display());
    let options = Options {
        limits: Some(limits.to_owned()),
        sections: [identified, String::new()],
        log: Some("debug".to_owned()),
        ..Options::default()
    };
    let server = TestServer::start(options).await;
    let from = |address: &str| {
        let address: IpAddr = address.parse().expect("an address");
        Wire::with(&server, &Sender::new(Some(address)), server.mailbox())
    };
    let (exit, relay, own) = (from("127.0.0.2"), from("127.0.3.9"), from("127.0.0.7"));
    for (number, wire) in [&exit, &relay, &exit].into_iter().enumerate() {
        assert_eq!(wire.ask(&format!("a{number}@example.org"), &random_digest()).await.status, 202);
    }
    let digest = random_digest();
    for wire in [&exit, &relay] {
        assert_eq!(wire.ask("b@example.org", &digest).await.problem(), Problem::ProofRequired);
    }
    for number in 0..5 {
        let digest = random_digest();
        let (level, proof) = work(&relay, &digest).await;
        assert_eq!(level, 1);
        assert_eq!(ask(&relay, &format!("c{number}@example.org"), &digest, Some(&proof)).await.status, 202);
    }
    // A network of its own has its own limit, and is not told when it is used up.
    for number in 0..3 {
        assert_eq!(own.ask(&format!("d{number}@example.org"), &digest).await.status, 202);
    }
    Tables::open(&server.database_url("identified")).await.wait_until_empty("outbox").await;
    assert_eq!(server.mailbox().mails().len(), 3 + 5 + 1);
    for address in ["127.0.0.2", "127.0.3.", "127.0.0.7", "@example.org"] {
        assert!(!server.output().contains(address), "{address} in {}", server.output());
    }
    assert!(server.output().contains("127.0.0.1"), "what the log holds is looked at: where it listens");
}

#[tokio::test]
async fn a_list_with_half_the_world_or_work_without_end_is_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("shared");
    std::fs::write(&list, "192.0.2.0/24\n0.0.0.0/0\n").expect("a file");
    let identified = format!("shared_networks = \"{}\"", list.display());
    let told =
        TestServer::refuses_to_start(Options { sections: [identified, String::new()], ..Options::default() }).await;
    assert!(told.contains("shared") && told.contains("line 2"), "{told}");
    let limits = Some("[identified.limits.proof_of_work]\ntries = 1000000000\n".to_owned());
    let told = TestServer::refuses_to_start(Options { limits, ..Options::default() }).await;
    assert!(told.contains("more work than clients do"), "{told}");
}

/// Status, headers without the date, and body.
fn shape(answer: &Answer) -> (u16, BTreeSet<String>, &[u8]) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| format!("{name}: {}", value.to_str().expect("ASCII"))).collect();
    (answer.status, headers, &answer.body)
}

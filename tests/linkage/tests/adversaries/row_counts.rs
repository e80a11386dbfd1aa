//! What somebody learns who counts the identified side's rows again and again, and nothing else.

use std::collections::BTreeMap;

use undersign_client_lib::journey::Bundle;
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::tables::Tables;

const PEOPLE: usize = 5;
const SLUGS: [&str; 2] = ["trees", "rivers"];

/// Rows of each table.
type Counts = BTreeMap<String, usize>;

/// What people do beside asking for their tokens.
struct History {
    name: &'static str,
    /// Which petition each wants.
    wanted: fn(usize) -> usize,
    /// Who signs in the end.
    signs: fn(usize) -> bool,
}

async fn count(tables: &mut Tables) -> Counts {
    tables.wait_until_empty("outbox").await;
    tables.rows().await.into_iter().map(|(table, rows)| (table, rows.len())).collect()
}

/// Counts after each of four steps of each person.
async fn play(history: &History) -> Vec<Counts> {
    let server = TestServer::start(Options::default()).await;
    let mut petitions = Vec::new();
    for slug in SLUGS {
        petitions.push(server.publish(petition(slug, server.now(), 1)).await);
    }
    let mut tables = Tables::open(&server.database_url("identified")).await;
    let mut counts = vec![count(&mut tables).await];
    for person in 0..PEOPLE {
        let signer = Signer::new(&server, &format!("{}{person}@example.org", history.name));
        let wanted = &petitions[(history.wanted)(person)];
        let prepared = signer.prepare(&server.link(wanted), Bundle::WholeRun).await;
        let prepared = signer.ask(prepared).await;
        counts.push(count(&mut tables).await);
        let code = signer.mail(1).await.code().parse().expect("a code");
        let request = prepared.confirm_with_code(&code).expect("a verification");
        let confirmed = prepared.code_answered(&signer.sender.send(&request).await).expect("confirmed");
        counts.push(count(&mut tables).await);
        let held = signer.token(confirmed).await;
        counts.push(count(&mut tables).await);
        if (history.signs)(person) {
            signer.redeem(held).await;
        }
        counts.push(count(&mut tables).await);
    }
    tables.close().await;
    counts
}

#[tokio::test]
async fn rows_of_the_identified_side_count_confirmations_and_tokens_whatever_is_signed() {
    let histories = [
        History { name: "anna", wanted: |_| 0, signs: |_| true },
        History { name: "boris", wanted: |_| 1, signs: |_| false },
        History { name: "a.much.longer.name", wanted: |person| person % 2, signs: |person| person > 2 },
    ];
    let mut seen = Vec::new();
    for history in &histories {
        seen.push(play(history).await);
    }
    assert!(seen.iter().all(|counts| *counts == seen[0]), "{seen:#?}");

    // And what they count is told to everyone (`issued`), or is how many have opened their mail.
    let before = &seen[0][0];
    for (step, counts) in seen[0].iter().enumerate().skip(1) {
        let (person, step) = ((step - 1) / 4, (step - 1) % 4);
        let mut expected = before.clone();
        *expected.get_mut("confirmation").expect("a table") += person + usize::from(step >= 1);
        *expected.get_mut("issuance").expect("a table") += SLUGS.len() * (person + usize::from(step >= 2));
        assert_eq!(*counts, expected, "person {person}, step {step}");
    }
}

/// The control: counts that depend on what is wanted are seen to differ.
#[tokio::test]
async fn tokens_for_one_petition_alone_are_seen_in_the_counts() {
    let server = TestServer::with_petitions(Options::default(), &SLUGS).await;
    let mut tables = Tables::open(&server.database_url("identified")).await;
    let mut counts = Vec::new();
    for (bundle, email) in [(Bundle::WholeRun, "anna@example.org"), (Bundle::OnlyThis, "boris@example.org")] {
        let before = count(&mut tables).await["issuance"];
        let signer = Signer::new(&server, email);
        let confirmed = signer.confirm(signer.prepare(&server.link_to(SLUGS[0]), bundle).await).await;
        signer.token(confirmed).await;
        counts.push(count(&mut tables).await["issuance"] - before);
    }
    tables.close().await;
    assert_eq!(counts, [2, 1]);
}

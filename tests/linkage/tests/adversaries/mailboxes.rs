//! The game of whoever reads mailboxes, in small: what `cargo xtask linkage` plays with more people.

use undersign_linkage::disks::Engine;
use undersign_linkage::mailboxes::game::{Rule, play};
use undersign_linkage::mailboxes::report::Report;

/// As many as two groups of twelve of each kind: what separates those is found.
const PEOPLE: usize = 120;

async fn learns_what_he_is_said_to_learn_and_nothing_else(engine: Engine) {
    let games = [(engine, play(engine, PEOPLE, 1).await.expect("a game to its end"))];
    let report = Report::new(&games);
    assert!(report.leaks().is_empty(), "{}", report.markdown());
    // The control: by the same readings, at the same server, what can be learnt is learnt.
    assert!(report.unseen().is_empty(), "{}", report.markdown());
    let judged = games[0].1.iter().filter(|finding| finding.rule == Rule::Judged);
    assert!(
        judged.clone().count() >= 6 && judged.clone().all(|finding| finding.people >= 24 && finding.comparisons > 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_mailboxes_learns_nothing_but_what_trying_tells_on_sqlite() {
    learns_what_he_is_said_to_learn_and_nothing_else(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_mailboxes_learns_nothing_but_what_trying_tells_on_postgresql() {
    learns_what_he_is_said_to_learn_and_nothing_else(Engine::Postgres).await;
}

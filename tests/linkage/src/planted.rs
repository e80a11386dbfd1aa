//! Leaks that are there on purpose: every trick must find its own, and nothing where it is taken away.

use std::time::{Duration, SystemTime};

use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection as _};
use undersign_server::anonymous::AnonymousDatabase;
use undersign_server::identified::IdentifiedDatabase;
use undersign_tests::at_rest::SeizedFile;

use crate::adversary::try_trick;
use crate::disks::{Disks, Engine, FileGroup};
use crate::lots::Lots;
use crate::report::LIMIT;
use crate::rows::Row;
use crate::seizure::{Evidence, Seizure, Trace};
use crate::side::{BOTH, Side};
use crate::statistics::Comparison;
use crate::tricks::{Reading, Trick};

/// How many people come where nothing else is said, one after the other: person 0 first.
pub(crate) const PEOPLE: usize = 120;

/// More comparisons than any game makes: what is found beside so many is found in a game.
const COMPARISONS: f64 = 10_000.0;

/// People with values that nothing tells of; the same for a seed.
pub(crate) fn people(seed: u64) -> Vec<Trace> {
    so_many(PEOPLE, seed)
}

/// The same, and how many.
pub(crate) fn so_many(count: usize, seed: u64) -> Vec<Trace> {
    let mut lots = Lots::new(seed);
    let mut three = || [(); 3].map(|()| lots.key().to_vec());
    (0..count).map(|_| Trace { identified: three(), anonymous: three() }).collect()
}

/// The best that a trick comes to with these, where it is not known which of the people is whom.
pub(crate) fn best(read: fn(&Evidence) -> Vec<Reading>, evidence: &[Evidence; 2]) -> Option<(String, Comparison)> {
    let trick = Trick { name: "", read };
    let (_, _, best) = try_trick(trick, evidence, &[(0..evidence[0].people).collect()], 1);
    best
}

/// Whether the trick finds what was planted as a game would.
pub(crate) fn is_found(read: fn(&Evidence) -> Vec<Reading>, evidence: &[Evidence; 2]) -> bool {
    best(read, evidence).is_some_and(|(_, best)| best.p * COMPARISONS < LIMIT)
}

/// Fails where it does not.
pub(crate) fn assert_found(read: fn(&Evidence) -> Vec<Reading>, evidence: &[Evidence; 2]) {
    assert!(is_found(read, evidence), "{:?}", best(read, evidence));
}

/// Fails where the trick finds something.
pub(crate) fn assert_not_found(read: fn(&Evidence) -> Vec<Reading>, evidence: &[Evidence; 2]) {
    let best = best(read, evidence);
    assert!(best.as_ref().is_none_or(|(_, best)| best.p > LIMIT), "{best:?}");
}

/// Both sides' evidence, where a side has nothing but these files and rows.
pub(crate) fn evidence(
    people: &[Trace],
    files: impl Fn(Side) -> Vec<FileGroup>,
    rows: impl Fn(Side) -> Vec<Vec<Row>>,
) -> [Evidence; 2] {
    BOTH.map(|side| {
        let mut copies = rows(side);
        let rows = copies.pop().unwrap_or_default();
        Seizure { side, engine: Engine::Sqlite, files: files(side), rows, copies }.examine(people)
    })
}

/// A file with some bytes, written after so many seconds.
pub(crate) fn file(path: &str, bytes: Vec<u8>, seconds: u64) -> SeizedFile {
    SeizedFile { path: path.to_owned(), bytes, modified: SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) }
}

/// The value by which a person's rows are called.
pub(crate) fn key(person: &Trace, side: Side) -> &[u8] {
    match side {
        Side::Identified => &person.identified[0],
        Side::Anonymous => &person.anonymous[0],
    }
}

/// Real databases in which people's rows were written one after the other, and that were not rewritten since.
pub(crate) struct Arrived {
    disks: Disks,
    identified: IdentifiedDatabase,
    anonymous: AnonymousDatabase,
    people: Vec<Trace>,
}

impl Arrived {
    /// Lets people come; bytes beyond those that are the same for all are added to the rows of each.
    pub(crate) async fn at(engine: Engine, people: Vec<Trace>, more: impl Fn(usize) -> usize) -> Self {
        let disks = Disks::beside_others(engine);
        let [first, second] = disks.urls();
        let identified = IdentifiedDatabase::open(&first).await.expect("it opens");
        let anonymous = AnonymousDatabase::open(&second).await.expect("it opens");
        install_default_drivers();
        let mut first = AnyConnection::connect(&first).await.expect("a connection");
        let mut second = AnyConnection::connect(&second).await.expect("a connection");
        for (number, Trace { identified: [tag, request, digest], anonymous: [nonce, ..] }) in people.iter().enumerate()
        {
            let filled = |size: usize| vec![7_u8; size + more(number)];
            let [petition, sealed, authenticator] = [vec![1; 32], filled(72), filled(256)];
            let statements = [
                (false, "INSERT INTO confirmation VALUES ($1, $2, 1)", vec![digest, &sealed]),
                (false, "INSERT INTO issuance VALUES ($1, $2, $3)", vec![&petition, tag, request]),
                (true, "INSERT INTO nonce (petition_id, nonce) VALUES ($1, $2)", vec![&petition, nonce]),
                (true, "INSERT INTO pool VALUES ($1, $2, $3)", vec![&petition, nonce, &authenticator]),
            ];
            for (is_second, statement, values) in statements {
                let mut query = sqlx::query(statement);
                for value in values {
                    query = query.bind(value.as_slice());
                }
                let connection = if is_second { &mut second } else { &mut first };
                query.execute(connection).await.expect("inserted");
            }
        }
        Self { disks, identified, anonymous, people }
    }

    /// Does what ticks do.
    pub(crate) async fn rewrite(&self) {
        // Others of this cluster can be in the way.
        while !(self.identified.rewrite().await.expect("no failure")
            && self.anonymous.rewrite().await.expect("no failure"))
        {}
    }

    /// What is at rest.
    pub(crate) async fn evidence(&self) -> [Evidence; 2] {
        let mut both = Vec::new();
        for side in BOTH {
            let (files, rows) = (self.disks.files(side), self.disks.rows(side).await);
            let seizure = Seizure { side, engine: self.disks.engine(), files, rows, copies: Vec::new() };
            both.push(seizure.examine(&self.people));
        }
        both.try_into().expect("two sides")
    }
}

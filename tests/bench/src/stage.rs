//! A server with petitions and the people for it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use undersign_client_lib::checked::CheckedPetition;
use undersign_protocol::petition::VerifiedManifest;
use undersign_server::clock::{Clock as _, SystemClock};
use undersign_test_clusters::{Clusters, TestDatabase};
use undersign_tests::petitions::petition;
use undersign_tests::post::Mails;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;

use crate::clock::Process;
use crate::cost::Meter;
use crate::http::Connection;
use crate::load::{Load, run};
use crate::people::{Confirmed, Holder, Person, prepare, server_address};
use crate::{Engine, Settings};

/// Requests under way at once.
pub const CONNECTIONS: usize = 64;
/// No limit of mails is met: the generator is one network, and everyone's mailbox is asked once.
const LIMITS: &str = "mails_per_address = 1000\nmails_per_domain = 10000000\nmails_per_network = 10000000\n\
     mails_per_minute = 10000000\nproof_of_work.requests_per_minute = 100000000\n";

/// The real server, with a mail server beside it.
pub struct Stage {
    /// The server.
    pub server: TestServer,
    /// Its mails.
    pub mails: Mails,
    /// Its petitions, in the order of their run; the first is signed.
    pub petitions: Vec<VerifiedManifest>,
    interval: u64,
    /// Databases of its own, and their clusters, which end after them.
    databases: Option<([TestDatabase; 2], Clusters)>,
}

/// The sides, in the order in which their databases are given.
const SIDES: [&str; 2] = ["identified", "anonymous"];

/// Whether the two sides are processes of their own, so that one's work can be told from the other's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// One process each.
    Apart,
    /// One for both.
    Together,
}

impl Stage {
    /// Starts a server with so many open petitions, which publish every `interval` seconds.
    pub async fn set(settings: &Settings, sides: Sides, petitions: usize, interval: u64) -> Result<Self> {
        let mails = Mails::listen().await?;
        let databases = (settings.engine == Engine::Postgres).then(|| {
            let clusters = Clusters::start_durable();
            (SIDES.map(|side| clusters.database(side)), clusters)
        });
        let options = Options {
            apart: sides == Sides::Apart,
            smtp: Some(mails.settings()),
            limits: Some(LIMITS.to_owned()),
            databases: databases.as_ref().map(|(databases, _)| databases.each_ref().map(TestDatabase::url)),
            ..Options::default()
        };
        let server = TestServer::start(options).await;
        let mut published = Vec::new();
        for number in 0..petitions {
            published.push(server.publish(petition(&format!("bench-{number}"), SystemClock.now(), interval)).await);
        }
        Ok(Self { server, mails, petitions: published, interval, databases })
    }

    /// The petition that is signed.
    pub fn petition(&self) -> &VerifiedManifest {
        &self.petitions[0]
    }

    /// The same as clients check it.
    pub async fn checked(&self) -> CheckedPetition {
        Signer::new(&self.server, "reader@example.org").check(&self.server.link(self.petition())).await
    }

    /// What the identified side costs; the sides are apart.
    pub fn identified(&self) -> Meter {
        self.meter(self.server.process_ids()[0], &SIDES[..1])
    }

    /// What the anonymous side costs; the sides are apart.
    pub fn anonymous(&self) -> Meter {
        self.meter(*self.server.process_ids().last().unwrap_or(&0), &SIDES[1..])
    }

    /// What both cost, which are together.
    pub fn both(&self) -> Meter {
        self.meter(self.server.process_ids()[0], &SIDES)
    }

    fn meter(&self, server: u32, sides: &[&str]) -> Meter {
        let clusters = self.databases.iter().map(|(_, clusters)| clusters);
        let clusters = clusters.flat_map(|clusters| sides.iter().map(|side| Process(clusters.process_id(side))));
        Meter { server: Process(server), clusters: clusters.collect() }
    }

    /// Bytes that both sides' databases take now.
    pub fn disk(&self) -> Result<[u64; 2]> {
        match &self.databases {
            None => Ok(SIDES.map(|side| std::fs::metadata(self.server.database(side)).map_or(0, |data| data.len()))),
            Some(([identified, anonymous], _)) => {
                let size =
                    |database: &TestDatabase| database.execute("SELECT pg_database_size(current_database())").parse();
                Ok([size(identified)?, size(anonymous)?])
            }
        }
    }

    /// The identified side's socket.
    pub fn issuer(&self) -> Result<SocketAddr> {
        server_address(&self.server.issuer().to_string())
    }

    /// The anonymous side's socket.
    pub fn origin(&self) -> Result<SocketAddr> {
        server_address(&self.server.origin().to_string())
    }

    /// Sleeps over the next tick where it comes within so many seconds: what is measured then is one step and no batch.
    pub async fn between_ticks(&self, seconds: u64) {
        let opens_at = self.petition().manifest().opens_at.seconds();
        let left = self.interval - (SystemClock.now().seconds() - opens_at) % self.interval;
        if left < seconds {
            tokio::time::sleep(Duration::from_secs(left + 2)).await;
        }
    }

    /// So many people with a confirmed address each.
    pub async fn confirmed(&self, name: &str, count: usize) -> Result<Vec<Confirmed>> {
        let people = prepare(&self.checked().await, name, count)?;
        Ok(self.confirm(people).await?.outputs)
    }

    /// Has everyone's address confirmed.
    pub async fn confirm(&self, people: Vec<Person>) -> Result<Load<Confirmed>> {
        let connections = Connection::open_all(self.issuer()?, CONNECTIONS).await?;
        let mails = self.mails.clone();
        run(connections, people, move |mut connection, person: Person| {
            let mails = mails.clone();
            async move {
                let confirmed = person.confirm(&mut connection, &mails).await?;
                Ok((connection, confirmed))
            }
        })
        .await
    }

    /// So many people with a token each.
    pub async fn holders(&self, name: &str, count: usize) -> Result<Vec<Holder>> {
        let confirmed = self.confirmed(name, count).await?;
        let answers = issue(Connection::open_all(self.issuer()?, CONNECTIONS).await?, confirmed).await?;
        unblind(answers)
    }
}

/// Unblinds and verifies everyone's answer.
pub fn unblind(answers: Load<(Confirmed, crate::http::Answer)>) -> Result<Vec<Holder>> {
    crate::load::on_all_cores(answers.outputs, |(confirmed, answer)| confirmed.holder(&answer.response()))
}

/// Asks for everyone's token.
pub async fn issue(
    connections: Vec<Connection>,
    people: Vec<Confirmed>,
) -> Result<Load<(Confirmed, crate::http::Answer)>> {
    run(connections, people, |mut connection, person: Confirmed| async move {
        let answer = connection.send(&person.request).await?.expect(200)?;
        Ok((connection, (person, answer)))
    })
    .await
}

/// Redeems everyone's token.
pub async fn redeem(connections: Vec<Connection>, holders: Vec<Holder>) -> Result<Load<(Holder, crate::http::Answer)>> {
    run(connections, holders, |mut connection, holder: Holder| async move {
        let answer = connection.send(&holder.request).await?.expect(200)?;
        Ok((connection, (holder, answer)))
    })
    .await
}

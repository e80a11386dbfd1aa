use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use undersign_protocol::timestamp::DAY;
use undersign_tests::at_rest::Seized;
use undersign_tests::copies::Copied;
use undersign_tests::evaluator::TestEvaluator;
use undersign_tests::petitions::petition;
use undersign_tests::post::Mails;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Sender;
use undersign_tests::tables::Tables;
use undersign_tests::wire::Wire;

use crate::adversary::{Crowds, Finding, Held, look};
use crate::disks::{Disks, Engine, FileGroup};
use crate::population::{Holder, Place, Signs, Visit, arrivals};
use crate::rows::{Row, read_rows, tags};
use crate::seizure::{Seizure, Trace};
use crate::side::BOTH;

/// Rounds of a day: a round is people who come, and then nobody until both sides are rewritten.
const ROUNDS: usize = 2;
/// More mails than any game asks for.
const MANY: u32 = 100_000;

/// How a game is played.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// What keeps the rows.
    pub engine: Engine,
    /// How many sign.
    pub people: usize,
    /// For arrivals and ties.
    pub seed: u64,
    /// Seconds between ticks. Of a whole day none comes, and what is rewritten is rewritten between ticks.
    pub interval: u64,
    /// Each ends with a backup of both sides.
    pub days: usize,
    /// Whether tags come from an evaluator, on a machine that is not seized.
    pub evaluator: bool,
}

/// A game as it runs.
struct Game {
    settings: Settings,
    disks: Disks,
    server: TestServer,
    /// Kept for as long as tags come from it.
    _evaluator: Option<TestEvaluator>,
    place: Place,
    holders: Vec<Signed>,
    backups: Vec<Copied>,
}

/// Someone who has a token, and when they handed it in.
struct Signed {
    holder: Holder,
    round: Option<usize>,
}

/// What is seized at a moment, and who was where then.
struct Moment {
    name: String,
    round: usize,
    seizures: [Seizure; 2],
}

/// Plays, and gives what the adversary has found at each moment.
pub async fn play(settings: Settings) -> Result<Vec<Finding>> {
    let mut game = Game::set_up(settings).await?;
    let tags = if settings.evaluator { ", tags of an evaluator" } else { "" };
    let ticks = format!("ticks of {} s{tags}", settings.interval);
    let mut moments = Vec::new();
    let mut visits = arrivals(settings.people, ROUNDS * settings.days, settings.seed).into_iter().peekable();
    for round in 0..ROUNDS * settings.days {
        let coming: Vec<_> = std::iter::from_fn(|| visits.next_if(|visit| visit.round == round)).collect();
        let day = round / ROUNDS + 1;
        let is_last_of_day = round % ROUNDS == ROUNDS - 1;
        let seized = game.play_round(round, coming, is_last_of_day).await?;
        moments.extend(seized.map(|seizures| Moment {
            name: format!("{ticks}, day {day}, in an interval"),
            round,
            seizures,
        }));
        game.rest().await;
        if is_last_of_day {
            game.backups.push(Copied::backup(&game.server));
            let name = format!("{ticks}, day {day}, after a rewriting");
            moments.push(Moment { name, round: round + 1, seizures: game.seize().await });
        }
    }
    game.judge(moments).await
}

impl Game {
    async fn set_up(settings: Settings) -> Result<Self> {
        let disks = Disks::new(settings.engine);
        let mails = Mails::listen().await?;
        let limits = "mails_per_address = 10\nmails_per_domain = 100000\nmails_per_network = 100000\n\
                      mails_per_minute = 100000\nproof_of_work.requests_per_minute = 10000000\n";
        let evaluator = if settings.evaluator { Some(TestEvaluator::start(MANY, MANY).await) } else { None };
        let address = match &evaluator {
            Some(evaluator) => Some(evaluator.address().await),
            None => None,
        };
        let server = TestServer::start(Options {
            smtp: Some(mails.settings()),
            limits: Some(limits.to_owned()),
            evaluator: address,
            // All that it could tell.
            log: Some("trace".to_owned()),
            databases: Some(disks.urls()),
            ..Options::default()
        })
        .await;
        let petition = server.publish(petition("trees", server.now(), settings.interval)).await;
        // What the network could tell is for another adversary: one client for all.
        let wire = Wire::with(&server, &Sender::new(None), server.mailbox());
        let place = Place { wire, mails, petition: Arc::new(petition) };
        Ok(Self { settings, disks, server, _evaluator: evaluator, place, holders: Vec::new(), backups: Vec::new() })
    }

    /// Lets people come, and those who waited sign. Seizes in the middle, if that is wanted: when half of all that is to happen has.
    async fn play_round(&mut self, round: usize, coming: Vec<Visit>, seizes: bool) -> Result<Option<[Seizure; 2]>> {
        let mut tasks = JoinSet::new();
        let (done, mut finished) = mpsc::unbounded_channel();
        let mut expected = coming.len();
        for visit in coming {
            let (place, done) = (self.place.clone(), done.clone());
            tasks.spawn(async move {
                let holder = visit.token(place.clone()).await?;
                if holder.visit.signs == Signs::AtOnce {
                    holder.sign(&place, Duration::ZERO).await?;
                }
                let signed = (holder.visit.signs == Signs::AtOnce).then_some(round);
                let _ = done.send(());
                anyhow::Ok(Signed { holder, round: signed })
            });
        }
        let is_due = |signed: &Signed| matches!(signed.holder.visit.signs, Signs::Later(later, _) if later == round);
        let (waited, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.holders).into_iter().partition(is_due);
        self.holders = others;
        expected += waited.len();
        for Signed { holder, .. } in waited {
            let (place, done) = (self.place.clone(), done.clone());
            tasks.spawn(async move {
                if let Signs::Later(_, after) = holder.visit.signs {
                    holder.sign(&place, after).await?;
                }
                let _ = done.send(());
                anyhow::Ok(Signed { holder, round: Some(round) })
            });
        }
        drop(done);
        for _ in 0..expected / 2 {
            // Nothing comes any more where someone has failed: told below.
            finished.recv().await;
        }
        let seized = if seizes { Some(self.seize().await) } else { None };
        while let Some(task) = tasks.join_next().await {
            self.holders.push(task??);
        }
        Ok(seized)
    }

    /// Waits until everything is published, if it will be, and both sides are rewritten.
    async fn rest(&self) {
        if self.settings.interval >= DAY {
            return self.disks.wait_until_rewritten().await;
        }
        let signed: Vec<_> = self.holders.iter().filter(|signed| signed.round.is_some()).collect();
        let withdrawn = signed.iter().filter(|signed| signed.holder.visit.takes_back).count() as u64;
        let signed = signed.len() as u64;
        for tries in 0.. {
            assert!(tries < 2_400, "not everything was published within two minutes");
            if self.place.wire.counts(&self.place.petition.petition_id()).await
                == (signed - withdrawn, signed, withdrawn)
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.disks.wait_until_rewritten().await;
    }

    /// Everything at rest on both sides, and the backups of the days that are over.
    async fn seize(&self) -> [Seizure; 2] {
        let mut seizures = Vec::new();
        for side in BOTH {
            let mut files = self.disks.files(side);
            let others = Seized::read_where(self.server.path(), |path| !path.contains(".db"));
            files.push(FileGroup::new("keys and output", others.files().to_vec()));
            let mut copies: Vec<Vec<Row>> = Vec::new();
            for (day, backup) in (1..).zip(&self.backups) {
                let place = backup.path().join(side.name());
                files.push(FileGroup::of_directory(&format!("the backup of day {day}"), &place));
                let mut tables = Tables::open_file(&database_in(&place)).await;
                copies.push(read_rows(&mut tables, Engine::Sqlite, side).await);
                tables.close().await;
            }
            let rows = self.disks.rows(side).await;
            seizures.push(Seizure { side, engine: self.settings.engine, files, rows, copies });
        }
        seizures.try_into().unwrap_or_else(|_| unreachable!("two sides"))
    }

    async fn judge(mut self, moments: Vec<Moment>) -> Result<Vec<Finding>> {
        let mut tables = Tables::open(&self.disks.urls()[0]).await;
        let tags = tags(&mut tables, self.settings.engine).await;
        tables.close().await;
        for signed in &mut self.holders {
            let [tag, hash, _] = &mut signed.holder.trace.identified;
            let found = tags.get(hash);
            ensure!(found.is_some(), "a token that is in no table");
            *tag = found.cloned().unwrap_or_default();
        }
        let people: Vec<Trace> = self.holders.iter().map(|signed| signed.holder.trace.clone()).collect();
        let mut findings = Vec::new();
        for moment in moments {
            let evidence = moment.seizures.each_ref().map(|seizure| seizure.examine(&people));
            let held = Held { engine: self.settings.engine, moment: moment.name.clone(), evidence };
            let crowds = self.crowds(moment.round);
            findings.extend(look(&held, &crowds, self.settings.seed));
        }
        Ok(findings)
    }

    /// Who is among whom at a moment in a round.
    fn crowds(&self, now: usize) -> Crowds {
        let days = self.settings.days;
        let mut crowds = Crowds { by_days: vec![Vec::new(); days * days], since_the_tick: Vec::new() };
        for (person, Signed { holder, round }) in self.holders.iter().enumerate() {
            let Some(signed) = round.filter(|round| *round <= now && holder.visit.round <= now) else { continue };
            if holder.visit.round == now && signed == now {
                crowds.since_the_tick.push(person);
            } else {
                crowds.by_days[holder.visit.round / ROUNDS * days + signed / ROUNDS].push(person);
            }
        }
        crowds
    }
}

fn database_in(place: &std::path::Path) -> PathBuf {
    // A backup holds one folder a side.
    let found =
        [place.join("undersign.db"), place.join("identified/undersign.db"), place.join("anonymous/undersign.db")];
    found.into_iter().find(|path| path.exists()).expect("a database in the backup")
}

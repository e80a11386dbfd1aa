use std::sync::Arc;

use anyhow::{Result, ensure};
use undersign_tests::petitions::petition;
use undersign_tests::post::Mails;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Sender;
use undersign_tests::tables::Tables;
use undersign_tests::wire::Wire;

use super::halves::{Split, tell_apart};
use super::seen::{By, READINGS, Seen};
use super::victims::{Deed, Place, Trail};
use crate::disks::{Disks, Engine};
use crate::lots::Lots;
use crate::statistics::compare;

/// Mails a day to one address and to one domain: few, so that few have to be asked for until none comes.
const MAILS_PER_ADDRESS: usize = 3;
const MAILS_PER_DOMAIN: usize = 4;

/// Whether a question may have an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// It must not: the game fails where it has one.
    Judged,
    /// It has one, and people are told so. Where it had none, the game could not see what it looks for.
    Told,
}

/// What came of a question.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The question.
    pub question: &'static str,
    /// Whether it may have an answer.
    pub rule: Rule,
    /// How many readings were compared.
    pub comparisons: usize,
    /// How many there were to tell apart.
    pub people: usize,
    /// The reading that told most, how many were right, and how probable chance is to do as well.
    pub best: Option<(String, usize, f64)>,
    /// How many are right by chance.
    pub by_chance: usize,
}

/// Who is there, in groups of `size`; those with two petitions have done the same with either.
const GROUPS: [(Deed, usize); 6] = [
    (Deed::Signed(0), 1),
    (Deed::Signed(1), 1),
    (Deed::Nothing, 2),
    (Deed::Asked, 2),
    (Deed::SignedAlone(0), 1),
    (Deed::SignedAlone(1), 1),
];

/// An address, what its owner has done, and what was seen of it.
struct Victim {
    email: String,
    deed: Deed,
    trail: Option<Trail>,
    seen: Seen,
    mails_left: u64,
}

/// Reads a number of an address.
type Read = Box<dyn Fn(&Victim) -> u64>;

/// A real server with two petitions of one run.
struct Game {
    place: Place,
    /// Kept for as long as it is played.
    _server: TestServer,
    disks: Disks,
    lots: Lots,
}

/// Plays with as many people, or a few more.
pub async fn play(engine: Engine, people: usize, seed: u64) -> Result<Vec<Finding>> {
    let size = people.div_ceil(10).max(2);
    let mut game = Game::set_up(engine, seed).await?;
    let mut victims = game.people_sign(size).await?;
    for victim in &mut victims {
        victim.seen = game.place.try_to_sign(&victim.email).await?;
    }
    game.use_up_mails(&mut victims).await?;
    let mut findings = game.questions(&victims);
    findings.push(game.ask_for_neighbours(size).await?);
    findings.push(game.sign_first(size).await?);
    Ok(findings)
}

impl Game {
    async fn set_up(engine: Engine, seed: u64) -> Result<Self> {
        let disks = Disks::new(engine);
        let mails = Mails::listen().await?;
        let limits = format!(
            "mails_per_address = {MAILS_PER_ADDRESS}\nmails_per_domain = {MAILS_PER_DOMAIN}\n\
             mails_per_network = 100000\nmails_per_minute = 100000\nproof_of_work.requests_per_minute = 10000000\n"
        );
        let server = TestServer::start(Options {
            smtp: Some(mails.settings()),
            limits: Some(limits),
            databases: Some(disks.urls()),
            ..Options::default()
        })
        .await;
        let mut run = Vec::new();
        for slug in ["trees", "rivers"] {
            run.push(server.publish(petition(slug, server.now(), 1)).await);
        }
        let run = Arc::new(run.try_into().unwrap_or_else(|_| unreachable!("two petitions")));
        let wire = Wire::with(&server, &Sender::new(None), server.mailbox());
        Ok(Self { place: Place { wire, mails, run }, _server: server, disks, lots: Lots::new(seed) })
    }

    /// Who has done what is decided by lot, and so is the order in which they come.
    async fn people_sign(&mut self, size: usize) -> Result<Vec<Victim>> {
        let mut deeds: Vec<Deed> = GROUPS.iter().flat_map(|(deed, groups)| vec![*deed; groups * size]).collect();
        self.shuffle(&mut deeds);
        let mut victims = Vec::new();
        for (number, deed) in deeds.into_iter().enumerate() {
            // A domain each: what is counted by domain is another question.
            let email = format!("victim@mail-of-{number:05}.example");
            let trail = self.place.act(&email, deed).await?;
            victims.push(Victim { email, deed, trail, seen: Seen::default(), mails_left: 0 });
        }
        // Who is asked first tells nothing either: not of the order in which they came.
        self.shuffle(&mut victims);
        Ok(victims)
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, (self.lots.draw() % (last as u64 + 1)) as usize);
        }
    }

    /// Asks for mails to every address until none comes any more.
    async fn use_up_mails(&self, victims: &mut [Victim]) -> Result<()> {
        for _ in 1..MAILS_PER_ADDRESS {
            let mut mails = Vec::new();
            for victim in victims.iter() {
                mails.push(self.place.ask_once_more(&victim.email).await);
            }
            self.wait_for_mails().await;
            for (victim, mut mail) in victims.iter_mut().zip(mails) {
                victim.mails_left += u64::from(mail.try_recv().is_ok());
            }
        }
        Ok(())
    }

    async fn wait_for_mails(&self) {
        let mut tables = Tables::open(&self.disks.urls()[0]).await;
        tables.wait_until_empty("outbox").await;
        tables.close().await;
    }

    fn questions(&mut self, victims: &[Victim]) -> Vec<Finding> {
        let signed: fn(Deed) -> bool = |deed| matches!(deed, Deed::Signed(_));
        let mut ask = |question, rule, first: fn(Deed) -> bool, second: fn(Deed) -> bool, by: &[By]| {
            let readings = READINGS.iter().filter(|reading| by.contains(&reading.by));
            let readings = readings.map(|reading| (reading.name, reading.read));
            self.tell_apart(
                question,
                rule,
                victims,
                [first, second],
                readings.map(|(name, read)| (name, Box::new(move |victim: &Victim| read(&victim.seen)) as Read)),
            )
        };
        let nothing: fn(Deed) -> bool = |deed| deed == Deed::Nothing;
        let everything = [By::Asking, By::Reading, By::Confirming, By::Trying];
        let mut findings = vec![
            ask("has the address signed? asked by a stranger", Rule::Judged, signed, nothing, &[By::Asking]),
            ask("has it? by the mail that comes", Rule::Judged, signed, nothing, &[By::Reading]),
            ask("has it? by confirming", Rule::Judged, signed, nothing, &[By::Confirming]),
            ask(
                "which petition of the run has it signed? by everything that can be tried",
                Rule::Judged,
                |deed| deed == Deed::Signed(0),
                |deed| deed == Deed::Signed(1),
                &everything,
            ),
            ask(
                "were its tokens handed in, or only asked for? by everything",
                Rule::Judged,
                signed,
                |deed| deed == Deed::Asked,
                &everything,
            ),
            ask("has it signed? by trying to sign in its name", Rule::Told, signed, nothing, &[By::Trying]),
            ask(
                "which petition has it signed, if it asked for that one alone? by trying",
                Rule::Told,
                |deed| deed == Deed::SignedAlone(0),
                |deed| deed == Deed::SignedAlone(1),
                &[By::Trying],
            ),
        ];
        let left: (_, Read) = ("mails that still come", Box::new(|victim: &Victim| victim.mails_left));
        let question = "has it asked for a mail today? by asking until none comes";
        findings.push(self.tell_apart(question, Rule::Told, victims, [signed, nothing], [left].into_iter()));
        findings.push(self.join_with_the_log(victims));
        findings
    }

    fn tell_apart<'a>(
        &mut self,
        question: &'static str,
        rule: Rule,
        victims: &[Victim],
        [first, second]: [fn(Deed) -> bool; 2],
        readings: impl Iterator<Item = (&'a str, Read)>,
    ) -> Finding {
        let asked: Vec<&Victim> = victims.iter().filter(|victim| first(victim.deed) || second(victim.deed)).collect();
        let is_first: Vec<bool> = asked.iter().map(|victim| first(victim.deed)).collect();
        let mut found: Vec<(String, Split)> = Vec::new();
        for (name, read) in readings {
            let numbers: Vec<u64> = asked.iter().map(|victim| read(victim)).collect();
            found.extend(tell_apart(&numbers, &is_first, &mut self.lots).map(|split| (name.to_owned(), split)));
        }
        let comparisons = found.len();
        let best = found.into_iter().min_by(|one, other| one.1.p.total_cmp(&other.1.p));
        let best = best.map(|(name, split)| (name, split.right, split.p));
        Finding { question, rule, comparisons, people: asked.len(), best, by_chance: asked.len() / 2 }
    }

    /// Pairs the mails that somebody got with the signatures of the log, by the order of whatever both have.
    fn join_with_the_log(&mut self, victims: &[Victim]) -> Finding {
        let trails: Vec<&Victim> =
            victims.iter().filter(|victim| victim.trail.as_ref().is_some_and(|trail| trail.token.is_some())).collect();
        let crowds: Vec<Vec<usize>> = [0, 1]
            .map(|which| {
                let of_it = |index: &usize| {
                    matches!(trails[*index].deed, Deed::Signed(wanted) | Deed::SignedAlone(wanted) if wanted == which)
                };
                (0..trails.len()).filter(of_it).collect()
            })
            .into();
        let mut mails: Vec<(&str, Vec<Option<u64>>)> = Vec::new();
        let read = |number: fn(&Seen) -> u64| {
            let of_trail = |victim: &&Victim| {
                let mut seen = Seen::default();
                seen.read(&victim.trail.as_ref()?.mail, std::time::Duration::ZERO);
                Some(number(&seen))
            };
            trails.iter().map(of_trail).collect::<Vec<_>>()
        };
        mails.extend(
            READINGS
                .iter()
                .filter(|reading| reading.by == By::Reading)
                .map(|reading| (reading.name, read(reading.read))),
        );
        // Numbers of addresses grow with the mails.
        let order = |victim: &&Victim| {
            victim
                .email
                .bytes()
                .filter(u8::is_ascii_digit)
                .fold(0, |number, digit| 10 * number + u64::from(digit - b'0'))
        };
        mails.push(("order of the mails", trails.iter().map(|victim| Some(order(victim))).collect()));
        let in_the_log = |which: usize| {
            let of_trail = |victim: &&Victim| Some(victim.trail.as_ref()?.in_the_log()?[which].1);
            trails.iter().map(of_trail).collect::<Vec<_>>()
        };
        let mut found = Vec::new();
        for (name, mails) in &mails {
            for (which, of_log) in ["place in the log", "nonce", "signature"].into_iter().enumerate() {
                let comparison = compare(mails, &in_the_log(which), &crowds, &mut self.lots);
                found.extend(comparison.map(|comparison| (format!("{name} / {of_log}"), comparison)));
            }
        }
        let comparisons = found.len();
        let best = found.into_iter().min_by(|one, other| one.1.p.total_cmp(&other.1.p));
        Finding {
            question: "whose signature is it? by the mails and the log, within what was published together",
            rule: Rule::Judged,
            comparisons,
            people: trails.len(),
            by_chance: best.as_ref().map_or(2, |(_, comparison)| comparison.expected),
            best: best.map(|(name, comparison)| (name, comparison.right, comparison.p)),
        }
    }

    /// Somebody with an address of a small domain asks for mails there until none comes: did anybody else of it ask today?
    async fn ask_for_neighbours(&mut self, size: usize) -> Result<Finding> {
        let mut has_asked: Vec<bool> = (0..2 * size).map(|domain| domain < size).collect();
        self.shuffle(&mut has_asked);
        let mut numbers = vec![0; has_asked.len()];
        for (domain, _) in has_asked.iter().enumerate().filter(|(_, asked)| **asked) {
            self.place.act(&format!("victim@office-{domain:05}.example"), Deed::Asked).await?;
        }
        for spy in 0..MAILS_PER_DOMAIN {
            let mut mails = Vec::new();
            for domain in 0..numbers.len() {
                mails.push(self.place.ask_once_more(&format!("spy{spy}@office-{domain:05}.example")).await);
            }
            self.wait_for_mails().await;
            for (number, mut mail) in numbers.iter_mut().zip(mails) {
                *number += u64::from(mail.try_recv().is_ok());
            }
        }
        let best = tell_apart(&numbers, &has_asked, &mut self.lots);
        Ok(Finding {
            question: "has somebody of a small domain asked today? by asking for others of it until no mail comes",
            rule: Rule::Told,
            comparisons: usize::from(best.is_some()),
            people: numbers.len(),
            best: best.map(|split| ("mails that still come".to_owned(), split.right, split.p)),
            by_chance: numbers.len() / 2,
        })
    }

    /// Signs in the names of people who have not been here yet; then they come themselves.
    async fn sign_first(&mut self, size: usize) -> Result<Finding> {
        let mut refused = 0;
        for number in 0..size {
            let email = format!("victim@late-{number:05}.example");
            let before = self.place.try_to_sign(&email).await?;
            ensure!(before.which == 0b11, "nobody had signed");
            refused += usize::from(self.place.try_to_sign(&email).await?.which == 0);
        }
        Ok(Finding {
            question: "can he sign first, so that the owner cannot?",
            rule: Rule::Told,
            comparisons: 1,
            people: size,
            best: Some(("tokens that the owner got".to_owned(), refused, 0.0)),
            by_chance: 0,
        })
    }
}

//! What becomes of the gateway's keys, on both engines and over weeks.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use ohttp::ClientRequest;
use tempfile::TempDir;
use undersign_protocol::oblivious::{KeyConfig, REQUEST_SIZE, RelayUrl, WEEK, Week};
use undersign_protocol::public_log::{HostEntry, KeyConfigEntry};
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::tending::TendingError;
use super::{Gateway, GatewayError};
use crate::anonymous::AnonymousDatabase;
use crate::anonymous::public_log::{LogId, PublicLog, WitnessSettings};
use crate::clock::Clock;
use crate::daily_counts::DailyCounts;
use crate::daily_counts::testing::TestClock;
use crate::entropy::SystemEntropy;
use crate::key_directory::KeyDirectory;
use crate::storage::testing::Place;
use crate::storage::{Engine, Side};

/// A side's database, log and keys.
struct World {
    _place: Place,
    folder: TempDir,
    database: AnonymousDatabase,
    log: PublicLog,
    clock: Arc<TestClock>,
}

impl World {
    async fn at(engine: Engine, now: Timestamp) -> Self {
        let (place, folder) = (Place::new(engine, Side::Anonymous).await, TempDir::new().expect("a folder"));
        let database = AnonymousDatabase::open(&place.url).await.expect("it opens");
        let (clock, keys) = (TestClock::at(now), KeyDirectory::open(folder.path()).expect("a folder"));
        let as_clock: Arc<dyn Clock> = clock.clone();
        let counts = DailyCounts::new((*database).clone(), Side::Anonymous, NonZeroU32::MIN, Arc::clone(&as_clock));
        let log = PublicLog::start(
            database.clone(),
            &keys,
            "petitions.example".to_owned(),
            "http://127.0.0.1:1",
            WitnessSettings { list: Vec::new(), again_after: 3_600 },
            Arc::new(counts),
            as_clock,
            &SystemEntropy,
        );
        let log = log.await.expect("a log");
        Self { _place: place, folder, database, log, clock }
    }

    /// A process on this database and these keys.
    fn gateway(&self, relays: &[&str]) -> Option<Gateway> {
        let relays: Vec<RelayUrl> = relays.iter().map(|relay| relay.parse().expect("a relay")).collect();
        let keys = KeyDirectory::open(self.folder.path()).expect("a folder");
        Gateway::open(&keys, &relays, self.clock.clone(), Arc::new(SystemEntropy)).expect("it opens")
    }

    fn relayed(&self) -> Gateway {
        self.gateway(&["https://relay.example/petitions.example"]).expect("a gateway")
    }

    async fn entries(&self) -> Vec<KeyConfigEntry> {
        let mut tx = self.database.begin_read("test").await.expect("begun");
        let entries = tx.entries(&LogId::HOST, 0, 1_000).await.expect("entries");
        let decoded = entries.iter().map(|entry| HostEntry::decode(entry).expect("a host entry"));
        decoded
            .filter_map(|entry| match entry {
                HostEntry::KeyConfig(entry) => Some(entry),
                _ => None,
            })
            .collect()
    }

    fn files(&self) -> Vec<String> {
        KeyDirectory::open(self.folder.path().join("ohttp")).and_then(|keys| keys.names()).expect("names")
    }
}

/// A request for a key, as a client that has read the log seals it.
fn sealed(config: &KeyConfig) -> Vec<u8> {
    let request = ClientRequest::from_encoded_config(&config.encode()).expect("a key");
    request.encapsulate(&[0; REQUEST_SIZE]).expect("sealed").0
}

fn opens(gateway: &Gateway, sealed: &[u8]) -> bool {
    match gateway.decapsulate(sealed) {
        Ok((request, _)) => request.len() == REQUEST_SIZE,
        Err(GatewayError::Key) => false,
        Err(error) => panic!("{error}"),
    }
}

fn wednesday() -> Timestamp {
    Timestamp::from_seconds(2_970 * WEEK + 6 * DAY + 12 * 3_600).expect("a time")
}

async fn on_both(contract: impl AsyncFn(World)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        contract(World::at(engine, wednesday()).await).await;
    }
}

#[tokio::test]
async fn each_week_has_one_key_in_the_log_and_a_day_after_it_none_in_the_folder() {
    on_both(async |world| {
        let gateways = [world.relayed(), world.relayed()];
        let mut announced = [HashSet::new(), HashSet::new()];
        let start = world.clock.now();
        for day in 0..40 {
            world.clock.set(start.plus(day * DAY));
            for (gateway, announced) in gateways.iter().zip(&mut announced) {
                gateway.destroy_and_announce(&world.log, announced).await.expect("tended");
            }
            let (entries, now) = (world.entries().await, world.clock.now());
            let weeks: Vec<Timestamp> = entries.iter().map(KeyConfigEntry::not_before).collect();
            let first = Week::of(start).number();
            let expected = (first..=Week::of(now.plus(DAY)).number()).map(|week| week * WEEK);
            assert!(weeks.iter().map(|begins| begins.seconds()).eq(expected), "day {day}: {weeks:?}");
            let current = KeyConfigEntry::current(&entries, now).expect("a key of now");
            assert!(gateways.iter().all(|gateway| opens(gateway, &sealed(current.key_config()))), "day {day}");
            let kept = Week::of(now.plus(DAY)).number() - Week::of(now.minus(DAY)).number().max(first) + 1;
            assert_eq!(world.files().len() as u64, kept, "day {day}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_sealed_for_a_key_that_is_over_is_opened_by_nobody_whatever_is_seized_later() {
    on_both(async |world| {
        let gateway = world.relayed();
        let mut announced = HashSet::new();
        gateway.destroy_and_announce(&world.log, &mut announced).await.expect("tended");
        let first = world.entries().await.remove(0);
        let request = sealed(first.key_config());
        world.clock.set(first.not_after().minus(1));
        gateway.destroy_and_announce(&world.log, &mut announced).await.expect("tended");
        assert!(opens(&gateway, &request), "the control");
        let seized = world.files();
        // Not even in the minute until it is looked again.
        world.clock.set(first.not_after());
        assert!(!opens(&gateway, &request));
        gateway.destroy_and_announce(&world.log, &mut announced).await.expect("tended");
        assert_eq!((seized.len(), world.files().len()), (2, 1));
        assert!(!opens(&world.relayed(), &request), "by a new process");
        world.clock.set(wednesday());
        assert!(!opens(&gateway, &request) && !opens(&world.relayed(), &request), "with the clock set back");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_was_lost_is_followed_by_another_of_the_same_week() {
    on_both(async |world| {
        world.relayed().destroy_and_announce(&world.log, &mut HashSet::new()).await.expect("tended");
        let before = world.entries().await;
        for name in world.files() {
            std::fs::remove_file(world.folder.path().join("ohttp").join(name)).expect("lost");
        }
        let gateway = world.relayed();
        for _ in 0..2 {
            gateway.destroy_and_announce(&world.log, &mut HashSet::new()).await.expect("tended");
        }
        let after = world.entries().await;
        assert_eq!((before.len(), after.len()), (2, 4), "this week's and the next one's");
        let current = KeyConfigEntry::current(&after, world.clock.now()).expect("a key");
        assert_eq!(current.not_before(), before[0].not_before());
        assert!(opens(&gateway, &sealed(current.key_config())) && !opens(&gateway, &sealed(before[0].key_config())));
    })
    .await;
}

#[tokio::test]
async fn without_relays_no_key_is_made_and_those_that_are_left_are_destroyed() {
    on_both(async |world| {
        assert!(world.gateway(&[]).is_none() && !world.folder.path().join("ohttp").exists());
        world.relayed().destroy_and_announce(&world.log, &mut HashSet::new()).await.expect("tended");
        let entries = world.entries().await.len();
        let left = world.gateway(&[]).expect("keys are left");
        assert!(!left.is_open());
        world.clock.set(wednesday().plus(3 * WEEK));
        let tended: Result<(), TendingError> = left.destroy_and_announce(&world.log, &mut HashSet::new()).await;
        tended.expect("tended");
        assert_eq!((world.files(), world.entries().await.len()), (Vec::new(), entries));
    })
    .await;
}

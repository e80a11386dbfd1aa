//! One lie at a time, told by a server that has all the keys and signs with them what suits it, to the command that people are given.

/// Another text, id or key for one person.
mod petitions;

/// What comes back for a signature.
mod signing;

/// Logs that hold what they must not.
mod logs;

/// Logs that are not today what they were yesterday, or not here what they are there.
mod histories;

/// Tokens that are valid only together.
mod screening;

use std::sync::{Arc, Weak};

use tokio::sync::Mutex;
use undersign_tests::cli::Ended;
use undersign_tests::evil::World;
use undersign_tests::server::Options;

static WORLD: Mutex<Weak<World>> = Mutex::const_new(Weak::new());

/// The one that another test uses now, or a new one. It ends with the last test.
async fn world() -> Arc<World> {
    let mut shared = WORLD.lock().await;
    if let Some(world) = shared.upgrade() {
        return world;
    }
    let world = Arc::new(World::new(Options::default()).await);
    *shared = Arc::downgrade(&world);
    world
}

/// Says why the command does not trust the server.
fn reason(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(5), "{ended:?}");
    ended.event("error").and_then(|error| error["message"].as_str()).expect("a message")
}

/// The command ends with "not trusted" and this sentence.
fn assert_caught(ended: &Ended, sentence: &str) {
    assert!(reason(ended).contains(sentence), "{sentence}: {ended:?}");
}

/// An audit ends with this defect, in these words.
fn assert_defect(ended: &Ended, defect: &str, sentence: &str) {
    assert_caught(ended, "The audit failed: do not trust this count");
    let told = ended.event("defect").expect("a defect");
    assert_eq!(told["defect"], defect, "{ended:?}");
    assert!(told["reason"].as_str().expect("words").contains(sentence), "{sentence}: {ended:?}");
}

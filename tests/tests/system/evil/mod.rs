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
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{Entry, Hash};
use undersign_protocol::redemption::{Token, Withdrawal};
use undersign_tests::cli::Ended;
use undersign_tests::evil::{Answers, Evil, Operator, entries, undersign};
use undersign_tests::server::{Options, TestServer};
use undersign_tests::side_by_side;
use undersign_tests::wire::Wire;

/// An honest server, whoever has its keys, and tokens that were really issued. The log that is lied about is put together from them;
/// the server's own is that of the people who sign in the tests.
struct World {
    server: TestServer,
    petition: VerifiedManifest,
    operator: Operator,
    /// Entry 0.
    manifest: Vec<u8>,
    tokens: Vec<Token>,
    /// Of the last of the tokens.
    withdrawal: Withdrawal,
}

static WORLD: Mutex<Weak<World>> = Mutex::const_new(Weak::new());

/// The one that another test uses now, or a new one. It ends with the last test.
async fn world() -> Arc<World> {
    let mut shared = WORLD.lock().await;
    if let Some(world) = shared.upgrade() {
        return world;
    }
    let world = Arc::new(World::new().await);
    *shared = Arc::downgrade(&world);
    world
}

impl World {
    async fn new() -> Self {
        let (server, petition) = TestServer::with_petition(Options::default()).await;
        let operator = Operator::of(&server, &petition);
        let manifest = entries(&server, &petition).await.swap_remove(0);
        let mut tokens = side_by_side::tokens(&server, &petition, 5).await;
        let (token, key) = Wire::new(&server).token_and_key("late@example.org", &petition).await;
        tokens.push(token);
        Self { server, petition, operator, manifest, tokens, withdrawal: Withdrawal::of(key) }
    }

    /// The entry of a token.
    fn signature(&self, number: usize) -> Vec<u8> {
        Entry::Signature(self.tokens[number].clone()).encode()
    }

    fn withdrawal(&self) -> Vec<u8> {
        Entry::Withdrawal(self.withdrawal.clone()).encode()
    }

    /// A batch as it should be, with any count.
    fn batch(&self, issued: u64, mut entries: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        entries.sort_by_key(|entry| Hash::of_leaf(entry));
        entries.insert(0, self.operator.statement(issued));
        entries
    }

    /// Entry 0 and three signatures.
    fn young(&self) -> Vec<Vec<u8>> {
        let batch = self.batch(3, (0..3).map(|number| self.signature(number)).collect());
        [vec![self.manifest.clone()], batch].concat()
    }

    /// Two more, one of them taken back.
    fn second_batch(&self) -> Vec<Vec<u8>> {
        self.batch(6, vec![self.signature(3), self.signature(5), self.withdrawal()])
    }

    /// A log without fault: five signatures, one taken back.
    fn grown(&self) -> Vec<Vec<u8>> {
        [self.young(), self.second_batch()].concat()
    }

    /// What follows `/p/` in a pinned link.
    fn pinned(&self) -> String {
        format!("trees#{}", self.petition.petition_id())
    }

    /// `undersign audit` at a server with these answers.
    async fn audit(&self, answers: Answers, more: &[&str]) -> Ended {
        let evil = Evil::with(&self.server, answers).await;
        undersign(&[&["audit", &evil.link(&self.pinned())], more].concat()).await
    }
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

use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{Entry, Hash};
use undersign_protocol::redemption::{Token, Withdrawal};

use super::{Answers, Evil, Operator, entries, undersign};
use crate::cli::Ended;
use crate::server::{Options, TestServer};
use crate::side_by_side;
use crate::wire::Wire;

/// An honest server, whoever has its keys, and tokens that were really issued. The log that is lied about is put together from them;
/// the server's own is that of the people who sign in the tests.
pub struct World {
    /// The honest server, with one petition.
    pub server: TestServer,
    /// The petition.
    pub petition: VerifiedManifest,
    /// Who lies.
    pub operator: Operator,
    /// Entry 0.
    pub manifest: Vec<u8>,
    /// Six of them, of six addresses.
    pub tokens: Vec<Token>,
    /// Of the last of the tokens.
    pub withdrawal: Withdrawal,
}

impl World {
    /// Starts the server, publishes the petition and asks for the tokens.
    pub async fn new(options: Options) -> Self {
        let (server, petition) = TestServer::with_petition(options).await;
        let operator = Operator::of(&server, &petition);
        let manifest = entries(&server, &petition).await.swap_remove(0);
        let mut tokens = side_by_side::tokens(&server, &petition, 5).await;
        let (token, key) = Wire::new(&server).token_and_key("late@example.org", &petition).await;
        tokens.push(token);
        Self { server, petition, operator, manifest, tokens, withdrawal: Withdrawal::of(key) }
    }

    /// The entry of a token.
    pub fn signature(&self, number: usize) -> Vec<u8> {
        Entry::Signature(self.tokens[number].clone()).encode()
    }

    /// The entry that takes the last of the tokens back.
    pub fn withdrawal(&self) -> Vec<u8> {
        Entry::Withdrawal(self.withdrawal.clone()).encode()
    }

    /// A batch as it should be, with any count.
    pub fn batch(&self, issued: u64, mut entries: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        entries.sort_by_key(|entry| Hash::of_leaf(entry));
        entries.insert(0, self.operator.statement(issued));
        entries
    }

    /// Entry 0 and three signatures.
    pub fn young(&self) -> Vec<Vec<u8>> {
        let batch = self.batch(3, (0..3).map(|number| self.signature(number)).collect());
        [vec![self.manifest.clone()], batch].concat()
    }

    /// Two more, one of them taken back.
    pub fn second_batch(&self) -> Vec<Vec<u8>> {
        self.batch(6, vec![self.signature(3), self.signature(5), self.withdrawal()])
    }

    /// A log without fault: five signatures, one taken back.
    pub fn grown(&self) -> Vec<Vec<u8>> {
        [self.young(), self.second_batch()].concat()
    }

    /// What follows `/p/` in a pinned link.
    pub fn pinned(&self) -> String {
        format!("trees#{}", self.petition.petition_id())
    }

    /// `undersign audit` at a server with these answers.
    pub async fn audit(&self, answers: Answers, more: &[&str]) -> Ended {
        let evil = Evil::with(&self.server, answers).await;
        undersign(&[&["audit", &evil.link(&self.pinned())], more].concat()).await
    }
}

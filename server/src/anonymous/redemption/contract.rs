//! What this stage's tables guarantee, on both engines.

use std::time::Duration;

use undersign_log_generator::petition::Petition as Generated;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::redemption::{Nonce, Token, TokenInput, Withdrawal, WithdrawalKey};

use super::VerifiedToken;
use super::store::Taken;
use super::verifier::TokenVerifier;
use crate::anonymous::public_log::LogId;
use crate::anonymous::public_log::close::{end_taking, is_over};
use crate::petition::Petition;
use crate::storage::testing::on_both;
use crate::storage::{Database, Side, StorageError};

/// A petition, and tokens that its key has signed.
struct Signed {
    petition: Petition,
    generated: Generated,
}

impl Signed {
    fn new() -> Self {
        let generated = Generated::of_seed(1).expect("a petition");
        let petition = Petition { verified: generated.verified.clone(), position: None, notices: Vec::new() };
        Self { petition, generated }
    }

    fn id(&self) -> PetitionId {
        self.petition.verified.petition_id()
    }

    fn withdrawal(&self, number: u8) -> Withdrawal {
        Withdrawal::of(WithdrawalKey::from_bytes([number; 32]))
    }

    fn nonce(&self, number: u8) -> Nonce {
        *self.withdrawal(number).nonce()
    }

    /// Two with one nonce where only the salt is another.
    fn token(&self, number: u8, salt: u8) -> VerifiedToken {
        let manifest = self.petition.verified.manifest();
        let input = TokenInput::of_petition(manifest, &self.id(), self.nonce(number));
        let authenticator = self.generated.token_key.sign(&input.encode(), &[salt; 48]).expect("signed");
        VerifiedToken::verify(Token { input, authenticator }, &TokenVerifier::of(&self.petition.verified))
            .expect("valid")
    }
}

/// How many of these were free and are taken now.
async fn insert(database: &Database, petition_id: &PetitionId, tokens: &[&VerifiedToken]) -> usize {
    let tokens = tokens.iter().map(|token| (token.token().input.nonce, token.token())).collect();
    let mut tx = database.begin("test").await.expect("begun");
    let inserted = tx.insert_nonces(petition_id, &tokens).await.expect("no failure");
    tx.commit().await.expect("committed");
    inserted.len()
}

#[tokio::test]
async fn of_tokens_with_one_nonce_at_once_one_is_taken_and_no_other() {
    on_both(Side::Anonymous, async |database| {
        let signed = Signed::new();
        let tokens: Vec<_> = (0..8).map(|salt| signed.token(1, salt)).collect();
        let taken = std::sync::Mutex::new(Vec::new());
        let take = async |token: &VerifiedToken| {
            if insert(&database, &signed.id(), &[token]).await == 1 {
                taken.lock().expect("a list").push(token.token().clone());
            }
        };
        let [a, b, c, d, e, f, g, h] = tokens.as_slice() else { panic!("eight") };
        tokio::join!(take(a), take(b), take(c), take(d), take(e), take(f), take(g), take(h));
        let taken = taken.into_inner().expect("a list");
        assert_eq!(taken.len(), 1);
        let mut tx = database.begin_read("test").await.expect("begun");
        let found = tx.taken(&signed.petition, &[signed.nonce(1)]).await.expect("no failure");
        assert!(matches!(&found[&signed.nonce(1)], Taken::Waiting(found) if **found == taken[0]));
        assert_eq!(tx.pool_size(&signed.id()).await.expect("a size"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_token_waits_in_the_pool_until_it_is_published_and_counts_as_taken_for_ever() {
    on_both(Side::Anonymous, async |database| {
        let signed = Signed::new();
        let (petition_id, tokens) = (signed.id(), [1, 2, 4].map(|number| signed.token(number, 0)));
        let mut tx = database.begin_read("test").await.expect("begun");
        assert!(tx.taken(&signed.petition, &[signed.nonce(1)]).await.expect("no failure").is_empty());
        assert!(tx.taken(&signed.petition, &[]).await.expect("no failure").is_empty());
        assert!(tx.leaf_index_of_nonce(&petition_id, &signed.nonce(1)).await.expect("no failure").is_none());
        drop(tx);
        assert_eq!(insert(&database, &petition_id, &tokens.each_ref()).await, 3);
        assert_eq!(insert(&database, &petition_id, &[&tokens[2]]).await, 0);
        // One that is free among those that are taken.
        let free = signed.token(5, 0);
        assert_eq!(insert(&database, &petition_id, &[&tokens[0], &free, &tokens[2]]).await, 1);
        let mut tx = database.begin("test").await.expect("begun");
        let mut nonces = [1, 2, 4, 5].map(|number| signed.nonce(number));
        nonces.sort();
        let pool = tx.pool(&signed.petition).await.expect("a pool");
        assert_eq!(pool.iter().map(|token| token.input.nonce).collect::<Vec<_>>(), nonces);
        assert_eq!(tx.leaf_index_of_nonce(&petition_id, &signed.nonce(1)).await.expect("no failure"), Some(None));
        tx.publish_nonces(&petition_id, &[(signed.nonce(1), 7)]).await.expect("published");
        let again = tx.publish_nonces(&petition_id, &[(signed.nonce(1), 8)]).await;
        assert!(matches!(again, Err(StorageError::Conflict)), "a batch publishes what it selected");
        let unknown = tx.publish_nonces(&petition_id, &[(signed.nonce(3), 8)]).await;
        assert!(matches!(unknown, Err(StorageError::Conflict)));
        tx.commit().await.expect("committed");

        let mut tx = database.begin("test").await.expect("begun");
        let asked = [1, 2, 3].map(|number| signed.nonce(number));
        let found = tx.taken(&signed.petition, &asked).await.expect("no failure");
        assert!(found.len() == 2 && matches!(found[&asked[0]], Taken::Published(7)));
        assert!(matches!(&found[&asked[1]], Taken::Waiting(found) if **found == *tokens[1].token()));
        assert_eq!(tx.leaf_index_of_nonce(&petition_id, &signed.nonce(1)).await.expect("no failure"), Some(Some(7)));
        assert_eq!(tx.pool(&signed.petition).await.expect("a pool").len(), 3);
        drop(tx);
        assert_eq!(insert(&database, &petition_id, &[&tokens[0]]).await, 0, "it stays taken");
        let mut tx = database.begin("test").await.expect("begun");
        assert_eq!(tx.pool_size(&petition_id).await.expect("a size"), 3);
    })
    .await;
}

#[tokio::test]
async fn a_withdrawal_is_taken_once_waits_and_is_published() {
    on_both(Side::Anonymous, async |database| {
        let signed = Signed::new();
        let (petition_id, withdrawal) = (signed.id(), signed.withdrawal(1));
        let nonce = *withdrawal.nonce();
        let take = async || {
            let mut tx = database.begin("test").await.expect("begun");
            let taken = tx.insert_withdrawal(&petition_id, &withdrawal).await.expect("no failure");
            tx.commit().await.expect("committed");
            taken
        };
        let (left, right, third) = tokio::join!(take(), take(), take());
        assert_eq!([left, right, third].into_iter().filter(|taken| *taken).count(), 1);
        let mut tx = database.begin("test").await.expect("begun");
        assert_eq!(tx.withdrawal(&petition_id, &nonce).await.expect("no failure"), Some(None));
        assert_eq!(tx.withdrawal(&petition_id, &signed.nonce(2)).await.expect("no failure"), None);
        assert_eq!(tx.waiting_withdrawals(&petition_id).await.expect("a list"), std::slice::from_ref(&withdrawal));
        assert_eq!(tx.pool_size(&petition_id).await.expect("a size"), 1);
        tx.publish_withdrawals(&petition_id, &[(&withdrawal, 9)]).await.expect("published");
        let again = tx.publish_withdrawals(&petition_id, &[(&withdrawal, 10)]).await;
        assert!(matches!(again, Err(StorageError::Conflict)));
        assert_eq!(tx.withdrawal(&petition_id, &nonce).await.expect("no failure"), Some(Some(9)));
        assert!(tx.waiting_withdrawals(&petition_id).await.expect("a list").is_empty());
        assert_eq!(tx.pool_size(&petition_id).await.expect("a size"), 0);
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_log_waits_for_a_token_that_is_being_taken_and_finds_it_in_the_pool() {
    on_both(Side::Anonymous, async |database| {
        let signed = Signed::new();
        let (petition_id, token) = (signed.id(), signed.token(1, 0));
        let log = LogId::of_petition(&petition_id);
        let mut taking = database.begin("test").await.expect("begun");
        assert!(!is_over(&mut taking, &log).await.expect("no failure"));
        let ending = tokio::spawn({
            let database = database.clone();
            async move {
                let mut tx = database.begin("test").await.expect("begun");
                end_taking(&mut tx, &log).await.expect("alone");
                tx.pool_size(&petition_id).await.expect("a size")
            }
        });
        // Long enough for an end that does not wait.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!ending.is_finished());
        let nonces = [(token.token().input.nonce, token.token())].into();
        taking.insert_nonces(&petition_id, &nonces).await.expect("no failure");
        taking.commit().await.expect("committed");
        assert_eq!(ending.await.expect("a size"), 1);
    })
    .await;
}

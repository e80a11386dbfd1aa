use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::redemption::Token;

use crate::blinding::Blinding;
use crate::mailbox::Mail;
use crate::server::TestServer;
use crate::wire::Wire;

/// Requests that a crowd has under way at once.
const AT_ONCE: usize = 8;

/// The address of one of a crowd.
pub fn address(petition: &VerifiedManifest, number: usize) -> String {
    format!("signer{number}@{}.example", petition.manifest().slug)
}

/// One token each for so many new addresses, all steps of the crowd side by side.
pub async fn tokens(server: &TestServer, petition: &VerifiedManifest, count: usize) -> Vec<Token> {
    let wire = Wire::new(server);
    let asked = together((0..count).map(|number| {
        let (wire, petition) = (wire.clone(), petition.clone());
        async move {
            let (email, blinding) = (address(&petition, number), Blinding::new(&petition));
            let verification = wire.verification(&email, &blinding.digest()).await;
            (email, verification, blinding)
        }
    }))
    .await;
    let mut mails = wait_for_mails(server, petition, count).await;
    let confirmed = asked.into_iter().map(|(email, verification, blinding)| {
        let (wire, mail) = (wire.clone(), mails.remove(&email).expect("a mail to each"));
        async move {
            assert_eq!(wire.confirm_code(&verification, &mail.code()).await.status, 200);
            let answer = wire.token_request(&blinding.body()).await;
            blinding.token(&answer.body)
        }
    });
    together(confirmed).await
}

/// Redeems tokens, side by side.
pub async fn redeem(server: &TestServer, petition: &VerifiedManifest, tokens: &[Token]) {
    let (wire, petition_id) = (Wire::new(server), petition.petition_id());
    together(tokens.iter().cloned().map(|token| {
        let wire = wire.clone();
        async move { assert_eq!(wire.redeem(&petition_id, &token).await.status, 200) }
    }))
    .await;
}

async fn together<T: Send + 'static>(steps: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let (places, mut set) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for step in steps {
        // Unwrap safety: the semaphore is never closed.
        let place = Arc::clone(&places).acquire_owned().await.expect("never closed");
        set.spawn(async move {
            let done = step.await;
            drop(place);
            done
        });
    }
    set.join_all().await
}

async fn wait_for_mails(server: &TestServer, petition: &VerifiedManifest, count: usize) -> HashMap<String, Mail> {
    let addresses: HashSet<String> = (0..count).map(|number| address(petition, number)).collect();
    for _ in 0..600 {
        let mut mails = server.mailbox().mails();
        mails.retain(|mail| addresses.contains(&mail.to));
        if mails.len() >= count {
            return mails.into_iter().map(|mail| (mail.to.clone(), mail)).collect();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{count} mails did not come within a minute");
}

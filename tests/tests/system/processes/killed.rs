use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use undersign_protocol::issuance::media_type;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{Entry, Hash};
use undersign_protocol::redemption::token_header;
use undersign_protocol::tally::Tally;
use undersign_tests::audit::audit;
use undersign_tests::blinding::Blinding;
use undersign_tests::mailbox::Mailbox;
use undersign_tests::petitions::petition;
use undersign_tests::programs::is_proving;
use undersign_tests::server::TestServer;
use undersign_tests::wire::Wire;

use super::two;

/// People who sign at once, one signature after another each.
const AT_ONCE: usize = 8;
/// Signatures that are acknowledged before each kill, and as many while one process is down.
const BETWEEN: usize = 12;

#[tokio::test]
async fn what_two_processes_acknowledge_under_load_is_published_once_whichever_is_killed() {
    let mut server = TestServer::start(two()).await;
    let trees = server.publish(petition("trees", server.now(), 1)).await;
    let crowd = Arc::new(Crowd::new(&server, &trees));
    let mut signing = JoinSet::new();
    for number in 0..AT_ONCE {
        let crowd = Arc::clone(&crowd);
        signing.spawn(async move { crowd.sign_again_and_again(number).await });
    }
    for round in 0..if is_proving() { 10 } else { 3 } {
        crowd.wait_for(crowd.acknowledged() + BETWEEN).await;
        let killed = round % 2;
        server.kill_process(killed);
        // The other one goes on alone, and publishes also what the killed one has acknowledged.
        let acknowledged = crowd.acknowledged();
        crowd.wait_for(acknowledged + BETWEEN).await;
        crowd.wait_until_published(acknowledged).await;
        server.start_process(killed).await;
    }
    crowd.is_done.store(true, Ordering::SeqCst);
    let signed: Vec<Hash> = signing.join_all().await.concat();
    crowd.wait_until_published(signed.len()).await;

    let (tally, leaves) = crowd.audit_of(&server, signed.len()).await;
    assert_eq!(tally.signatures, signed.len() as u64);
    assert_eq!(leaves.iter().collect::<HashSet<_>>(), signed.iter().collect::<HashSet<_>>());
    assert_eq!(Wire::new(&server).issued(&trees.petition_id()).await, signed.len() as u64, "an address, a token");
}

/// Many people who do not give up: whatever is not answered, or answered with a failure of the server's, is sent again.
struct Crowd {
    wire: Wire,
    mailbox: Mailbox,
    petition: VerifiedManifest,
    acknowledged: AtomicUsize,
    is_done: AtomicBool,
}

impl Crowd {
    fn new(server: &TestServer, petition: &VerifiedManifest) -> Self {
        let (wire, mailbox, petition) = (Wire::new(server), server.mailbox(), petition.clone());
        Self { wire, mailbox, petition, acknowledged: AtomicUsize::new(0), is_done: AtomicBool::new(false) }
    }

    /// The leaves of what was acknowledged.
    async fn sign_again_and_again(&self, number: usize) -> Vec<Hash> {
        let mut signed = Vec::new();
        while !self.is_done.load(Ordering::SeqCst) {
            signed.push(self.sign(&format!("signer{number}.{}@example.org", signed.len())).await);
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        signed
    }

    async fn sign(&self, email: &str) -> Hash {
        let blinding = Blinding::new(&self.petition);
        self.confirm(email, &blinding).await;
        let url = self.wire.issuer("/v1/token-requests");
        let request = self.wire.client().post(url).header("content-type", media_type::TOKEN_REQUEST);
        let (status, body) = insist(request.body(blinding.body())).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let token = blinding.token(&body);
        let url = self.wire.origin(&format!("/v1/petitions/{}/signatures", self.petition.petition_id()));
        let (status, body) = insist(self.wire.client().post(url).header("authorization", token_header(&token))).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        Entry::Signature(token).leaf_hash()
    }

    /// Where the first answer was lost two mails come, and the code of one of them is the right one.
    async fn confirm(&self, email: &str, blinding: &Blinding) {
        let asked = json!({ "email": email, "locale": "en", "request_digest": blinding.digest().to_string() });
        let (status, answer) = insist(self.post(&self.wire.issuer("/v1/email-verifications"), &asked)).await;
        assert_eq!(status, 202);
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        for _ in 0..1_200 {
            for mail in self.mailbox.take(email) {
                let code = json!({ "verification": answer["verification"], "code": mail.code() });
                let url = self.wire.issuer("/v1/email-verifications/confirm");
                if insist(self.post(&url, &code)).await.0 == 200 {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the mail of an acknowledged request did not come within a minute");
    }

    fn post(&self, url: &str, body: &Value) -> RequestBuilder {
        self.wire.client().post(url).header("content-type", "application/json").body(body.to_string())
    }

    fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    async fn wait_for(&self, acknowledged: usize) {
        for _ in 0..2_400 {
            if self.acknowledged() >= acknowledged {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{acknowledged} signatures were not acknowledged within two minutes");
    }

    /// Each process answers from memory, and one that publishes nothing learns a little later what was published.
    async fn audit_of(&self, server: &TestServer, signatures: usize) -> (Tally, Vec<Hash>) {
        for _ in 0..100 {
            let (tally, leaves) = audit(server, &self.petition).await;
            if tally.signatures >= signatures as u64 {
                return (tally, leaves);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("a process answers with an old head");
    }

    async fn wait_until_published(&self, signatures: usize) {
        let url = self.wire.origin(&format!("/v1/petitions/{}/total", self.petition.petition_id()));
        for _ in 0..1_200 {
            let (status, body) = insist(self.wire.client().get(&url)).await;
            assert_eq!(status, 200);
            let total: Value = serde_json::from_slice(&body).expect("JSON");
            if total["total"].as_u64().expect("a total") >= signatures as u64 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("what was acknowledged is not published within a minute");
    }
}

/// Sends a request until it is answered, and not with a failure of the server's or a limit.
async fn insist(request: RequestBuilder) -> (u16, Vec<u8>) {
    loop {
        let attempt = request.try_clone().expect("a body that can be sent again");
        if let Ok(response) = attempt.send().await {
            let status = response.status().as_u16();
            if let Ok(body) = response.bytes().await
                && status < 500
                && status != 429
            {
                return (status, body.to_vec());
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

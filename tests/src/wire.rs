use std::time::Duration;

use getrandom::rand_core::Rng as _;
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use undersign_protocol::email_verification::{CheckNumber, RequestDigest};
use undersign_protocol::issuance::media_type;
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::problem::{MEDIA_TYPE, Problem, ProblemDocument};
use undersign_protocol::redemption::{Token, WithdrawalKey, token_header};

use crate::blinding::Blinding;
use crate::mailbox::{Mail, Mailbox};
use crate::server::TestServer;
use crate::signer::{Sender, rng};
use crate::tables::Tables;

/// An answer with all its headers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

/// Speaks HTTP without the client that people are given: what an attacker can send, or a program of someone else.
#[derive(Debug, Clone)]
pub struct Wire {
    client: Client,
    issuer: String,
    origin: String,
    mailbox: Mailbox,
    identified: String,
}

/// A code that is not this one.
pub fn wrong_code(code: &str) -> String {
    let (head, last) = code.split_at(code.len() - 1);
    format!("{head}{}", if last == "0" { "1" } else { "0" })
}

/// A check number that is not this one.
pub fn wrong_check(check: CheckNumber) -> String {
    let check = check.to_string();
    wrong_code(&check)
}

impl Answer {
    /// The row of the problem table. The document must be complete: its media type, and status and type as in the table.
    pub fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), MEDIA_TYPE, "status {}: {}", self.status, self.text());
        let document: ProblemDocument = serde_json::from_slice(&self.body).expect("a problem document");
        let problem = document.problem().expect("a problem of the table");
        assert_eq!((document.status, self.status), (problem.status(), problem.status()), "{problem:?}");
        problem
    }

    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header in ASCII"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Wire {
    /// Speaks to a server that writes mails into files.
    pub fn new(server: &TestServer) -> Self {
        Self::with(server, &Sender::new(None), server.mailbox())
    }

    /// Speaks to one of several processes, past what is in front of them.
    pub fn of_process(server: &TestServer, number: usize) -> Self {
        let base = server.process(number).to_string();
        Self { issuer: base.clone(), origin: base, ..Self::new(server) }
    }

    /// Speaks to a server over a connection of one's own, and has a mailbox elsewhere.
    pub fn with(server: &TestServer, sender: &Sender, mailbox: Mailbox) -> Self {
        let (issuer, origin) = (server.issuer().to_string(), server.origin().to_string());
        Self { client: sender.client().clone(), issuer, origin, mailbox, identified: server.database_url("identified") }
    }

    /// The client, for requests of any kind.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// URL of a path on the identified side.
    pub fn issuer(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// URL of a path on the anonymous side.
    pub fn origin(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().await.expect("a body").to_vec() }
    }

    /// GET.
    pub async fn get(&self, url: &str) -> Answer {
        self.send(self.client.get(url)).await
    }

    /// POST.
    pub async fn post(&self, url: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.send(self.client.post(url).header("content-type", media_type).body(body.into())).await
    }

    /// POST of JSON.
    pub async fn post_json(&self, url: &str, body: &Value) -> Answer {
        self.post(url, "application/json", body.to_string()).await
    }

    /// Asks for a mail.
    pub async fn ask(&self, email: &str, digest: &RequestDigest) -> Answer {
        let body = json!({ "email": email, "locale": "en", "request_digest": digest.to_string() });
        self.post_json(&self.issuer("/v1/email-verifications"), &body).await
    }

    /// Asks for a mail and gives back the `verification` of the answer.
    pub async fn verification(&self, email: &str, digest: &RequestDigest) -> String {
        let answer = self.ask(email, digest).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["verification"].as_str().expect("a verification").to_owned()
    }

    /// Waits for the newest of `count` mails to an address.
    pub async fn mail(&self, email: &str, count: usize) -> Mail {
        self.mailbox.wait_for(email, count).await
    }

    /// Sends a code.
    pub async fn confirm_code(&self, verification: &str, code: &str) -> Answer {
        let body = json!({ "verification": verification, "code": code });
        self.post_json(&self.issuer("/v1/email-verifications/confirm"), &body).await
    }

    /// Sends what a link and the person who opened it give.
    pub async fn confirm_link(&self, token: &str, check: &str) -> Answer {
        let body = json!({ "token": token, "check": check });
        self.post_json(&self.issuer("/v1/email-verifications/confirm"), &body).await
    }

    /// Asks for a mail and confirms with its code.
    pub async fn confirm(&self, email: &str, digest: &RequestDigest) {
        let count = self.mailbox.mails_to(email).len();
        let verification = self.verification(email, digest).await;
        let answer = self.confirm_code(&verification, &self.mail(email, count + 1).await.code()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Asks for one token, without waiting for a confirmation.
    pub async fn token_request(&self, body: &[u8]) -> Answer {
        self.post(&self.issuer("/v1/token-requests"), media_type::TOKEN_REQUEST, body).await
    }

    /// Asks for several tokens, without waiting for a confirmation.
    pub async fn batch_request(&self, body: &[u8]) -> Answer {
        self.post(&self.issuer("/v1/token-requests"), media_type::BATCH_REQUEST, body).await
    }

    /// Asks for one token and lets the server hold the request for up to so many seconds.
    pub async fn waiting_request(&self, body: &[u8], seconds: u64) -> Answer {
        let request = self.client.post(self.issuer("/v1/token-requests")).header("prefer", format!("wait={seconds}"));
        self.send(request.header("content-type", media_type::TOKEN_REQUEST).body(body.to_vec())).await
    }

    /// Everything up to the token.
    pub async fn token(&self, email: &str, petition: &VerifiedManifest) -> Token {
        let blinding = Blinding::new(petition);
        self.confirm(email, &blinding.digest()).await;
        let answer = self.token_request(&blinding.body()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        blinding.token(&answer.body)
    }

    /// How many tokens of a petition were issued, by the identified side's table: what the issuer says moves with the ticks alone.
    pub async fn issued(&self, petition: &PetitionId) -> u64 {
        Tables::open(&self.identified).await.count_issued(petition).await
    }

    /// Redeems a token.
    pub async fn redeem(&self, petition: &PetitionId, token: &Token) -> Answer {
        self.authorize(petition, &token_header(token)).await
    }

    /// Sends any Authorization header to a petition.
    pub async fn authorize(&self, petition: &PetitionId, authorization: &str) -> Answer {
        let url = self.origin(&format!("/v1/petitions/{petition}/signatures"));
        self.send(self.client.post(url).header("authorization", authorization)).await
    }

    /// Everything up to a token whose signature can be taken back.
    pub async fn token_and_key(&self, email: &str, petition: &VerifiedManifest) -> (Token, WithdrawalKey) {
        let mut bytes = [0; 32];
        rng().fill_bytes(&mut bytes);
        let key = WithdrawalKey::from_bytes(bytes);
        let blinding = Blinding::with_nonce(petition, key.nonce());
        self.confirm(email, &blinding.digest()).await;
        let answer = self.token_request(&blinding.body()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        (blinding.token(&answer.body), key)
    }

    /// Reveals a withdrawal key.
    pub async fn withdraw(&self, petition: &PetitionId, key: &WithdrawalKey) -> Answer {
        let url = self.origin(&format!("/v1/petitions/{petition}/withdrawals"));
        self.post_json(&url, &json!({ "nonce": key.nonce(), "withdrawal_key": key })).await
    }

    /// The numbers of the published total: total, signatures, withdrawals.
    pub async fn counts(&self, petition: &PetitionId) -> (u64, u64, u64) {
        let document = self.get(&self.origin(&format!("/v1/petitions/{petition}/total"))).await.json();
        let number = |name: &str| document[name].as_u64().expect("a number");
        (number("total"), number("signatures"), number("withdrawals"))
    }

    /// Waits until the published numbers are these.
    pub async fn wait_for_counts(&self, petition: &PetitionId, counts: (u64, u64, u64)) {
        for _ in 0..600 {
            if self.counts(petition).await == counts {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the counts did not become {counts:?} within 30 seconds");
    }

    /// The published total.
    pub async fn total(&self, petition: &PetitionId) -> u64 {
        let answer = self.get(&self.origin(&format!("/v1/petitions/{petition}/total"))).await;
        answer.json()["total"].as_u64().expect("a total")
    }

    /// Waits until the published total is at least this.
    pub async fn wait_for_total(&self, petition: &PetitionId, at_least: u64) {
        for _ in 0..600 {
            if self.total(petition).await >= at_least {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the total did not reach {at_least} within 30 seconds");
    }
}

//! People who sign: blinded beforehand, then one step at a time.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::journey::{Bundle, Keys, Prepared, TokenHeld};
use undersign_client_lib::response::Response;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::Hash;
use undersign_protocol::tally::TotalDocument;
use undersign_server::clock::{Clock as _, SystemClock};
use undersign_tests::audit::audit;
use undersign_tests::post::Mails;
use undersign_tests::server::TestServer;
use undersign_tests::signer::rng;

use crate::http::{Connection, bytes, bytes_of};
use crate::load::on_all_cores;

/// Someone who has blinded and not asked for a mail yet.
pub struct Person {
    email: String,
    prepared: Prepared,
    ask: Vec<u8>,
}

/// Someone whose address is confirmed.
pub struct Confirmed {
    prepared: Prepared,
    /// The request for the token.
    pub request: Vec<u8>,
}

/// Someone who holds a token.
pub struct Holder {
    token: TokenHeld,
    /// The request that redeems it.
    pub request: Vec<u8>,
}

/// Blinds for so many people, for the whole run. Their mailboxes are at a thousand domains.
pub fn prepare(petition: &CheckedPetition, name: &str, count: usize) -> Result<Vec<Person>> {
    let english = "en".parse().map_err(|_| anyhow!("a language"))?;
    on_all_cores((0..count).collect(), |number| {
        let email = format!("{name}{number}@d{}.example", number % 1_000);
        let prepared = Prepared::new(petition, Bundle::WholeRun, Keys::Forget, &mut rng())?;
        let ask = bytes_of(&prepared.verification_request(&email, &english));
        Ok(Person { email, prepared, ask })
    })
}

impl Person {
    /// Asks for a mail, waits for it, opens its link and confirms with the check number.
    pub async fn confirm(self, connection: &mut Connection, mails: &Mails) -> Result<Confirmed> {
        let mail = mails.token_for(&self.email);
        connection.send(&self.ask).await?.expect(202)?;
        let token = mail.await.context("a mail")?;
        let body = format!("{{\"token\":\"{token}\",\"check\":\"{}\"}}", self.prepared.check_number());
        let headers = [("content-type", "application/json".to_owned())];
        let confirm = bytes("POST", "/v1/email-verifications/confirm", &headers, body.as_bytes());
        connection.send(&confirm).await?.expect(200)?;
        let request = bytes_of(&self.prepared.token_request());
        Ok(Confirmed { prepared: self.prepared, request })
    }
}

impl Confirmed {
    /// Unblinds and verifies.
    pub fn holder(self, answer: &Response) -> Result<Holder> {
        ensure!(answer.status == 200, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        let confirmed = self.prepared.poll(answer).map_err(|error| anyhow!("not confirmed: {error:?}"))?;
        let now = SystemClock.now();
        let token = confirmed.token_answered(answer, now).map_err(|error| anyhow!("no token: {error:?}"))?;
        let request = bytes_of(&token.redemption_request(now).map_err(|error| anyhow!("too early: {error:?}"))?);
        Ok(Holder { token, request })
    }
}

impl Holder {
    /// Verifies the promise, and gives back what must be published.
    pub fn acknowledged(self, answer: &Response) -> Result<Hash> {
        ensure!(answer.status == 200, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        let signed = self.token.redeemed(answer, SystemClock.now()).map_err(|error| anyhow!("refused: {error:?}"))?;
        Ok(signed.leaf_hash())
    }
}

/// Waits until everything that was acknowledged is published, and recounts the public log: acknowledged = published, none twice.
pub async fn all_published(server: &TestServer, petition: &VerifiedManifest, acknowledged: &[Hash]) -> Result<()> {
    let expected: HashSet<_> = acknowledged.iter().map(|hash| *hash.as_bytes()).collect();
    ensure!(expected.len() == acknowledged.len(), "the same leaf was acknowledged to two people");
    let mut connection = Connection::open(server_address(&server.origin().to_string())?).await?;
    let total = bytes("GET", &format!("/v1/petitions/{}/total", petition.petition_id()), &[], &[]);
    for _ in 0..1_200 {
        let total: TotalDocument = serde_json::from_slice(&connection.send(&total).await?.expect(200)?.body)?;
        if total.signatures >= acknowledged.len() as u64 {
            // It fails by itself where a nonce stands in the log twice.
            let (_, leaves) = audit(server, petition).await;
            let published: HashSet<_> = leaves.iter().map(|hash| *hash.as_bytes()).collect();
            ensure!(published == expected, "what was acknowledged is not what was published");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err(anyhow!("what was acknowledged was not published"))
}

/// The socket behind `http://127.0.0.1:PORT`.
pub fn server_address(url: &str) -> Result<SocketAddr> {
    let address = url.strip_prefix("http://").context("an address")?;
    Ok(address.trim_end_matches('/').parse()?)
}

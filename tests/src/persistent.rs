use std::time::Duration;

use reqwest::RequestBuilder;
use undersign_client_lib::journey::{Confirmed, Prepared};
use undersign_client_lib::request::Request;
use undersign_client_lib::response::Response;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::redemption::{RedemptionAnswer, Token, WithdrawalKey, WithdrawalRequest, token_header};
use undersign_protocol::tally::TotalDocument;
use undersign_protocol::timestamp::Timestamp;

use crate::server::{TestServer, Trap};
use crate::signer::Sender;

const PAUSE: Duration = Duration::from_millis(20);

/// Who does not give up: sends every request until it is answered, and starts the server again, under strace, where it was killed.
pub struct Persistent<'a> {
    server: &'a mut TestServer,
    sender: Sender,
}

impl<'a> Persistent<'a> {
    /// At a server that may be killed at any moment.
    pub fn new(server: &'a mut TestServer) -> Self {
        Self { server, sender: Sender::new(None) }
    }

    /// Sends a request of our client until it is answered.
    pub async fn send(&mut self, request: &Request) -> Response {
        loop {
            match self.sender.try_send(request).await {
                Some(response) => return response,
                None => self.revive().await,
            }
        }
    }

    /// Waits a moment, and starts the server again if it was killed.
    pub async fn revive(&mut self) {
        // A connection breaks a moment before the process is gone.
        tokio::time::sleep(PAUSE).await;
        if self.server.has_ended() {
            self.server.restart_watched().await;
        }
    }

    /// Confirms with the mail that an acknowledged request promised. Where the same request was asked twice, because its first answer
    /// got lost, two mails come, and one of them is the right one.
    pub async fn confirm(&mut self, mut prepared: Prepared, email: &str) -> Confirmed {
        let mut tried = Vec::new();
        for _ in 0..1_000 {
            let mails = self.server.mailbox().mails_to(email);
            for code in mails.iter().map(|mail| mail.code()).filter(|code| !tried.contains(code)).collect::<Vec<_>>() {
                let request = prepared.confirm_with_code(&code.parse().expect("a code")).expect("a verification");
                let answer = self.send(&request).await;
                match prepared.code_answered(&answer) {
                    Ok(confirmed) => return confirmed,
                    Err(rejected) => prepared = rejected.state,
                }
                tried.push(code);
            }
            self.revive().await;
        }
        panic!("the mail of an acknowledged request did not come within 20 seconds");
    }

    /// syncs
    pub fn syncs(&self) -> usize {
        self.server.syncs()
    }
    /// The machine's clock.
    pub fn now(&self) -> Timestamp {
        self.server.now()
    }

    /// As [`TestServer::kill_at_sync`].
    pub fn kill_at_sync(&self, number: usize) -> Trap {
        self.server.kill_at_sync(number)
    }

    /// Redeems a token; gives back the status and, where it is 200, the answer.
    pub async fn redeem(&mut self, petition: &VerifiedManifest, token: &Token) -> (u16, Option<RedemptionAnswer>) {
        let url = format!("{}/v1/petitions/{}/signatures", self.server.origin(), petition.petition_id());
        let request = self.sender.client().post(url).header("authorization", token_header(token));
        let (status, body) = self.answer(request).await;
        (status, serde_json::from_slice(&body).ok().filter(|_| status == 200))
    }

    /// Withdraws; gives back the status and, where it is 200, the answer.
    pub async fn withdraw(
        &mut self,
        petition: &VerifiedManifest,
        key: &WithdrawalKey,
    ) -> (u16, Option<RedemptionAnswer>) {
        let url = format!("{}/v1/petitions/{}/withdrawals", self.server.origin(), petition.petition_id());
        let body = serde_json::to_vec(&WithdrawalRequest::of(key.clone())).expect("JSON");
        let request = self.sender.client().post(url).header("content-type", "application/json").body(body);
        let (status, body) = self.answer(request).await;
        (status, serde_json::from_slice(&body).ok().filter(|_| status == 200))
    }

    /// Waits until the published total is at least this.
    pub async fn wait_for_total(&mut self, petition: &VerifiedManifest, at_least: u64) {
        self.wait_for(petition, at_least, |document| document.total).await;
    }

    /// Waits until so many withdrawals are published. Nothing is handed in again meanwhile.
    pub async fn wait_for_withdrawals(&mut self, petition: &VerifiedManifest, at_least: u64) {
        self.wait_for(petition, at_least, |document| document.withdrawals).await;
    }

    async fn wait_for(&mut self, petition: &VerifiedManifest, at_least: u64, number: fn(&TotalDocument) -> u64) {
        let url = format!("{}/v1/petitions/{}/total", self.server.origin(), petition.petition_id());
        for _ in 0..1_000 {
            let (_, body) = self.answer(self.sender.client().get(&url)).await;
            let document: TotalDocument = serde_json::from_slice(&body).expect("the document of a total");
            if number(&document) >= at_least {
                return;
            }
            self.revive().await;
        }
        panic!("the number did not reach {at_least} within 20 seconds: {}", self.server.output());
    }

    /// Whether nothing was written for a while in which two ticks lie.
    pub async fn is_quiet(&mut self) -> bool {
        let before = self.server.syncs();
        tokio::time::sleep(Duration::from_millis(2_200)).await;
        self.server.syncs() == before
    }

    async fn answer(&mut self, request: RequestBuilder) -> (u16, Vec<u8>) {
        loop {
            let attempt = request.try_clone().expect("a body that can be sent again");
            if let Ok(response) = attempt.send().await {
                let status = response.status().as_u16();
                if let Ok(body) = response.bytes().await {
                    return (status, body.to_vec());
                }
            }
            self.revive().await;
        }
    }
}

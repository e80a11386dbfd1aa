//! The other program, `undersign-peer`: started, asked, and measured like the server.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, anyhow};
use getrandom::rand_core::Rng as _;
use undersign_client_lib::blind::{BlindingSecret, blind, finalize};
use undersign_protocol::issuance::{TokenKey, TokenResponse};
use undersign_protocol::redemption::{Token, TokenInput, token_header};
use undersign_tests::programs::program;
use undersign_tests::signer::rng;

use crate::clock::Process;
use crate::http::{Answer, Connection, bytes};
use crate::load::{on_all_cores, run};

/// The process.
pub struct Peer {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    key: TokenKey,
}

/// A blinded request to the peer.
pub struct Blinded {
    input: TokenInput,
    secret: BlindingSecret,
    request: Vec<u8>,
}

impl Peer {
    /// Starts it.
    pub async fn start() -> Result<Self> {
        let mut child = Command::new(program("undersign-peer")).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        let address = line.trim().parse()?;
        let spki = Connection::open(address).await?.send(&bytes("GET", "/key", &[], &[])).await?.expect(200)?.body;
        let key = TokenKey::from_spki(&spki).map_err(|_| anyhow!("the peer's key"))?;
        Ok(Self { child, address, key })
    }

    /// For its times.
    pub fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// Blinds so many requests.
    pub fn prepare(&self, count: usize) -> Result<Vec<Blinded>> {
        on_all_cores((0..count).collect(), |_| {
            let mut nonce = [0; 32];
            rng().fill_bytes(&mut nonce);
            let input =
                TokenInput { nonce: nonce.into(), challenge_digest: [1; 32].into(), token_key_id: self.key.id() };
            let (request, secret) = blind(&self.key, &input, &mut rng())?;
            let headers = [("content-type", "application/private-token-request".to_owned())];
            let request = bytes("POST", "/token-request", &headers, &request.encode());
            Ok(Blinded { input, secret, request })
        })
    }

    /// Has them signed.
    ///
    /// # Returns
    /// The answers, and µs of its processor time for each.
    pub async fn issue(&self, connections: usize, requests: Vec<Blinded>) -> Result<(Vec<(Blinded, Answer)>, f64)> {
        let connections = Connection::open_all(self.address, connections).await?;
        let (count, before) = (requests.len(), self.process().time()?);
        let load = run(connections, requests, |mut connection, blinded: Blinded| async move {
            let answer = connection.send(&blinded.request).await?.expect(200)?;
            Ok((connection, (blinded, answer)))
        })
        .await?;
        let cost = (self.process().time()? - before) * 1e6 / count as f64;
        Ok((load.outputs, cost))
    }

    /// Unblinds, verifies, and has the tokens redeemed; gives µs of its processor time for each.
    pub async fn redeem(&self, connections: usize, answers: Vec<(Blinded, Answer)>) -> Result<f64> {
        let requests = on_all_cores(answers, |(blinded, answer)| {
            let response = TokenResponse::decode(&answer.body).map_err(|_| anyhow!("a token response"))?;
            let token: Token = finalize(&self.key, &blinded.input, blinded.secret, &response)?;
            // RFC 9577 §2.2 writes the value in quotes; the package reads it without.
            Ok(bytes("POST", "/redeem", &[("authorization", token_header(&token).replace('"', ""))], &[]))
        })?;
        let connections = Connection::open_all(self.address, connections).await?;
        let (count, before) = (requests.len(), self.process().time()?);
        run(connections, requests, |mut connection, request: Vec<u8>| async move {
            connection.send(&request).await?.expect(200)?;
            Ok((connection, ()))
        })
        .await?;
        Ok((self.process().time()? - before) * 1e6 / count as f64)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

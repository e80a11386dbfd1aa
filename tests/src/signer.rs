use std::net::IpAddr;
use std::time::Duration;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::checks::check;
use undersign_client_lib::journey::{Bundle, Confirmed, Keys, Prepared, Signed, TokenHeld};
use undersign_client_lib::link::Link;
use undersign_client_lib::lookup;
use undersign_client_lib::request::{Method, Request};
use undersign_client_lib::response::Response;
use undersign_protocol::tally::TotalDocument;
use undersign_server::clock::{Clock as _, SystemClock};

use crate::mailbox::{Mail, Mailbox};
use crate::server::TestServer;

/// The operating system's random bytes.
pub fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Sends requests, from an address of this machine if one is given.
#[derive(Debug, Clone)]
pub struct Sender {
    client: reqwest::Client,
}

impl Sender {
    /// With or without an address of its own (127.0.0.0/8).
    pub fn new(from: Option<IpAddr>) -> Self {
        Self::with(from, "")
    }

    /// With a `User-Agent` header as well.
    pub fn with(from: Option<IpAddr>, user_agent: &str) -> Self {
        let client = reqwest::Client::builder()
            .local_address(from)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(60));
        let client = if user_agent.is_empty() { client } else { client.user_agent(user_agent) };
        Self { client: client.build().expect("a client") }
    }

    /// Sends one request.
    ///
    /// # Panics
    /// When nothing comes back; [`Sender::try_send`] tells.
    pub async fn send(&self, request: &Request) -> Response {
        self.try_send(request).await.expect("an answer")
    }

    /// Sends one request; `None` where nothing comes back.
    pub async fn try_send(&self, request: &Request) -> Option<Response> {
        let method = match request.method() {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut builder = self.client.request(method, request.url()).body(request.content().to_vec());
        for (name, value) in request.headers() {
            builder = builder.header(*name, value);
        }
        let answer = builder.send().await.ok()?;
        let header = |name: &str| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
        let (status, media_type) = (answer.status().as_u16(), header("content-type"));
        let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
        Some(Response { status, media_type, retry_after, body: answer.bytes().await.ok()?.to_vec() })
    }

    /// The client itself, for requests that no client of ours makes.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }
}

/// Someone with a mailbox who signs step by step. Each step can be repeated, left out, or done by another.
pub struct Signer {
    /// Their address.
    pub email: String,
    /// Their connection.
    pub sender: Sender,
    mailbox: Mailbox,
}

impl Signer {
    /// A signer at a server that writes mails into files.
    pub fn new(server: &TestServer, email: &str) -> Self {
        Self::with(server.mailbox(), email, Sender::new(None))
    }

    /// A signer with a mailbox and a connection of their own.
    pub fn with(mailbox: Mailbox, email: &str, sender: Sender) -> Self {
        Self { email: email.to_owned(), sender, mailbox }
    }

    /// Fetches and checks a petition.
    pub async fn check(&self, link: &str) -> CheckedPetition {
        let link: Link = link.parse().expect("a link");
        let petition = link.petition.expect("a link to a petition");
        let (first, requests) = lookup::start(&link.base, &petition);
        let (second, requests) = first.answered(self.send_all(&requests).await).expect("the first answers");
        let documents = second.answered(self.send_all(&requests).await).expect("the second answers");
        check(&link.base, &petition, &documents).expect("a petition that passes every check")
    }

    /// Checks and blinds.
    pub async fn prepare(&self, link: &str, bundle: Bundle) -> Prepared {
        Prepared::new(&self.check(link).await, bundle, Keys::Keep, &mut rng()).expect("an open petition")
    }

    /// Asks for a mail.
    pub async fn ask(&self, prepared: Prepared) -> Prepared {
        let answer = self.sender.send(&prepared.verification_request(&self.email, &"en".parse().expect("en"))).await;
        prepared.verification_answered(&answer).expect("202")
    }

    /// Waits for the newest of `count` mails.
    pub async fn mail(&self, count: usize) -> Mail {
        self.mailbox.wait_for(&self.email, count).await
    }

    /// Asks for a mail and confirms with its code.
    pub async fn confirm(&self, prepared: Prepared) -> Confirmed {
        let count = self.mailbox.mails_to(&self.email).len();
        let prepared = self.ask(prepared).await;
        let code = self.mail(count + 1).await.code().parse().expect("a code");
        let request = prepared.confirm_with_code(&code).expect("a verification");
        prepared.code_answered(&self.sender.send(&request).await).expect("confirmed")
    }

    /// Fetches and unblinds the tokens.
    pub async fn token(&self, confirmed: Confirmed) -> TokenHeld {
        let answer = self.sender.send(&confirmed.token_request()).await;
        confirmed.token_answered(&answer, SystemClock.now()).expect("a token")
    }

    /// Redeems.
    pub async fn redeem(&self, token: TokenHeld) -> Signed {
        let now = SystemClock.now();
        let request = token.redemption_request(now).expect("not too early");
        token.redeemed(&self.sender.send(&request).await, now).expect("accepted")
    }

    /// All steps.
    pub async fn sign(&self, link: &str) -> Signed {
        let prepared = self.prepare(link, Bundle::WholeRun).await;
        let confirmed = self.confirm(prepared).await;
        let token = self.token(confirmed).await;
        self.redeem(token).await
    }

    /// The total of a petition, checked against its checkpoint.
    pub async fn total(&self, link: &str) -> TotalDocument {
        let petition = self.check(link).await;
        petition.total(&self.sender.send(&petition.total_request()).await).expect("a total that fits its checkpoint")
    }

    /// Waits until the total is at least this, and gives it back.
    pub async fn wait_for_total(&self, link: &str, at_least: u64) -> TotalDocument {
        for _ in 0..600 {
            let total = self.total(link).await;
            if total.total >= at_least {
                return total;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the total did not reach {at_least} within 30 seconds");
    }

    async fn send_all(&self, requests: &[Request]) -> Vec<Response> {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            answers.push(self.sender.send(request).await);
        }
        answers
    }
}

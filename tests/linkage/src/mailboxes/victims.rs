use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use tokio::sync::oneshot;
use undersign_protocol::email_verification::{CheckNumber, RequestDigest};
use undersign_protocol::issuance::{BatchTokenResponse, TokenResponse};
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::Token;
use undersign_tests::blinding::{Blinding, batch};
use undersign_tests::mailbox::Mail;
use undersign_tests::post::Mails;
use undersign_tests::wire::{Answer, Wire};

use super::seen::{Seen, Stopwatch, Told};

/// What somebody has done before anybody asks in their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Nothing; they have never been here.
    Nothing,
    /// Asked for the whole run, and holds the tokens.
    Asked,
    /// Asked for the whole run, and signed this one of it.
    Signed(usize),
    /// Asked for this one alone, and signed it.
    SignedAlone(usize),
}

/// Petitions of one run, and where they are.
#[derive(Clone)]
pub struct Place {
    /// Both sides.
    pub wire: Wire,
    /// All mailboxes.
    pub mails: Mails,
    /// The run.
    pub run: Arc<[VerifiedManifest; 2]>,
}

/// What a person's own signing has left where others can look.
#[derive(Debug, Clone)]
pub struct Trail {
    /// Their mail.
    pub mail: Mail,
    /// What the log publishes of it, where they have signed.
    pub token: Option<Token>,
}

/// Requests for one token or for the run.
struct Requests {
    blindings: Vec<Blinding>,
    body: Vec<u8>,
}

impl Requests {
    fn of(petitions: &[VerifiedManifest]) -> Self {
        let blindings: Vec<Blinding> = petitions.iter().map(Blinding::new).collect();
        let body = match blindings.as_slice() {
            [blinding] => blinding.body(),
            _ => batch(&blindings),
        };
        Self { blindings, body }
    }

    fn digest(&self) -> RequestDigest {
        RequestDigest::of(&self.body)
    }

    fn check(&self) -> String {
        CheckNumber::of(&self.digest()).to_string()
    }

    async fn send(&self, wire: &Wire) -> Answer {
        if self.blindings.len() == 1 {
            wire.token_request(&self.body).await
        } else {
            wire.batch_request(&self.body).await
        }
    }

    /// Which of them an answer has.
    fn issued(&self, answer: &Answer) -> Vec<Option<TokenResponse>> {
        match self.blindings.len() {
            1 => vec![TokenResponse::decode(&answer.body).ok().filter(|_| answer.status == 200)],
            _ => BatchTokenResponse::decode(&answer.body).map_or_else(|_| Vec::new(), |batch| batch.token_responses),
        }
    }

    fn token(mut self, which: usize, answer: &Answer) -> Option<Token> {
        let response = self.issued(answer).into_iter().nth(which)??;
        Some(self.blindings.swap_remove(which).token(&response.encode()))
    }
}

impl Place {
    /// Does what a person does by themselves, with their own mailbox.
    pub async fn act(&self, email: &str, deed: Deed) -> Result<Option<Trail>> {
        let (requests, wanted) = match deed {
            Deed::Nothing => return Ok(None),
            Deed::Asked => (Requests::of(&self.run[..]), None),
            Deed::Signed(wanted) => (Requests::of(&self.run[..]), Some(wanted)),
            Deed::SignedAlone(wanted) => (Requests::of(&self.run[wanted..=wanted]), Some(wanted)),
        };
        let mail = self.mails.mail_for(email);
        self.wire.verification(email, &requests.digest()).await;
        let mail = mail.await.context("a mail")?;
        let answer = self.wire.confirm_link(&mail.link_token(), &requests.check()).await;
        ensure!(answer.status == 200, "not confirmed: {}", answer.text());
        let answer = requests.send(&self.wire).await;
        let Some(wanted) = wanted else { return Ok(Some(Trail { mail, token: None })) };
        let place = if requests.blindings.len() == 1 { 0 } else { wanted };
        let token = requests.token(place, &answer).context("a token")?;
        let answer = self.wire.redeem(&self.run[wanted].petition_id(), &token).await;
        ensure!(answer.status == 200, "not accepted: {}", answer.text());
        Ok(Some(Trail { mail, token: Some(token) }))
    }

    /// Asks in somebody's name, reads their mail, confirms, and asks for the tokens of the run.
    pub async fn try_to_sign(&self, email: &str) -> Result<Seen> {
        let requests = Requests::of(&self.run[..]);
        let mut seen = Seen::default();
        let mail = self.mails.mail_for(email);
        let stopwatch = Stopwatch::start();
        let answer = self.wire.ask(email, &requests.digest()).await;
        seen.asked = Told::new(&answer, stopwatch.elapsed());
        let mail = mail.await.context("a mail")?;
        seen.read(&mail, stopwatch.elapsed());
        let stopwatch = Stopwatch::start();
        let answer = self.wire.confirm_link(&mail.link_token(), &requests.check()).await;
        seen.confirmed = Told::new(&answer, stopwatch.elapsed());
        ensure!(answer.status == 200, "not confirmed: {}", answer.text());
        let stopwatch = Stopwatch::start();
        let answer = requests.send(&self.wire).await;
        seen.tokens = Told::new(&answer, stopwatch.elapsed());
        let issued = requests.issued(&answer);
        seen.which = issued.iter().fold(0, |bits, token| bits << 1 | u64::from(token.is_some()));
        Ok(seen)
    }

    /// Asks for one more mail, which comes or does not.
    pub async fn ask_once_more(&self, email: &str) -> oneshot::Receiver<Mail> {
        let mail = self.mails.mail_for(email);
        self.wire.verification(email, &Requests::of(&self.run[..]).digest()).await;
        mail
    }
}

impl Trail {
    /// What the public log has of the signature, in the order in which it shows it, and by its other bytes.
    pub fn in_the_log(&self) -> Option<[(&'static str, u64); 3]> {
        let token = self.token.as_ref()?;
        let leaf = Entry::Signature(token.clone()).leaf_hash();
        let number = |bytes: &[u8]| bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        Some([
            ("place in the log", number(leaf.as_bytes())),
            ("nonce", number(token.input.nonce.as_bytes())),
            ("signature", number(&token.authenticator)),
        ])
    }
}

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rand_core::Rng as _;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::Entry;
use undersign_protocol::redemption::{Token, WithdrawalKey};
use undersign_tests::blinding::Blinding;
use undersign_tests::post::Mails;
use undersign_tests::signer::rng;
use undersign_tests::wire::Wire;

use crate::lots::Lots;
use crate::seizure::Trace;

/// Between two people who come, and between a mail and its reader, on average.
const SPAN: f64 = 4.0;
const READING: f64 = 0.4;

/// Someone who signs.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Their address.
    pub email: String,
    /// Round in which they come, from 0.
    pub round: usize,
    /// From the beginning of the round.
    pub comes_after: Duration,
    /// From the mail to the opened link.
    pub reads_for: Duration,
    /// From the token to the signature.
    pub signs: Signs,
    /// Whether they take it back at once.
    pub takes_back: bool,
}

/// When someone hands in their token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// As soon as they have it, as the page does where nothing else is said.
    AtOnce,
    /// In a later round, after so long from its beginning: whoever waits, as `--when` and `next_epoch` have it.
    Later(usize, Duration),
    /// Never.
    Not,
}

/// Where they do it.
#[derive(Clone)]
pub struct Place {
    /// Both sides.
    pub wire: Wire,
    /// Their mailboxes.
    pub mails: Mails,
    /// The petition.
    pub petition: Arc<VerifiedManifest>,
}

/// Someone who holds a token.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Who.
    pub visit: Visit,
    /// What is theirs; the tag is not known to them.
    pub trace: Trace,
    token: Token,
    withdrawal_key: [u8; 32],
}

/// Arrivals of so many people in so many rounds: independent of each other, as in a queue; three of four sign at once, most others in a
/// later round, a few never. Of six one takes the signature back.
pub fn arrivals(people: usize, rounds: usize, seed: u64) -> Vec<Visit> {
    let mut lots = Lots::new(seed);
    let seconds = |seconds: f64| Duration::from_secs_f64(seconds.min(2.0 * SPAN));
    let mut visits = Vec::with_capacity(people);
    for round in 0..rounds {
        let size = people / rounds + usize::from(round < people % rounds);
        let mut comes_after = 0.0;
        for _ in 0..size {
            comes_after += lots.waiting(SPAN / size as f64);
            let left = rounds - round - 1;
            let signs = match (lots.part(), left) {
                (part, _) if part > 0.96 => Signs::Not,
                (part, 1..) if part > 0.75 => {
                    let later = round + 1 + (lots.part() * left as f64) as usize;
                    Signs::Later(later, seconds(SPAN * lots.part()))
                }
                _ => Signs::AtOnce,
            };
            visits.push(Visit {
                email: format!("signer{}@mail-of-{}.example", visits.len(), lots.draw() % 400),
                round,
                comes_after: seconds(comes_after),
                reads_for: seconds(lots.waiting(READING)),
                signs,
                takes_back: lots.draw().is_multiple_of(6),
            });
        }
    }
    visits
}

impl Visit {
    /// Everything up to the token.
    pub async fn token(self, place: Place) -> Result<Holder> {
        tokio::time::sleep(self.comes_after).await;
        let Place { wire, mails, petition } = place;
        let mut withdrawal_key = [0; 32];
        rng().fill_bytes(&mut withdrawal_key);
        let blinding = Blinding::with_nonce(&petition, WithdrawalKey::from_bytes(withdrawal_key).nonce());
        let (digest, check, body) = (blinding.digest(), blinding.check().to_string(), blinding.body());
        let hash = blinding.request().hash();
        let mail = mails.token_for(&self.email);
        wire.verification(&self.email, &digest).await;
        let link = mail.await.context("a mail")?;
        tokio::time::sleep(self.reads_for).await;
        let answer = wire.confirm_link(&link, &check).await;
        ensure!(answer.status == 200, "not confirmed: {}", answer.text());
        let answer = wire.token_request(&body).await;
        ensure!(answer.status == 200, "no token: {}", answer.text());
        let token = blinding.token(&answer.body);
        let leaf = Entry::Signature(token.clone()).leaf_hash();
        let trace = Trace {
            identified: [Vec::new(), hash.as_bytes().to_vec(), digest.as_bytes().to_vec()],
            anonymous: [token.input.nonce.as_bytes().to_vec(), token.authenticator.to_vec(), leaf.as_bytes().to_vec()],
        };
        Ok(Holder { visit: self, trace, token, withdrawal_key })
    }
}

impl Holder {
    /// Signs, after so long, and takes it back, if they do.
    pub async fn sign(&self, place: &Place, after: Duration) -> Result<()> {
        tokio::time::sleep(after).await;
        let petition = place.petition.petition_id();
        let answer = place.wire.redeem(&petition, &self.token).await;
        ensure!(answer.status == 200, "not accepted: {}", answer.text());
        if self.visit.takes_back {
            let answer = place.wire.withdraw(&petition, &WithdrawalKey::from_bytes(self.withdrawal_key)).await;
            ensure!(answer.status == 200, "not taken back: {}", answer.text());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_follow_from_the_seed_and_are_of_every_kind() {
        let visits = arrivals(400, 4, 7);
        let same = |one: &[Visit], other: &[Visit]| format!("{one:?}") == format!("{other:?}");
        assert!(same(&visits, &arrivals(400, 4, 7)) && !same(&visits, &arrivals(400, 4, 8)));
        let count = |wanted: fn(&Visit) -> bool| visits.iter().filter(|visit| wanted(visit)).count();
        assert!(count(|visit| visit.signs == Signs::AtOnce) > 250);
        assert!(count(|visit| matches!(visit.signs, Signs::Later(round, _) if round > visit.round)) > 30);
        assert!(count(|visit| visit.signs == Signs::Not) > 5);
        assert!((40..100).contains(&count(|visit| visit.takes_back)));
        assert_eq!(count(|visit| visit.round == 3), 100);
    }
}

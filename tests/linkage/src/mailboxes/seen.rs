use std::time::{Duration, Instant};

use undersign_tests::mailbox::Mail;
use undersign_tests::wire::Answer;

/// An answer, without what is different in all of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    /// HTTP status.
    pub status: u64,
    /// Bytes of all headers but the date.
    pub headers: u64,
    /// Bytes of the body.
    pub body: u64,
    /// Nanoseconds until it was there.
    pub after: u64,
}

/// Everything that is seen of one address by who asks in its name and reads its mailbox.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The answer to the request for a mail.
    pub asked: Told,
    /// Nanoseconds until that mail was there.
    pub mail_after: u64,
    /// Its bytes.
    pub mail: u64,
    /// Bytes of its subject.
    pub subject: u64,
    /// Bytes of its text.
    pub text: u64,
    /// The code in it.
    pub code: u64,
    /// The first bytes of the link's token.
    pub link: u64,
    /// The answer to the link and its check number.
    pub confirmed: Told,
    /// The answer to a request for tokens.
    pub tokens: Told,
    /// Which of them came, a bit each.
    pub which: u64,
}

/// A number that is read of it.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// What is read.
    pub name: &'static str,
    /// Who can.
    pub by: By,
    /// Reads it.
    pub read: fn(&Seen) -> u64,
}

/// What one has to be able to do to read something. Each can what those before can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Ask.
    Asking,
    /// Read the mail.
    Reading,
    /// Confirm in the address's name.
    Confirming,
    /// Use up its tokens.
    Trying,
}

const fn reading(name: &'static str, by: By, read: fn(&Seen) -> u64) -> Reading {
    Reading { name, by, read }
}

/// All of them.
pub const READINGS: [Reading; 19] = [
    reading("status of the answer", By::Asking, |seen| seen.asked.status),
    reading("headers of the answer", By::Asking, |seen| seen.asked.headers),
    reading("size of the answer", By::Asking, |seen| seen.asked.body),
    reading("time until the answer", By::Asking, |seen| seen.asked.after),
    reading("time until the mail", By::Reading, |seen| seen.mail_after),
    reading("size of the mail", By::Reading, |seen| seen.mail),
    reading("size of its subject", By::Reading, |seen| seen.subject),
    reading("size of its text", By::Reading, |seen| seen.text),
    reading("its code", By::Reading, |seen| seen.code),
    reading("bytes of its link", By::Reading, |seen| seen.link),
    reading("status of the confirmation", By::Confirming, |seen| seen.confirmed.status),
    reading("headers of the confirmation", By::Confirming, |seen| seen.confirmed.headers),
    reading("size of the confirmation", By::Confirming, |seen| seen.confirmed.body),
    reading("time until the confirmation", By::Confirming, |seen| seen.confirmed.after),
    reading("status of the tokens", By::Trying, |seen| seen.tokens.status),
    reading("headers of the tokens", By::Trying, |seen| seen.tokens.headers),
    reading("size of the tokens", By::Trying, |seen| seen.tokens.body),
    reading("time until the tokens", By::Trying, |seen| seen.tokens.after),
    reading("which tokens came", By::Trying, |seen| seen.which),
];

impl Told {
    /// Of an answer that came after so long.
    pub fn new(answer: &Answer, after: Duration) -> Self {
        let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
        let headers = headers.map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() as u64;
        Self { status: answer.status.into(), headers, body: answer.body.len() as u64, after: after.as_nanos() as u64 }
    }
}

impl Seen {
    /// Takes a mail that came after so long.
    pub fn read(&mut self, mail: &Mail, after: Duration) {
        self.mail_after = after.as_nanos() as u64;
        self.mail = mail.raw.len() as u64;
        self.subject = mail.subject.len() as u64;
        self.text = mail.text.len() as u64;
        self.code = mail.code().replace('-', "").parse().unwrap_or_default();
        self.link = mail.link_token().bytes().take(8).fold(0, |number, byte| number << 8 | u64::from(byte));
    }
}

/// A clock that an attacker has: what it shows is compared, and nothing here waits for it.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// From now on.
    #[expect(clippy::disallowed_methods, reason = "what an attacker measures is real time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Since then.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::super::halves::tell_apart;
    use super::*;
    use crate::lots::Lots;

    /// As many as are asked in a small game, of whom nothing tells.
    fn people(seed: u64) -> Vec<Seen> {
        let mut lots = Lots::new(seed);
        let mut told = || Told { status: 200, headers: 140, body: 300, after: 2_000_000 + lots.draw() % 1_000_000 };
        let [asked, confirmed, tokens] = [(); 3].map(|()| (0..48).map(|_| told()).collect::<Vec<_>>());
        let mut seen = Vec::new();
        for ((asked, confirmed), tokens) in asked.into_iter().zip(confirmed).zip(tokens) {
            let mail_after = 5_000_000 + lots.draw() % 1_000_000;
            let (code, link) = (lots.draw() % 100_000_000, lots.draw() >> 1);
            let (mail, subject, text) = (2_000, 40, 900);
            seen.push(Seen { asked, mail_after, mail, subject, text, code, link, confirmed, tokens, which: 0 });
        }
        seen
    }

    /// The control of every reading: a difference of the second half, as small as it may be, is found, and nothing without it.
    #[test]
    fn each_reading_finds_what_is_planted_in_it_and_nothing_else() {
        let plants: [fn(&mut Seen); READINGS.len()] = [
            |seen| seen.asked.status += 1,
            |seen| seen.asked.headers += 1,
            |seen| seen.asked.body += 1,
            |seen| seen.asked.after += 1_000_000,
            |seen| seen.mail_after += 1_000_000,
            |seen| seen.mail += 1,
            |seen| seen.subject += 1,
            |seen| seen.text += 1,
            |seen| seen.code += 100_000_000,
            |seen| seen.link |= 1 << 63,
            |seen| seen.confirmed.status += 1,
            |seen| seen.confirmed.headers += 1,
            |seen| seen.confirmed.body += 1,
            |seen| seen.confirmed.after += 1_000_000,
            |seen| seen.tokens.status += 1,
            |seen| seen.tokens.headers += 1,
            |seen| seen.tokens.body += 1,
            |seen| seen.tokens.after += 1_000_000,
            |seen| seen.which += 1,
        ];
        let is_first: Vec<bool> = (0..48).map(|person| person < 24).collect();
        let found = |reading: &Reading, people: &[Seen]| {
            let numbers: Vec<u64> = people.iter().map(reading.read).collect();
            tell_apart(&numbers, &is_first, &mut Lots::new(9)).map_or(1.0, |split| split.p)
        };
        for (planted, plant) in plants.iter().enumerate() {
            let mut people = people(planted as u64 + 1);
            assert!(READINGS.iter().all(|reading| found(reading, &people) * 100.0 > 1e-4), "nothing is there yet");
            people[24..].iter_mut().for_each(plant);
            for (reading, which) in READINGS.iter().zip(0..) {
                let p = found(reading, &people);
                let is_it = which == planted;
                // As a game would, beside a hundred other readings.
                assert_eq!(
                    p * 100.0 < 1e-4,
                    is_it,
                    "{} where {} was planted: {p}",
                    reading.name,
                    READINGS[planted].name
                );
            }
        }
    }
}

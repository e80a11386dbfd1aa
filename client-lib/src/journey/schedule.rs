use rand_core::CryptoRng;
use undersign_protocol::petition::{Publication, Redemption};
use undersign_protocol::timestamp::Timestamp;

/// When to redeem. Whatever is chosen, `next_epoch` is kept and the close is not missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// As early as the petition's rule allows.
    Now,
    /// At a random time in the epoch in which it becomes possible; under `immediate` within one max_wait, so that whoever watches both
    /// sides live does not see one follow the other. Never in what of that has passed, nor after the close.
    Auto,
    /// That many seconds after the token came, and up to a quarter more: a wait of exactly two hours would say whose it was.
    After(u64),
}

/// Under every rule a redemption begins at least this many seconds before nothing more is taken.
const MARGIN: u64 = 600;

/// A petition's rules about when its tokens are handed in: from the manifest and the notices alone, and so known to everyone, also to
/// whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// From here on epochs are counted.
    pub opens_at: Timestamp,
    /// The end of first-time issuance.
    pub closes_at: Timestamp,
    /// Seconds after that in which tokens are still taken.
    pub grace: u64,
    /// When batches are published.
    pub publication: Publication,
    /// The rule itself.
    pub redemption: Redemption,
}

impl Schedule {
    /// First moment at which a token issued at `issued_at` may be redeemed: at once under `immediate`; under `next_epoch` when the
    /// epoch after issuance begins (epochs count from opens_at), or at the close if that comes first.
    pub fn earliest(&self, issued_at: Timestamp) -> Timestamp {
        match self.redemption {
            Redemption::Immediate {} => issued_at,
            Redemption::NextEpoch { epoch } => {
                let passed = issued_at.seconds().saturating_sub(self.opens_at.seconds()) / epoch.max(1);
                let next = self.opens_at.plus((passed + 1).saturating_mul(epoch));
                self.before_close(next)
            }
        }
    }

    /// The moments among which a client draws, each second as likely as another: from the first up to the second, without it. Where
    /// both are equal there is no choice.
    pub fn moments(&self, when: When, issued_at: Timestamp, now: Timestamp) -> (Timestamp, Timestamp) {
        let earliest = self.earliest(issued_at);
        let (begin, window) = match when {
            When::Now => return (earliest, earliest),
            When::Auto => (now, self.window()),
            When::After(seconds) => (issued_at.plus(seconds), seconds / 4),
        };
        let begin = begin.max(earliest);
        // The window ends where the petition does, before a moment is drawn: moved there afterwards, all late ones would be one.
        let end = self.before_close(begin.plus(window));
        let begin = self.before_close(begin).max(earliest);
        (begin, end.max(begin))
    }

    /// Draws one of them.
    pub fn draw(&self, when: When, issued_at: Timestamp, now: Timestamp, rng: &mut impl CryptoRng) -> Timestamp {
        let (begin, end) = self.moments(when, issued_at, now);
        begin.plus(below(rng, end.seconds() - begin.seconds()))
    }

    /// Seconds among which a random moment is drawn.
    fn window(&self) -> u64 {
        match self.redemption {
            Redemption::Immediate {} => self.publication.max_wait,
            Redemption::NextEpoch { epoch } => epoch,
        }
    }

    /// Not later than the close, and with a margin before the end of grace where grace is short.
    fn before_close(&self, moment: Timestamp) -> Timestamp {
        let latest = self.closes_at.plus(self.grace.min(MARGIN)).seconds().saturating_sub(MARGIN);
        Timestamp::from_seconds(latest).map_or(moment, |latest| moment.min(latest))
    }
}

/// A number below `limit`; the bias of the remainder of 64 random bits is beyond notice.
fn below(rng: &mut impl CryptoRng, limit: u64) -> u64 {
    let mut bytes = [0; 8];
    rng.fill_bytes(&mut bytes);
    u64::from_be_bytes(bytes) % limit.max(1)
}

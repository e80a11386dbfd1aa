use rand_core::CryptoRng;
use undersign_protocol::petition::Redemption;
use undersign_protocol::timestamp::Timestamp;

use super::Terms;

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

impl Terms {
    /// First moment at which a token issued at `issued_at` may be redeemed: at once under `immediate`; under `next_epoch` when the
    /// epoch after issuance begins (epochs count from opens_at), or at the close if that comes first.
    pub fn earliest_redemption(&self, issued_at: Timestamp) -> Timestamp {
        match self.redemption {
            Redemption::Immediate {} => issued_at,
            Redemption::NextEpoch { epoch } => {
                let passed = issued_at.seconds().saturating_sub(self.opens_at.seconds()) / epoch.max(1);
                let next = self.opens_at.plus((passed + 1).saturating_mul(epoch));
                self.before_close(next)
            }
        }
    }

    pub fn redemption_time(
        &self,
        when: When,
        issued_at: Timestamp,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Timestamp {
        let earliest = self.earliest_redemption(issued_at);
        let (begin, window) = match when {
            When::Now => return earliest,
            When::Auto => (now, self.window()),
            When::After(seconds) => (issued_at.plus(seconds), seconds / 4),
        };
        let begin = begin.max(earliest);
        // The window ends where the petition does, before a moment is drawn: moved there afterwards, all late ones would be one.
        let end = self.before_close(begin.plus(window));
        let moment = begin.plus(below(rng, end.seconds().saturating_sub(begin.seconds())));
        self.before_close(moment).max(earliest)
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

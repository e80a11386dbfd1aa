use crate::lots::Lots;

/// How long people and machines take for something: a mixture of log-logistic distributions, which rise steeply and fall
/// slowly, as reaction times do, and can be drawn and summed without tables.
#[derive(Debug, Clone, Copy)]
pub struct Delay(&'static [Part]);

/// Some of them: half take less than the median; the steeper, the fewer take much longer.
#[derive(Debug, Clone, Copy)]
struct Part {
    share: f64,
    median: f64,
    steepness: f64,
}

/// From the request to the mail in the mailbox.
pub const DELIVERY: Delay = Delay(&[Part { share: 1.0, median: 3.0, steepness: 3.0 }]);
/// From there until the mail is read: a tenth needs more than four minutes, one of a hundred almost half an hour.
pub const READING: Delay = Delay(&[Part { share: 1.0, median: 45.0, steepness: 1.3 }]);
/// From the mail to the confirmation: a code that is typed, or a link and a check number.
pub const TYPING: Delay = Delay(&[Part { share: 1.0, median: 12.0, steepness: 3.0 }]);
/// From the confirmation to the token. Most pages have been waiting for it; some telephones have put theirs to sleep.
pub const RETURNING: Delay =
    Delay(&[Part { share: 0.7, median: 0.1, steepness: 4.0 }, Part { share: 0.3, median: 6.0, steepness: 2.0 }]);
/// From the token, or from the moment that was drawn, to the origin: unblinding and a new connection; for some through Tor, or
/// on a telephone without WebAssembly.
pub const HANDING_IN: Delay =
    Delay(&[Part { share: 0.8, median: 0.3, steepness: 4.0 }, Part { share: 0.2, median: 2.0, steepness: 4.0 }]);

impl Delay {
    /// Seconds.
    pub fn draw(&self, lots: &mut Lots) -> f64 {
        let mut which = lots.part();
        // Unwrap safety: there is a part in each.
        let last = self.0.last().expect("a part");
        let part = self.0.iter().find(|part| {
            which -= part.share;
            which < 0.0
        });
        let Part { median, steepness, .. } = part.unwrap_or(last);
        let rank = lots.part().max(f64::MIN_POSITIVE);
        median * (rank / (1.0 - rank)).powf(steepness.recip())
    }

    /// What half take less than.
    pub fn median(&self) -> f64 {
        let (mut less, mut more) = (0.0, 1e6);
        while more - less > 1e-3 {
            let between = (less + more) / 2.0;
            if self.before(between) < 0.5 { less = between } else { more = between }
        }
        less
    }

    /// The probability of less than so many seconds.
    pub fn before(&self, seconds: f64) -> f64 {
        if seconds <= 0.0 {
            return 0.0;
        }
        let of_part = |part: &Part| part.share / (1.0 + (part.median / seconds).powf(part.steepness));
        self.0.iter().map(of_part).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_distributed_as_it_says() {
        for delay in [DELIVERY, READING, TYPING, RETURNING, HANDING_IN] {
            let mut lots = Lots::new(1);
            let drawn: Vec<f64> = (0..20_000).map(|_| delay.draw(&mut lots)).collect();
            for seconds in [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1_000.0] {
                let found = drawn.iter().filter(|drawn| **drawn < seconds).count() as f64 / 20_000.0;
                assert!((found - delay.before(seconds)).abs() < 0.015, "{delay:?}: {found} before {seconds}");
            }
        }
    }
}

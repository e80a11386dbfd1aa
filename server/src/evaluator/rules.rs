use subtle::ConstantTimeEq as _;
use undersign_protocol::email_verification::{EVALUATION_CONTEXT, EvaluationRequest};
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::key_directory::KeyError;
use crate::mac::hmac_sha256;

/// Seconds of a minute.
const MINUTE: u64 = 60;
/// Into how many parts a day's limit is divided: a part is noted as used before the first of it is.
const PARTS: u64 = 256;

/// Why nothing is evaluated.
#[derive(Debug, thiserror::Error)]
pub enum EvaluatorError {
    /// Not a request of that size, or no element in it.
    #[error("not a request for an evaluation")]
    Form,
    /// Not authenticated with the secret.
    #[error("this is not the issuer")]
    NotTheIssuer,
    /// The minute's or the day's limit is reached.
    #[error("the limit is reached")]
    Limit {
        /// Seconds until there is more.
        retry_after: u64,
    },
    /// The count could not be kept.
    #[error(transparent)]
    Store(#[from] KeyError),
}

/// HMAC-SHA-256(secret, [`EVALUATION_CONTEXT`] ‖ blinded element): what an issuer authenticates itself with.
pub fn authenticator(secret: &[u8; 32], blinded_element: &[u8; 32]) -> [u8; 32] {
    hmac_sha256(secret, &[EVALUATION_CONTEXT, blinded_element].concat())
}

/// Reads a request of the issuer's.
pub fn authenticated(body: &[u8], secret: &[u8; 32]) -> Result<[u8; 32], EvaluatorError> {
    let request = EvaluationRequest::decode(body).map_err(|_| EvaluatorError::Form)?;
    let expected = authenticator(secret, &request.blinded_element);
    match bool::from(expected.as_slice().ct_eq(request.authenticator.as_slice())) {
        true => Ok(request.blinded_element),
        false => Err(EvaluatorError::NotTheIssuer),
    }
}

/// How many evaluations there may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// In a minute of the clock.
    pub per_minute: u64,
    /// In a day (UTC).
    pub per_day: u64,
}

/// What is kept on disk: a day and a count, nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayCount {
    /// Days since 1970.
    pub day: u64,
    /// Evaluations of that day: those that there were, and those of the part that was begun.
    pub count: u64,
}

/// What was used of the limits.
#[derive(Debug, Clone)]
pub struct Usage {
    limits: Limits,
    kept: DayCount,
    used: u64,
    minute: u64,
    in_minute: u64,
}

impl Usage {
    /// Goes on from what is on disk: what a killed process had begun counts as used.
    pub fn from_kept(limits: Limits, kept: DayCount) -> Self {
        Self { limits, kept, used: kept.count, minute: 0, in_minute: 0 }
    }

    /// Whether there may be one more now, and what has to be on disk before there is.
    ///
    /// # Returns
    /// `None` where what is on disk covers it.
    pub fn before_next(&mut self, now: Timestamp) -> Result<Option<DayCount>, EvaluatorError> {
        let (day, minute) = (now.day(), now.seconds() / MINUTE);
        if minute != self.minute {
            (self.minute, self.in_minute) = (minute, 0);
        }
        if self.in_minute >= self.limits.per_minute {
            return Err(EvaluatorError::Limit { retry_after: MINUTE - now.seconds() % MINUTE });
        }
        // A clock that is set back gives no day a second time.
        let (used, covered) = if day > self.kept.day { (0, 0) } else { (self.used, self.kept.count) };
        if used >= self.limits.per_day {
            return Err(EvaluatorError::Limit { retry_after: DAY - now.seconds() % DAY });
        }
        let part = self.limits.per_day.div_ceil(PARTS);
        let next = DayCount { day: day.max(self.kept.day), count: (covered + part).min(self.limits.per_day) };
        Ok((used >= covered).then_some(next))
    }

    /// There is one more.
    ///
    /// # Arguments
    /// * `kept` – what was written to disk for it, if anything was
    pub fn take(&mut self, kept: Option<DayCount>) {
        if let Some(kept) = kept {
            if kept.day > self.kept.day {
                self.used = 0;
            }
            self.kept = kept;
        }
        self.used += 1;
        self.in_minute += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds).expect("a time")
    }

    /// One evaluation, as the service does it, with a disk.
    fn try_once(usage: &mut Usage, disk: &mut DayCount, now: u64) -> Result<(), u64> {
        match usage.before_next(at(now)) {
            Ok(kept) => {
                *disk = kept.unwrap_or(*disk);
                usage.take(kept);
                Ok(())
            }
            Err(EvaluatorError::Limit { retry_after }) => Err(retry_after),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn only_who_has_the_secret_is_the_issuer() {
        let request = EvaluationRequest { blinded_element: [1; 32], authenticator: authenticator(&[7; 32], &[1; 32]) };
        let body = request.encode();
        assert!(matches!(authenticated(&body, &[7; 32]), Ok(element) if element == [1; 32]));
        assert!(matches!(authenticated(&body, &[8; 32]), Err(EvaluatorError::NotTheIssuer)));
        for index in 0..body.len() {
            let mut changed = body.clone();
            changed[index] ^= 1;
            assert!(matches!(authenticated(&changed, &[7; 32]), Err(EvaluatorError::NotTheIssuer)), "byte {index}");
        }
        for body in [&body[..63], &[], &[body.as_slice(), &[0]].concat()] {
            assert!(matches!(authenticated(body, &[7; 32]), Err(EvaluatorError::Form)));
        }
    }

    #[test]
    fn a_minute_and_a_day_give_what_they_give() {
        let limits = Limits { per_minute: 3, per_day: 5 };
        let (mut usage, mut disk) = (Usage::from_kept(limits, DayCount::default()), DayCount::default());
        let midnight = 20_000 * DAY;
        let tried: Vec<_> = (0..4).map(|second| try_once(&mut usage, &mut disk, midnight + 10 + second)).collect();
        assert_eq!(tried, [Ok(()), Ok(()), Ok(()), Err(47)]);
        let tried: Vec<_> = (0..3).map(|second| try_once(&mut usage, &mut disk, midnight + 60 + second)).collect();
        assert_eq!(tried, [Ok(()), Ok(()), Err(DAY - 62)]);
        assert_eq!(disk, DayCount { day: 20_000, count: 5 });
        assert_eq!(try_once(&mut usage, &mut disk, midnight + DAY - 1), Err(1));
        assert_eq!(try_once(&mut usage, &mut disk, midnight + DAY), Ok(()));
        // Set back by a day: the new day's count goes on.
        for _ in 0..2 {
            assert_eq!(try_once(&mut usage, &mut disk, midnight), Ok(()));
        }
        assert_eq!(disk, DayCount { day: 20_001, count: 3 });
    }

    proptest! {
        #[test]
        fn however_often_it_is_killed_a_day_has_no_more_than_its_limit(
            per_day in 1_u64..2_000, per_minute in 1_u64..2_000,
            events in proptest::collection::vec((0_u64..200, any::<bool>()), 1..400),
        ) {
            let limits = Limits { per_minute, per_day };
            let mut disk = DayCount::default();
            let mut usage = Usage::from_kept(limits, disk);
            let mut taken = std::collections::HashMap::<u64, u64>::new();
            let mut now = 20_000 * DAY;
            for (count, is_killed) in events {
                now += 1_000;
                for _ in 0..count {
                    if try_once(&mut usage, &mut disk, now).is_ok() {
                        *taken.entry(now / DAY).or_default() += 1;
                    }
                }
                if is_killed {
                    usage = Usage::from_kept(limits, disk);
                }
            }
            for count in taken.values() {
                prop_assert!(*count <= per_day, "{count} of {per_day}");
            }
        }

        #[test]
        fn where_nothing_is_killed_a_day_has_its_whole_limit(per_day in 1_u64..3_000) {
            let limits = Limits { per_minute: per_day, per_day };
            let (mut usage, mut disk) = (Usage::from_kept(limits, DayCount::default()), DayCount::default());
            let now = 20_000 * DAY;
            let taken = (0..per_day + 5).filter(|_| try_once(&mut usage, &mut disk, now).is_ok()).count();
            prop_assert_eq!(taken as u64, per_day);
        }
    }
}

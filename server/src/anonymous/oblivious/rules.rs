use undersign_protocol::oblivious::{ENCAPSULATED_REQUEST_SIZE, Week};
use undersign_protocol::petition::PetitionId;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::key_directory::KeyError;

/// How far a client's clock may be ahead.
const TOLERANCE: u64 = 600;

/// Why an encapsulated request was not answered.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// It has another size than all others.
    #[error("an encapsulated request has {ENCAPSULATED_REQUEST_SIZE} bytes")]
    Size,
    /// It was sealed for no key that is in use, or cannot be opened.
    #[error("sealed for no key that is in use")]
    Key,
    /// A key could not be read.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The library failed where nothing of a stranger's is involved.
    #[error("Oblivious HTTP")]
    Library(#[from] ohttp::Error),
}

/// Refuses every size but one, before anything is opened.
pub fn check_size(sealed: &[u8]) -> Result<(), GatewayError> {
    if sealed.len() == ENCAPSULATED_REQUEST_SIZE { Ok(()) } else { Err(GatewayError::Size) }
}

/// What a request calls its key (RFC 9458 §4.3).
pub fn key_id(sealed: &[u8]) -> u8 {
    sealed.first().copied().unwrap_or_default()
}

/// The weeks whose key has this name, of those that are opened with now: this one's, for a day the last one's, and the next one's where a
/// client's clock is ahead.
pub fn weeks_called(key_id: u8, now: Timestamp) -> impl Iterator<Item = Week> {
    let mut weeks = vec![Week::of(now.minus(DAY)), Week::of(now), Week::of(now.plus(TOLERANCE))];
    weeks.dedup();
    weeks.into_iter().filter(move |week| week.key_id() == key_id)
}

/// The first week whose key is not destroyed yet.
pub fn oldest_week(now: Timestamp) -> Week {
    Week::of(now.minus(DAY))
}

/// The weeks whose keys stand in the host's log: this one's, and a day before its beginning the next one's.
pub fn announced_weeks(now: Timestamp) -> impl Iterator<Item = Week> {
    let mut weeks = vec![Week::of(now), Week::of(now.plus(DAY))];
    weeks.dedup();
    weeks.into_iter()
}

/// Seconds until something of this changes: weeks, and the days before and after their ends, begin at midnight.
pub fn pause(now: Timestamp) -> u64 {
    DAY - now.seconds() % DAY
}

/// Whether a request from inside goes on to a route. Whatever else this side answers, it does not answer here.
pub fn is_taken(method: &[u8], path: &str) -> bool {
    let Some(path) = path.strip_prefix("/v1/petitions/") else { return false };
    let Some((petition_id, what)) = path.split_once('/') else { return false };
    method == b"POST" && petition_id.parse::<PetitionId>().is_ok() && matches!(what, "signatures" | "withdrawals")
}

#[cfg(test)]
mod tests {
    use undersign_protocol::oblivious::WEEK;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds).expect("a time")
    }

    #[test]
    fn a_key_opens_from_its_week_to_a_day_after_it() {
        let week = Week::of(at(2_970 * WEEK));
        let opens = |now: Timestamp| weeks_called(week.key_id(), now).any(|found| found == week);
        assert!(!opens(week.begins().minus(TOLERANCE + 1)) && opens(week.begins().minus(TOLERANCE)));
        assert!(opens(week.ends()) && opens(week.ends().plus(DAY - 1)) && !opens(week.ends().plus(DAY)));
        assert_eq!(weeks_called(week.next().next().key_id(), week.begins()).count(), 0);
        // What opens is what is not destroyed.
        assert!(oldest_week(week.ends().plus(DAY - 1)) == week && oldest_week(week.ends().plus(DAY)) > week);
    }

    #[test]
    fn a_key_is_announced_a_day_before_its_week() {
        let week = Week::of(at(2_970 * WEEK));
        let announced = |now| announced_weeks(now).collect::<Vec<_>>();
        assert_eq!(announced(week.begins()), [week]);
        assert_eq!(announced(week.ends().minus(DAY + 1)), [week]);
        assert_eq!(announced(week.ends().minus(DAY)), [week, week.next()]);
        assert_eq!(announced(week.ends()), [week.next()]);
    }

    #[test]
    fn it_is_looked_again_when_a_day_begins() {
        assert_eq!([0, 1, DAY - 1, DAY].map(|seconds| pause(at(seconds))), [DAY, DAY - 1, 1, DAY]);
    }

    #[test]
    fn two_routes_are_taken_and_no_other() {
        let petition_id = PetitionId::from([7; 32]);
        for what in ["signatures", "withdrawals"] {
            assert!(is_taken(b"POST", &format!("/v1/petitions/{petition_id}/{what}")));
            for method in ["GET", "PUT", "post", "CONNECT", ""] {
                assert!(!is_taken(method.as_bytes(), &format!("/v1/petitions/{petition_id}/{what}")), "{method}");
            }
            for path in [
                format!("/v1/petitions/trees/{what}"),
                format!("/v1/petitions/{petition_id}/{what}/"),
                format!("/v1/petitions/{petition_id}/{what}?a"),
                format!("/v1/petitions/{petition_id}//{what}"),
                format!("/v1/petitions/../petitions/{petition_id}/{what}"),
                format!("//v1/petitions/{petition_id}/{what}"),
                format!("https://petitions.example/v1/petitions/{petition_id}/{what}"),
                format!("/v1/petitions/{petition_id}/notices"),
                format!("/v1/petitions/{petition_id}"),
            ] {
                assert!(!is_taken(b"POST", &path), "{path}");
            }
        }
        for path in
            ["", "/", "/v1/petitions", "/v1/petitions/prepare", "/.well-known/ohttp-gateway", "/v1/token-requests"]
        {
            assert!(!is_taken(b"POST", path), "{path}");
        }
    }
}

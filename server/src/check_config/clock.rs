use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use undersign_protocol::timestamp::Timestamp;

use super::{Finding, Moment};
use crate::config::Config;

/// Seconds by which two clocks that are set by the network never differ, and by which nothing here goes wrong.
const TOLERANCE: u64 = 30;
/// Seconds that the other side is given to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether this machine's clock can be right: it is not behind the program's own file, and agrees with the other side's.
pub async fn check(config: &Config, moment: Moment) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(moment.program.and_then(|program| behind(moment.now, program)));
    // Two sides of one file are on one machine.
    let other = match (&config.identified, &config.anonymous) {
        (Some(_), None) => config.origin_url(),
        (None, Some(_)) => config.issuer_url(),
        _ => None,
    };
    if let Some(url) = other {
        match date_of(&url).await {
            Ok(there) => findings.extend(apart(url, moment.now.seconds(), there)),
            Err(reason) => findings.push(Finding::OtherSideAway { url, reason }),
        }
    }
    findings
}

fn behind(now: Timestamp, program: Timestamp) -> Option<Finding> {
    // A file that was copied a moment ago on a machine whose clock has since been set back a little is no reason to worry.
    (now.plus(TOLERANCE) < program)
        .then(|| Finding::ClockBehindProgram { now: now.to_string(), program: program.to_string() })
}

fn apart(url: String, here: u64, there: u64) -> Option<Finding> {
    let seconds = here.abs_diff(there);
    (seconds > TOLERANCE).then_some(Finding::ClocksDiffer { url, seconds })
}

/// The clock of a server, by the header that every answer has (RFC 9110 §6.6.1). The list of petitions is public.
async fn date_of(url: &str) -> Result<u64, String> {
    let words = |error: reqwest::Error| error.without_url().to_string();
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(words)?;
    let answer = client.get(format!("{url}/v1/petitions")).send().await.map_err(words)?;
    let date = answer.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
    let seconds = date.and_then(|date| u64::try_from(date.unix_timestamp()).ok());
    seconds.ok_or_else(|| "its answer has no date".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_by_more_than_half_a_minute_are_told() {
        assert_eq!(apart(String::new(), 1_000, 1_030), None);
        let finding = Finding::ClocksDiffer { url: String::new(), seconds: 31 };
        assert_eq!(apart(String::new(), 1_031, 1_000), Some(finding.clone()));
        assert_eq!(apart(String::new(), 1_000, 1_031), Some(finding));
    }

    #[test]
    fn a_clock_behind_the_program_is_told() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert!(behind(at("2026-01-01T00:00:00Z"), at("2026-06-01T00:00:00Z")).is_some());
        assert!(behind(at("2026-06-01T00:00:00Z"), at("2026-06-01T00:00:10Z")).is_none());
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let date = OffsetDateTime::parse("Sun, 06 Nov 1994 08:49:37 GMT", &Rfc2822).expect("RFC 9110's example");
        assert_eq!(date.unix_timestamp(), 784_111_777);
    }
}

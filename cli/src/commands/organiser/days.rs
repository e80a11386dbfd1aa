use std::collections::BTreeMap;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use undersign_client_lib::endpoints::{Base, Endpoints};
use undersign_client_lib::organiser::{PublishError, counts_request, read_counts};
use undersign_client_lib::request::Side;
use undersign_protocol::daily_counts::{CountedDay, THRESHOLD};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::args::ConnectionArguments;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::petition::transport;
use crate::problems;
use crate::report::bars;

/// What is shown where no ten was reached.
const FEW: &str = "·";
/// What begins the names of refusals.
const REFUSED: &str = "refused/";

/// What both sides have counted of a petition on the days that are over: the server's word, which no log confirms.
pub async fn run(
    petition: &VerifiedManifest,
    base: &Base,
    connection: &ConnectionArguments,
    key: &SecretKey,
    output: &Output,
) -> CommandResult {
    let transport = transport(connection)?;
    let endpoints = Endpoints::of(petition.manifest(), base)
        .map_err(|error| Failure::new(Exit::NotTrusted, format!("The petition's issuer: {error}.")))?;
    let mut days: BTreeMap<u64, CountedDay> = BTreeMap::new();
    for (side, base) in [(Side::Identified, &endpoints.issuer), (Side::Anonymous, &endpoints.origin)] {
        let request =
            counts_request(side, &endpoints, &petition.petition_id(), clock::now(), key, &mut UnwrapErr(SysRng));
        let answer = transport.send(&request).await.map_err(|error| {
            Failure::new(Exit::Unreachable, format!("{base}: {error}. It is safe to repeat this command."))
        })?;
        for told in read_counts(&answer).map_err(|error| failure(&error, base))?.days {
            let day =
                days.entry(told.day).or_insert_with(|| CountedDay { whole: true, counts: BTreeMap::new(), ..told });
            day.whole &= told.whole;
            for (name, number) in told.counts {
                let all = day.counts.entry(name).or_default();
                *all = all.saturating_add(number);
            }
        }
    }
    let days: Vec<CountedDay> = days.into_values().collect();
    let each = days.iter().map(|day| json!({ "date": date(day.day), "whole": day.whole, "counts": day.counts }));
    output.event("days", json!({ "days": each.collect::<Vec<_>>() }), table(&days));
    Ok(())
}

fn failure(error: &PublishError, base: &Base) -> Failure {
    let failure = match error {
        PublishError::OtherPetition => Failure::new(Exit::NotTrusted, format!("{base}: {error}.")),
        PublishError::Answer(error) => problems::answer(base, error),
    };
    match failure.problem {
        Some(Problem::SignatureNotValid) => Failure {
            message: format!(
                "{base} shows its daily counts to the petition's organiser alone, and this is another key; or the day is another \
                 on this machine than there."
            ),
            ..failure
        },
        _ => failure,
    }
}

/// A line for each day, newest last.
fn table(days: &[CountedDay]) -> String {
    let mut lines = vec![format!("{:>12} {:>9} {:>9} {:>9} {:>9}", "day", "counted", "withdrawn", "issued", "refused")];
    let counted: Vec<u64> = days.iter().map(|day| number(day, "counted")).collect();
    for (day, bar) in days.iter().zip(bars(&counted)) {
        let [counted, withdrawn, issued] = ["counted", "withdrawn", "issued"].map(|name| shown(number(day, name)));
        let refused = shown(reasons(day).map(|(_, number)| number).fold(0, u64::saturating_add));
        let date = format!("{}{}", date(day.day), if day.whole { " " } else { "*" });
        lines.push(
            format!("{date:>12} {counted:>9} {withdrawn:>9} {issued:>9} {refused:>9} {bar}").trim_end().to_owned(),
        );
    }
    let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, number) in days.iter().flat_map(reasons) {
        let all = by_reason.entry(reason).or_default();
        *all = all.saturating_add(number);
    }
    let by_reason: Vec<String> = by_reason.iter().map(|(reason, number)| format!("{reason} {number}")).collect();
    if !by_reason.is_empty() {
        lines.push(format!("Refused, requests and not people: {}.", by_reason.join(", ")));
    }
    lines.push(format!(
        "\nWhole tens, in the server's own word, by the day (in UTC) on which a batch was published: what does not fill a ten yet \
         stands with a later day, and {FEW} is fewer than {THRESHOLD}. * Not all of the day was counted: the server was restarted."
    ));
    lines.join("\n")
}

fn number(day: &CountedDay, name: &str) -> u64 {
    day.counts.get(name).copied().unwrap_or(0)
}

fn reasons(day: &CountedDay) -> impl Iterator<Item = (&str, u64)> {
    day.counts.iter().filter_map(|(name, number)| Some((name.strip_prefix(REFUSED)?, *number)))
}

fn shown(number: u64) -> String {
    if number == 0 { FEW.to_owned() } else { number.to_string() }
}

/// A day as people write it, `2026-12-01`.
fn date(day: u64) -> String {
    let begins_at = Timestamp::from_seconds(day.saturating_mul(DAY)).unwrap_or(Timestamp::MAX);
    begins_at.to_string().chars().take(10).collect()
}

//! What an audit says: sentences that can be quoted, and the same as fields.

use serde_json::{Value, json};
use undersign_client_lib::audit::{AuditFailure, Verdict};
use undersign_protocol::petition::Language;

use super::witnesses::Witnesses;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::petition::names;
use crate::text::{day, signatures_count};

/// What stands behind the verdict beside the recount.
pub struct Circumstances<'a> {
    /// Whether the caller named the petition's id.
    pub pinned: bool,
    /// Whether a shown total was there to compare with.
    pub total_shown: bool,
    /// Size of the tree that an earlier audit remembers.
    pub grown_from: Option<u64>,
    /// Who has cosigned the head.
    pub witnesses: &'a Witnesses,
    /// Language of title and organiser.
    pub language: Option<&'a Language>,
}

/// Says that the count is right.
pub fn show(verdict: &Verdict, circumstances: &Circumstances<'_>, output: &Output) {
    output.event("verdict", fields(verdict, circumstances), text(verdict, circumstances));
}

/// Says what is wrong, and ends the command.
pub fn failed(failure: &AuditFailure, output: &Output) -> Failure {
    let reason = failure.defect.to_string();
    let place = failure.entry.map_or_else(String::new, |entry| format!(" at entry {entry} of the log"));
    output.event(
        "defect",
        json!({ "entry": failure.entry, "defect": failure.defect.name(), "reason": reason }),
        format!("NOT CONFIRMED{place}: {reason}. [{}]", failure.defect.name()),
    );
    let message = "The audit failed: do not trust this count. Keep a copy of the log (--export), let someone else repeat the audit, \
                   and publish what it says.";
    Failure::new(Exit::NotTrusted, message)
}

fn fields(verdict: &Verdict, circumstances: &Circumstances<'_>) -> Value {
    let (manifest, tally, notices) = (verdict.petition().manifest(), verdict.tally(), verdict.notices());
    let (title, organiser) = names(manifest, circumstances.language);
    json!({
        "petition_id": verdict.petition().petition_id(), "slug": manifest.slug, "title": title, "organiser": organiser,
        "log": verdict.petition().log_origin(), "tree_size": verdict.tree_size(), "root": verdict.root(),
        "signatures": tally.signatures, "withdrawals": tally.withdrawals, "total": tally.total(), "issued": tally.issued,
        "opens_at": manifest.opens_at, "closes_at": notices.closes_at, "closed": verdict.closed().is_some(),
        "notices": notices.count, "taken_down": notices.taken_down, "replaced_by": notices.replaced_by,
        "earlier_total": notices.earlier_total,
        "witnesses": circumstances.witnesses.fields(), "pinned": circumstances.pinned, "total_shown": circumstances.total_shown,
        "grown_from": circumstances.grown_from,
    })
}

fn text(verdict: &Verdict, circumstances: &Circumstances<'_>) -> String {
    let (manifest, tally, notices) = (verdict.petition().manifest(), verdict.tally(), verdict.notices());
    let (title, organiser) = names(manifest, circumstances.language);
    let mut lines = vec![
        format!("CONFIRMED: {} for this petition.", signatures_count(tally.total())),
        String::new(),
        format!("Petition     {title}, by {organiser}"),
        format!("Petition id  {}{}", verdict.petition().petition_id(), pin(circumstances)),
        format!("Log          {}", verdict.petition().log_origin()),
        format!("             {} entries, root {}", verdict.tree_size(), verdict.root()),
        format!("Signatures   {}: each a valid token of this petition's key, none counted twice", tally.signatures),
        format!("Withdrawals  {}: each of a signature in this log, none counted twice", tally.withdrawals),
        format!("Total        {}{}", tally.total(), shown(circumstances)),
        format!("Issued       {} tokens, by the issuer's own signed word", tally.issued),
        format!("Open         from {} to {}; {}", manifest.opens_at, notices.closes_at, closed(verdict)),
    ];
    if notices.count > 0 {
        lines.push(format!("Notices      {}, each signed by the one whom it names", notices.count));
    }
    if notices.taken_down {
        lines.push("             the text was taken down".to_owned());
    }
    if let Some(other) = notices.replaced_by {
        lines.push(format!("             a correction replaces this petition by {other}"));
    }
    if let Some(earlier) = &notices.earlier_total {
        let (count, day) = (earlier.count, day(&earlier.counted_on));
        lines.push(format!(
            "Elsewhere    {count} collected before, as of {day}, by the organiser's word: not verified, not counted"
        ));
    }
    if let Some(size) = circumstances.grown_from {
        lines.push(format!("Growth       the {size} entries of the last audit are there, unchanged"));
    }
    lines.push(format!("Witnesses    {}", circumstances.witnesses));
    lines.push(String::new());
    lines.push(
        "Every entry was read and every signature verified alone. What a log cannot show is who stands behind a token: how many people \
         were asked for a mail address is known to the issuer alone."
            .to_owned(),
    );
    lines.join("\n")
}

fn pin(circumstances: &Circumstances<'_>) -> &'static str {
    if circumstances.pinned { ", as was asked for" } else { " (not pinned: compare it with one from the organiser)" }
}

fn shown(circumstances: &Circumstances<'_>) -> &'static str {
    if circumstances.total_shown { ", as it is shown" } else { " (no shown total was there to compare with)" }
}

fn closed(verdict: &Verdict) -> String {
    match verdict.closed() {
        Some(entry) => {
            format!("closed: by the issuer's signed word in entry {entry}, what was kept for the count is destroyed")
        }
        None => "not closed yet".to_owned(),
    }
}

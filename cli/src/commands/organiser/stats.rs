use serde_json::json;
use undersign_client_lib::audit::{BatchCounts, Growth};
use undersign_protocol::petition::NoticeContent;

use super::report::survey;
use super::{days, publish};
use crate::args::{AuditSource, StatsArguments};
use crate::audit::Keeping;
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::overdue::overdue_lines;
use crate::report::{bars, batches, overdue_answers, overdue_fields};
use crate::text::signatures_count;

/// Most lines of the table. Of a longer log neighbours are put together.
const MAX_LINES: usize = 40;

/// `undersign organiser stats URL|COPY`: the log is audited, and said how it grew; with `--key`, also what the server has counted.
pub async fn run(arguments: &StatsArguments, output: &Output) -> CommandResult {
    let asked = match (&arguments.key, &arguments.log.source) {
        (Some(key), AuditSource::Server { base, .. }) => Some((publish::read_key(key, output)?, base)),
        (Some(_), AuditSource::Copy(_)) => {
            let message = "A copy has no daily counts. Name the petition's link with --key, or the copy without it.";
            return Err(Failure::new(Exit::Usage, message));
        }
        (None, _) => None,
    };
    let (audited, growth) = survey(&arguments.log, Keeping::default(), output).await?;
    let verdict = &audited.verdict;
    let tally = verdict.tally();
    let overdue = overdue_answers(verdict, &growth, clock::now());
    output.event(
        "stats",
        json!({
            "petition_id": verdict.petition().petition_id(), "slug": verdict.petition().manifest().slug,
            "tree_size": verdict.tree_size(), "root": verdict.root(), "signatures": tally.signatures,
            "withdrawals": tally.withdrawals, "total": tally.total(), "issued": tally.issued,
            "closed": verdict.closed().is_some(), "pinned": audited.pinned, "batches": batches(growth.batches()),
            "notices": growth.notices().iter().map(|placed| json!({
                "after_batch": placed.after_batch, "published_at": placed.notice.published_at, "content": placed.notice.content,
            })).collect::<Vec<_>>(),
            "overdue": overdue_fields(&overdue, &growth),
        }),
        format!(
            "{}: {} in the log, {} taken back. {} tokens were issued, by the issuer's own word.\n\n{}\n\n\
             The log keeps no times: batches stand in its order, and nothing finer than a batch is public.{}",
            signatures_count(tally.total()),
            tally.signatures,
            tally.withdrawals,
            tally.issued,
            table(&growth),
            overdue_lines(&overdue, verdict.petition().manifest(), None).map(|line| format!("\n{line}")).collect::<String>(),
        ),
    );
    match asked {
        Some((key, base)) => days::run(verdict.petition(), base, &arguments.log.connection, &key, output).await,
        None => Ok(()),
    }
}

/// A line for each batch, or for several; with the notices in between.
fn table(growth: &Growth) -> String {
    let together = growth.batches().len().div_ceil(MAX_LINES).max(1);
    let groups: Vec<&[BatchCounts]> = growth.batches().chunks(together).collect();
    let sum = |group: &[BatchCounts]| group.iter().map(|batch| batch.signatures).sum::<u64>();
    let bars = bars(&groups.iter().map(|group| sum(group)).collect::<Vec<_>>());
    let mut lines = vec![format!("{:>13} {:>9} {:>9} {:>9} {:>9}", "batch", "signed", "withdrawn", "total", "issued")];
    let mut notices = growth.notices().iter().peekable();
    let mut ends_at = 0;
    for (group, bar) in groups.iter().zip(bars) {
        let begins_at = ends_at + 1;
        ends_at += group.len();
        while let Some(placed) = notices.next_if(|placed| placed.after_batch < begins_at) {
            lines.push(notice_line(&placed.notice.content, &placed.notice.published_at.to_string()));
        }
        let Some(last) = group.last() else { continue };
        let batch = if group.len() == 1 { begins_at.to_string() } else { format!("{begins_at}–{ends_at}") };
        let withdrawals: u64 = group.iter().map(|batch| batch.withdrawals).sum();
        let (signed, total, issued) = (sum(group), last.tally.total(), last.tally.issued);
        lines.push(
            format!("{batch:>13} {signed:>9} {withdrawals:>9} {total:>9} {issued:>9} {bar}").trim_end().to_owned(),
        );
    }
    lines.extend(notices.map(|placed| notice_line(&placed.notice.content, &placed.notice.published_at.to_string())));
    lines.join("\n")
}

fn notice_line(content: &NoticeContent, published_at: &str) -> String {
    let kind = match content {
        NoticeContent::Update {} => "update",
        NoticeContent::Close { .. } => "earlier close",
        NoticeContent::TakeDown {} => "take-down",
        NoticeContent::Correction { .. } => "correction",
        NoticeContent::Delivery { .. } => "delivery",
        NoticeContent::Answer {} => "answer",
        NoticeContent::EarlierTotal(_) => "total from elsewhere, not counted,",
    };
    format!("{:>13} {kind} of {published_at}", "·")
}

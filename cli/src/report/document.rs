use serde_json::{Value, json};
use undersign_client_lib::audit::{BatchCounts, Growth, Verdict};
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::facts::{Overdue, overdue};
use undersign_protocol::petition::{Language, NoticeContent};
use undersign_protocol::timestamp::Timestamp;

use crate::args::AuditSource;
use crate::audit::Audited;

/// What a report is made of. Both its forms say the same.
pub struct Report {
    /// The audit.
    pub audited: Audited,
    /// How the petition grew.
    pub growth: Growth,
    /// When the audit was made.
    pub made_at: Timestamp,
    /// The petition's link, pinned.
    pub link: String,
    /// The link of the page that counts again.
    pub verify: String,
    /// The name of the copy of the log that lies beside the report.
    pub copy: Option<String>,
    /// Which answers are overdue, by the clock of this machine.
    pub overdue: Vec<Overdue>,
}

impl Report {
    /// Puts together what was found. The links lead to the server that was audited; for a copy, to the host that the petition names.
    ///
    /// # Arguments
    /// * `copy` – name of the copy of the log beside it
    pub fn new(
        audited: Audited,
        growth: Growth,
        source: &AuditSource,
        copy: Option<String>,
        made_at: Timestamp,
    ) -> Self {
        let petition = audited.verdict.petition();
        let base = match source {
            AuditSource::Server { base, .. } => Base::to_string(base),
            AuditSource::Copy(_) => address(&petition.manifest().origin.host),
        };
        let (slug, id) = (&petition.manifest().slug, petition.petition_id());
        let link = format!("{base}/p/{slug}#{id}");
        let verify = format!("{base}/p/{slug}/verify#{id}");
        let overdue = overdue_answers(&audited.verdict, &growth, made_at);
        Self { audited, growth, made_at, link, verify, copy, overdue }
    }

    /// The counts.
    pub fn verdict(&self) -> &Verdict {
        &self.audited.verdict
    }

    /// For programs.
    pub fn fields(&self) -> Value {
        let verdict = self.verdict();
        let (manifest, tally, notices) = (verdict.petition().manifest(), verdict.tally(), verdict.notices());
        let shown = !notices.taken_down;
        let titles =
            by_language(manifest.texts.iter().filter(|_| shown).map(|(language, text)| (language, &text.title)));
        let addressees = manifest.addressees.iter().filter(|_| shown).map(|addressee| by_language(&addressee.name));
        let addressees: Vec<Value> = addressees.collect();
        json!({
            "version": 1, "made_at": self.made_at, "petition_id": verdict.petition().petition_id(), "slug": manifest.slug,
            "titles": titles, "addressees": addressees, "link": self.link, "verify": self.verify,
            "signatures": tally.signatures, "withdrawals": tally.withdrawals, "total": tally.total(), "issued": tally.issued,
            "opens_at": manifest.opens_at, "closes_at": notices.closes_at, "closed": verdict.closed().is_some(),
            "taken_down": notices.taken_down, "earlier_total": notices.earlier_total, "log": verdict.petition().log_origin(), "tree_size": verdict.tree_size(),
            "root": verdict.root(), "checkpoint": self.audited.note, "pinned": self.audited.pinned,
            "witnesses": self.audited.witnesses.fields(), "batches": batches(self.growth.batches()),
            "notices": self.growth.notices().iter().map(|placed| json!({
                "after_batch": placed.after_batch, "leaf_index": placed.leaf_index, "signer": placed.notice.signer,
                "published_at": placed.notice.published_at, "content": placed.notice.content,
            })).collect::<Vec<_>>(),
            "overdue": overdue_fields(&self.overdue, &self.growth),
        })
    }
}

/// Which answers are overdue by what a log says.
pub fn overdue_answers(verdict: &Verdict, growth: &Growth, now: Timestamp) -> Vec<Overdue> {
    let notices = growth.notices().iter().map(|placed| &placed.notice);
    overdue(verdict.petition().manifest(), notices, now)
}

/// The same for programs; `delivery` is the notice's place in the log.
pub fn overdue_fields(overdue: &[Overdue], growth: &Growth) -> Vec<Value> {
    let fields = |late: &Overdue| {
        let delivery = growth.notices().get(late.delivery).map(|placed| placed.leaf_index);
        json!({ "delivery": delivery, "answer_until": late.answer_until.to_string(), "addressees": late.addressees })
    };
    overdue.iter().map(fields).collect()
}

/// Batches for programs, numbered from 1.
pub fn batches(batches: &[BatchCounts]) -> Vec<Value> {
    let fields = |(index, batch): (usize, &BatchCounts)| {
        json!({
            "batch": index + 1, "signatures": batch.signatures, "withdrawals": batch.withdrawals, "total": batch.tally.total(),
            "issued": batch.tally.issued, "tree_size": batch.tree_size,
        })
    };
    batches.iter().enumerate().map(fields).collect()
}

/// Whether a report lists this kind of notice.
pub fn is_of_delivery(content: &NoticeContent) -> bool {
    matches!(content, NoticeContent::Delivery { .. } | NoticeContent::Answer {} | NoticeContent::Correction { .. })
}

fn by_language<'a>(texts: impl IntoIterator<Item = (&'a Language, &'a String)>) -> Value {
    texts.into_iter().map(|(language, text)| (language.as_str().to_owned(), Value::from(text.as_str()))).collect()
}

fn address(host: &str) -> String {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_plain = host.ends_with(".onion") || name.ends_with(".onion") || name == "127.0.0.1";
    format!("{}://{host}", if is_plain { "http" } else { "https" })
}

use undersign_protocol::petition::{Manifest, Notice, NoticeContent, NoticeSigner};
use undersign_protocol::timestamp::Timestamp;

use super::list::{Day, Facts};

/// A delivery whose day of answering is over, and those of whom no answer stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// Which of the notices is the delivery, from 0.
    pub delivery: usize,
    /// The last day on which an answer was in time.
    pub answer_until: Day,
    /// Places of those who owe an answer in the manifest, from 1.
    pub addressees: Vec<usize>,
}

/// Which answers are overdue. The organiser's own deliveries say when an answer is due, and any answer behind them in the log is one,
/// however late. An answer that names nobody counts for everybody: nothing is said of an addressee who may have answered. After a
/// take-down nothing is said of anybody.
///
/// # Arguments
/// * `notices` – in the order of the log
pub fn overdue<'a>(manifest: &Manifest, notices: impl IntoIterator<Item = &'a Notice>, now: Timestamp) -> Vec<Overdue> {
    let mut waiting: Vec<Overdue> = Vec::new();
    for (index, notice) in notices.into_iter().enumerate() {
        match notice.content {
            NoticeContent::Delivery { .. } if notice.signer == NoticeSigner::Organiser => {
                let Some(facts) = Facts::read(&notice.texts, manifest, true) else { continue };
                let Some(answer_until) = facts.answer_until else { continue };
                waiting.push(Overdue { delivery: index, answer_until, addressees: facts.addressees });
            }
            NoticeContent::Answer {} => {
                let facts = Facts::read(&notice.texts, manifest, false).unwrap_or_default();
                let has_answered = |place: &usize| facts.addressees.is_empty() || facts.addressees.contains(place);
                waiting.iter_mut().for_each(|delivery| delivery.addressees.retain(|place| !has_answered(place)));
            }
            NoticeContent::TakeDown {} => return Vec::new(),
            _ => {}
        }
    }
    waiting.retain(|delivery| !delivery.addressees.is_empty() && delivery.answer_until.is_over(now));
    waiting
}

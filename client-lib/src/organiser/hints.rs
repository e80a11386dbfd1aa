use undersign_protocol::petition::Language;
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::folder::{Folder, SETTINGS_FILE};
use super::problem::{FolderProblem, Problems};

/// Larger batches leave the count of a small petition still for a whole max_wait.
const LARGE_BATCH: u64 = 50;
/// Smaller ones show almost when each signature came.
const SMALL_BATCH: u64 = 5;
/// A first goal beyond this looks out of reach on the first day.
const LARGE_FIRST_GOAL: u64 = 500;
/// What is kept for the count is useless only after the close, so long runs are a risk of their own.
const LONG_RUN: u64 = 400 * DAY;

impl Folder {
    /// What is allowed but perhaps not meant, and what time has made wrong. `now` is the moment of publication.
    pub fn check(&self, now: Timestamp) -> Vec<FolderProblem> {
        let mut problems = Problems::from(self.hints.clone());
        self.check_times(now, &mut problems);
        self.check_publication(&mut problems);
        self.check_goals(&mut problems);
        self.check_texts(&mut problems);
        problems.into_sorted()
    }

    fn check_times(&self, now: Timestamp, problems: &mut Problems) {
        let settings = &self.settings;
        if settings.closes_at <= now {
            problems.refuse(SETTINGS_FILE, self.lines.of("closes_at"), "closes_at is past; nobody could sign");
        } else if settings.opens_at <= now {
            self.hint(problems, "opens_at", "opens_at is past; people can sign as soon as the petition is published");
        }
        let run = settings.closes_at.seconds().saturating_sub(settings.opens_at.seconds());
        if run > LONG_RUN {
            let days = run / DAY;
            let sentence = format!(
                "open for {days} days: what the server keeps to count each address once is destroyed only at the close; a shorter run is safer"
            );
            self.hint(problems, "closes_at", sentence);
        }
        if run < DAY {
            self.hint(problems, "closes_at", "open for less than a day; is that meant?");
        }
    }

    fn check_publication(&self, problems: &mut Problems) {
        let publication = &self.settings.publication;
        let first_goal = self.settings.goals.first().copied().unwrap_or(u64::MAX);
        if publication.min_batch > LARGE_BATCH || publication.min_batch > first_goal {
            let sentence = format!(
                "until {} have signed since the last publication, the count moves only every {} hours; on a small petition it will look dead. 20 is usual",
                publication.min_batch,
                publication.max_wait.div_ceil(3_600)
            );
            self.hint(problems, "publication.min_batch", sentence);
        }
        if publication.min_batch < SMALL_BATCH {
            let sentence = "batches this small show almost when each signature came; 20 is usual";
            self.hint(problems, "publication.min_batch", sentence);
        }
    }

    fn check_goals(&self, problems: &mut Problems) {
        match self.settings.goals.first() {
            Some(first) if *first > LARGE_FIRST_GOAL => {
                let sentence = format!(
                    "the first goal is {first}; a first step that is reached within days, about 100, carries further"
                );
                self.hint(problems, "goals", sentence);
            }
            _ => {}
        }
    }

    fn check_texts(&self, problems: &mut Problems) {
        let Some((language, text)) = self.texts.first_key_value() else { return };
        let file = |language: &Language, name: &str| format!("{language}/{name}");
        if text.help.is_empty() {
            let sentence = "there is no such file; people under pressure look for whom to turn to";
            problems.hint(&file(language, "help.md"), None, sentence);
        }
        if text.faq.is_empty() {
            let sentence = "there is no such file; people ask whether it is safe to sign and who you are";
            problems.hint(&file(language, "faq.md"), None, sentence);
        }
        for (language, text) in &self.texts {
            let length = text.title.chars().count();
            if length > 100 {
                let sentence =
                    format!("the title has {length} characters; previews of links cut it off after about 100");
                problems.hint(&file(language, "petition.md"), None, sentence);
            }
        }
        if self.settings.channels.is_empty() {
            problems.hint(SETTINGS_FILE, None, "there are no [[channels]]; people cannot follow what becomes of it");
        }
    }

    fn hint(&self, problems: &mut Problems, path: &str, sentence: impl Into<String>) {
        problems.hint(SETTINGS_FILE, self.lines.of(path), sentence);
    }
}

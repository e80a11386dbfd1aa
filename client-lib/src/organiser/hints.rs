use undersign_protocol::petition::{Language, Redemption, Text};
use undersign_protocol::timestamp::{DAY, Timestamp};
use url::Url;

use super::folder::{Folder, SETTINGS_FILE};
use super::problem::{FolderProblem, Problems};

/// Larger batches leave the count of a small petition still for a whole max_wait.
const LARGE_BATCH: u64 = 50;
/// Smaller ones show almost when each signature came.
const SMALL_BATCH: u64 = 5;
/// A first goal beyond this looks out of reach on the first day.
const LARGE_FIRST_GOAL: u64 = 500;
/// A step this many times the one before is beyond what people see coming.
const FAR_STEP: u64 = 10;
/// Counts that stand still for longer look dead.
const LONG_WAIT: u64 = 2 * DAY;
/// Between ticks the count stands still, however many sign.
const LONG_INTERVAL: u64 = 3_600;
/// Services that hand to a state what they know (decisions 0050, 0052).
const READ_BY_STATES: [&str; 8] =
    ["vk.com", "vk.me", "vkvideo.ru", "ok.ru", "mail.ru", "max.ru", "dzen.ru", "yandex.ru"];
/// How parameters begin by which people are followed from one site to another.
const TRACKERS: [&str; 5] = ["utm_", "fbclid", "gclid", "yclid", "mc_eid"];
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
        self.check_translations(&mut problems);
        self.check_links(&mut problems);
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
        if publication.max_wait > LONG_WAIT {
            let sentence = format!(
                "while fewer than {} have signed since the last publication, the count stands still for {} hours; on a small petition it \
                 will look dead. 24 are usual",
                publication.min_batch,
                publication.max_wait / 3_600
            );
            self.hint(problems, "publication.max_wait", sentence);
        }
        if publication.interval > LONG_INTERVAL {
            let sentence = format!(
                "the count moves only every {} minutes, however many sign; 10 are usual",
                publication.interval / 60
            );
            self.hint(problems, "publication.interval", sentence);
        }
        if let Redemption::NextEpoch { epoch } = self.settings.redemption
            && epoch > DAY
        {
            let sentence = format!(
                "people wait for up to {} hours, and must come back, before their signature is handed in; many will not",
                epoch / 3_600
            );
            self.hint(problems, "redemption.epoch", sentence);
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
        if let [only] = self.settings.goals[..] {
            let sentence =
                format!("there is one step; beyond {only} the page shows no goal any more. Add further ones");
            self.hint(problems, "goals", sentence);
        }
        let far = self.settings.goals.windows(2).find(|steps| steps[1] / steps[0] > FAR_STEP);
        if let Some(steps) = far {
            let sentence = format!(
                "from {} to {} is a long way without a step; people stop looking. Add steps between",
                steps[0], steps[1]
            );
            self.hint(problems, "goals", sentence);
        }
    }

    fn check_translations(&self, problems: &mut Problems) {
        let mut earlier: Vec<(&Language, &Text)> = Vec::new();
        for (language, text) in &self.texts {
            for (other, theirs) in &earlier {
                let parts = [
                    ("petition.md", "the title", text.title == theirs.title),
                    ("petition.md", "the text", text.body == theirs.body),
                    ("demands.md", "the list of demands", text.demands == theirs.demands),
                    ("faq.md", "the list of questions", !text.faq.is_empty() && text.faq == theirs.faq),
                    ("help.md", "this text", !text.help.is_empty() && text.help == theirs.help),
                ];
                for (name, what, _) in parts.into_iter().filter(|(_, _, is_same)| *is_same) {
                    let sentence = format!("{what} is the same as in {other}/{name}; is it still to be translated?");
                    problems.hint(&format!("{language}/{name}"), None, sentence);
                }
            }
            earlier.push((language, text));
        }
    }

    fn check_links(&self, problems: &mut Problems) {
        let channels = self.settings.channels.iter().enumerate().map(|(index, channel)| ("channels", index, channel));
        let support = self.settings.support.iter().enumerate().map(|(index, channel)| ("support", index, channel));
        for (list, index, channel) in channels.chain(support) {
            let path = format!("{list}.{index}.url");
            let Ok(url) = Url::parse(&channel.url) else { continue };
            let is_of = |domain: &&str| {
                url.host_str().is_some_and(|host| host == *domain || host.ends_with(&format!(".{domain}")))
            };
            if let Some(domain) = READ_BY_STATES.iter().find(|domain| is_of(domain)) {
                let sentence = format!(
                    "{domain} hands to a state what it knows, and it knows who follows this link. Name another place, or none"
                );
                self.hint(problems, &path, sentence);
            }
            if url.query_pairs().any(|(name, _)| TRACKERS.iter().any(|tracker| name.starts_with(tracker))) {
                let sentence = "the link carries a mark by which people are followed; leave out what is behind the ?";
                self.hint(problems, &path, sentence);
            }
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

use std::fmt::Write as _;

use super::game::{Finding, Rule};
use crate::disks::Engine;
use crate::report::LIMIT;

/// What was found on each engine in games that are judged together.
pub struct Report<'a> {
    games: &'a [(Engine, Vec<Finding>)],
}

impl<'a> Report<'a> {
    /// Of these games.
    pub fn new(games: &'a [(Engine, Vec<Finding>)]) -> Self {
        Self { games }
    }

    /// Questions that must not have an answer, and have one.
    pub fn leaks(&self) -> Vec<&'a Finding> {
        self.findings(Rule::Judged).filter(|finding| self.corrected(finding) < LIMIT).collect()
    }

    /// Questions that have an answer, and were not answered: then the game does not see what it looks for.
    pub fn unseen(&self) -> Vec<&'a Finding> {
        let is_seen =
            |finding: &&Finding| finding.best.as_ref().is_some_and(|(_, right, _)| right * 10 >= finding.people * 9);
        self.findings(Rule::Told).filter(|finding| !is_seen(finding)).collect()
    }

    /// Tables in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "What he must not learn, by {} comparisons. *right* is of the reading that went best, at the place that separates best, which by chance \
             too is a little above half; p is corrected for all comparisons.\n\n",
            self.comparisons()
        );
        self.table(&mut text, Rule::Judged);
        text += "\nWhat he learns all the same:\n\n";
        self.table(&mut text, Rule::Told);
        text
    }

    fn findings(&self, rule: Rule) -> impl Iterator<Item = &'a Finding> {
        let all = self.games.iter().flat_map(|(_, findings)| findings);
        all.filter(move |finding| finding.rule == rule)
    }

    fn comparisons(&self) -> usize {
        self.findings(Rule::Judged).map(|finding| finding.comparisons).sum()
    }

    fn corrected(&self, finding: &Finding) -> f64 {
        let p = finding.best.as_ref().map_or(1.0, |(_, _, p)| *p);
        (p * self.comparisons() as f64).min(1.0)
    }

    fn table(&self, text: &mut String, rule: Rule) {
        let (p, line) = if rule == Rule::Judged { (" p |", "---:|") } else { ("", "") };
        *text += &format!(
            "| engine | question | reading | people | right | by chance |{p}\n|---|---|---|---:|---:|---:|{line}\n"
        );
        for (engine, findings) in self.games {
            for finding in findings.iter().filter(|finding| finding.rule == rule) {
                let Finding { question, people, by_chance, .. } = finding;
                let (reading, right) = match &finding.best {
                    Some((reading, right, _)) => (reading.as_str(), right.to_string()),
                    None => ("the same for all", "–".to_owned()),
                };
                let p = match (rule, self.corrected(finding)) {
                    (Rule::Told, _) => String::new(),
                    (Rule::Judged, p) if p < 0.01 => format!(" {p:.0e} |"),
                    (Rule::Judged, p) => format!(" {p:.2} |"),
                };
                let engine = engine.name();
                // Unwrap safety: writing to a string does not fail.
                writeln!(text, "| {engine} | {question} | {reading} | {people} | {right} | {by_chance} |{p}")
                    .expect("a string takes everything");
            }
        }
    }
}

use std::fmt::Write as _;

use crate::adversary::Finding;

/// Below this the game fails: the probability that it fails although nothing leaks is smaller.
pub const LIMIT: f64 = 1e-4;

/// Everything that was found in games that are judged together.
pub struct Report<'a> {
    findings: &'a [Finding],
}

impl<'a> Report<'a> {
    /// Of these games.
    pub fn new(findings: &'a [Finding]) -> Self {
        Self { findings }
    }

    /// How many comparisons could have failed. Each is given its part of [`LIMIT`] (Bonferroni), so that the probability that any fails by
    /// chance is below it, however they depend on each other.
    pub fn comparisons(&self) -> usize {
        self.judged().map(|finding| finding.comparisons).sum()
    }

    /// Tricks that beat guessing beyond the day.
    pub fn leaks(&self) -> Vec<&Finding> {
        let is_leak = |finding: &&Finding| self.corrected(finding).is_some_and(|p| p < LIMIT);
        self.judged().filter(is_leak).collect()
    }

    /// Tables in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "Beyond the day: everyone of whom a step came before the last rewriting, {} comparisons. *right* and *by chance* are of the pair of \
             readings that went best; p is corrected for all comparisons. Where a trick is missing, its readings \
             were the same for all.\n\n",
            self.comparisons()
        );
        self.table(&mut text, false);
        if self.findings.iter().any(|finding| finding.since_the_tick) {
            text += "\nWhat remains: those of whom both steps came since the last rewriting, and were done at the seizure; p is of this row alone.\n\n";
            self.table(&mut text, true);
        }
        text
    }

    fn judged(&self) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(|finding| !finding.since_the_tick)
    }

    fn corrected(&self, finding: &Finding) -> Option<f64> {
        let (_, comparison) = finding.best.as_ref()?;
        Some((comparison.p * self.comparisons() as f64).min(1.0))
    }

    fn table(&self, text: &mut String, since_the_tick: bool) {
        *text += "| engine | seized | trick | readings | people | right | by chance | p |\n|---|---|---|---|---:|---:|---:|---:|\n";
        for finding in self.findings.iter().filter(|finding| finding.since_the_tick == since_the_tick) {
            let (engine, moment, trick) = (finding.engine.name(), &finding.moment, finding.trick);
            let Some((readings, comparison)) = &finding.best else { continue };
            let p = if since_the_tick { comparison.p } else { self.corrected(finding).unwrap_or(1.0) };
            let p = if p < 0.01 { format!("{p:.0e}") } else { format!("{p:.2}") };
            let (people, right, expected) = (comparison.people, comparison.right, comparison.expected);
            // Unwrap safety: writing to a string does not fail.
            writeln!(text, "| {engine} | {moment} | {trick} | {readings} | {people} | {right} | {expected} | {p} |")
                .expect("a string takes everything");
        }
    }
}

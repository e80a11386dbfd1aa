use std::collections::{BTreeMap, BTreeSet};

use super::{Checkpoint, CheckpointKey, WitnessKey};
use crate::timestamp::Timestamp;

/// Most bytes of a policy.
const MAX_SIZE: usize = 65_536;

/// Whom to believe about logs (C2SP tlog-policy): the logs that are known, the witnesses, and how many of them must have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<CheckpointKey>,
    witnesses: BTreeMap<String, WitnessKey>,
    groups: BTreeMap<String, Group>,
    quorum: Option<String>,
}

/// At least `threshold` of the members, which are witnesses or groups.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<String>,
}

/// Why a log's head is not believed under a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWitnessed {
    /// Too few have cosigned it.
    #[error("is not cosigned by as many witnesses as the policy demands")]
    Missing,
    /// Enough have, and not recently.
    #[error(
        "was cosigned by as many witnesses as the policy demands at {at} and not since {since}: it may be an old one that is shown again"
    )]
    Stale {
        /// The newest time at which, or after which, enough had cosigned it.
        at: Timestamp,
        /// Since when they should have.
        since: Timestamp,
    },
}

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {rule}")]
pub struct PolicyError {
    /// From 1; the number of lines where something is missing at the end.
    pub line: usize,
    /// Which rule is broken.
    pub rule: &'static str,
}

impl Policy {
    /// Reads a policy.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let mut reading = Reading::default();
        let is_allowed = |letter: char| !letter.is_ascii_control() || matches!(letter, '\t' | '\n');
        if text.len() > MAX_SIZE || !text.chars().all(is_allowed) {
            return Err(PolicyError { line: 1, rule: "not a text file of at most 65,536 bytes" });
        }
        for (index, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            reading.line(&words).map_err(|rule| PolicyError { line: index + 1, rule })?;
        }
        let end = text.lines().count().max(1);
        let quorum = reading.quorum.ok_or(PolicyError { line: end, rule: "the quorum line is missing" })?;
        Ok(Self { logs: reading.logs, witnesses: reading.witnesses, groups: reading.groups, quorum })
    }

    /// The logs that it names; none where any log is believed that the witnesses have cosigned.
    pub fn logs(&self) -> &[CheckpointKey] {
        &self.logs
    }

    /// Whether a log's checkpoint is believed with the cosignatures that its note carries. Cosignatures of witnesses that the policy
    /// does not name count for nothing.
    ///
    /// # Arguments
    /// * `note` – a checkpoint that was opened with its log's key before
    pub fn is_witnessed(&self, note: &str) -> bool {
        let cosigned: BTreeSet<&str> = self.cosigners(note).collect();
        self.quorum.as_deref().is_none_or(|quorum| self.holds(quorum, &cosigned))
    }

    /// Whether it is believed with those of its cosignatures alone that were made at a time or after it. A cosignature says "as of
    /// this time, this is the largest tree that I have seen" (C2SP tlog-cosignature): an old head, shown again, has only old ones.
    ///
    /// # Errors
    /// [`NotWitnessed`]
    pub fn check_since(&self, note: &str, since: Timestamp) -> Result<(), NotWitnessed> {
        let mut cosigned = self.cosigned(note);
        cosigned.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        let holds = |count: usize| {
            let names: BTreeSet<&str> = cosigned[..count].iter().map(|(name, _)| *name).collect();
            self.quorum.as_deref().is_none_or(|quorum| self.holds(quorum, &names))
        };
        let fewest = (0..=cosigned.len()).find(|count| holds(*count)).ok_or(NotWitnessed::Missing)?;
        match fewest.checked_sub(1).map(|last| cosigned[last].1) {
            Some(at) if at < since => Err(NotWitnessed::Stale { at, since }),
            _ => Ok(()),
        }
    }

    /// Names, within the policy, of the witnesses that have cosigned a note.
    pub fn cosigners<'a>(&'a self, note: &str) -> impl Iterator<Item = &'a str> {
        self.cosigned(note).into_iter().map(|(name, _)| name)
    }

    fn cosigned(&self, note: &str) -> Vec<(&str, Timestamp)> {
        let cosigned = self.witnesses.iter().filter_map(|(name, key)| Some((name.as_str(), key.cosigned_at(note)?)));
        cosigned.collect()
    }

    /// How many witnesses it names.
    pub fn witness_count(&self) -> usize {
        self.witnesses.len()
    }

    /// Opens a checkpoint of one of the logs that it names, cosigned as it demands.
    pub fn open(&self, note: &str) -> Option<Checkpoint> {
        let opened = self.logs.iter().find_map(|key| Checkpoint::open(note, key).ok())?;
        self.is_witnessed(note).then_some(opened)
    }

    fn holds(&self, name: &str, cosigned: &BTreeSet<&str>) -> bool {
        match self.groups.get(name) {
            None => cosigned.contains(name),
            // No circles: a group names only what stands before it.
            Some(group) => {
                group.members.iter().filter(|member| self.holds(member, cosigned)).count() >= group.threshold
            }
        }
    }
}

/// A policy of which some lines were read.
#[derive(Default)]
struct Reading {
    logs: Vec<CheckpointKey>,
    witnesses: BTreeMap<String, WitnessKey>,
    groups: BTreeMap<String, Group>,
    /// Names that are members of some group: each may be of one only, so that no witness counts twice.
    taken: BTreeSet<String>,
    quorum: Option<Option<String>>,
}

impl Reading {
    fn line(&mut self, words: &[&str]) -> Result<(), &'static str> {
        match words {
            [] => Ok(()),
            [comment, ..] if comment.starts_with('#') => Ok(()),
            ["log", vkey] | ["log", vkey, _] => self.log(vkey),
            ["witness", name, vkey] | ["witness", name, vkey, _] => self.witness(name, vkey),
            ["group", name, threshold, members @ ..] if !members.is_empty() => self.group(name, threshold, members),
            ["quorum", name] => self.quorum(name),
            _ => Err("not a log, witness, group or quorum line"),
        }
    }

    fn log(&mut self, vkey: &str) -> Result<(), &'static str> {
        let key: CheckpointKey = vkey.parse().map_err(|_| "not the key of a log, as in origin+0a1b2c3d+AQ…")?;
        if self.logs.iter().any(|other| other.public_key() == key.public_key()) {
            return Err("another log has this key");
        }
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, name: &str, vkey: &str) -> Result<(), &'static str> {
        let key: WitnessKey = vkey.parse().map_err(|_| "not the key of a witness, as in name+0a1b2c3d+BA…")?;
        if self.witnesses.values().any(|other| other.public_key() == key.public_key()) {
            return Err("another witness has this key");
        }
        self.new_name(name)?;
        self.witnesses.insert(name.to_owned(), key);
        Ok(())
    }

    fn group(&mut self, name: &str, threshold: &str, members: &[&str]) -> Result<(), &'static str> {
        let threshold = match threshold {
            "any" => 1,
            "all" => members.len(),
            number => number.parse().map_err(|_| "a group needs any, all or a number")?,
        };
        if !(1..=members.len()).contains(&threshold) {
            return Err("a group cannot need none of its members, or more than it has");
        }
        self.new_name(name)?;
        for member in members {
            if *member == name || !self.is_defined(member) {
                return Err("a group names only what stands above it");
            }
            if !self.taken.insert((*member).to_owned()) {
                return Err("a witness or group is a member once");
            }
        }
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.groups.insert(name.to_owned(), Group { threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), &'static str> {
        if self.quorum.is_some() {
            return Err("there is a quorum already");
        }
        if name != "none" && !self.is_defined(name) {
            return Err("the quorum is a witness or group that stands above it, or none");
        }
        self.quorum = Some((name != "none").then(|| name.to_owned()));
        Ok(())
    }

    fn new_name(&self, name: &str) -> Result<(), &'static str> {
        if name == "none" || self.is_defined(name) { Err("the name is taken") } else { Ok(()) }
    }

    fn is_defined(&self, name: &str) -> bool {
        self.witnesses.contains_key(name) || self.groups.contains_key(name)
    }
}

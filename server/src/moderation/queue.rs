use std::fmt::Write as _;

use anyhow::{bail, ensure};
use undersign_protocol::petition::{PetitionState, VerifiedManifest};
use undersign_protocol::timestamp::Timestamp;

use super::text::{queue_line, shown};
use super::{OpenSide, open};
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::petition::review::rules::MAX_REASON;
use crate::petition::review::{Decided, Reviewed};
use crate::petition::{Petition, Registry};
use crate::storage::Lock;

/// What the moderator decides about a petition that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is published as it was handed in.
    Accept,
    /// It is not; its organiser reads why.
    Refuse {
        /// For the organiser, who asks with the key.
        reason: String,
    },
}

/// Everything that waits, was refused or is public, a line each: side, state, id, slug, title.
pub async fn list_petitions(config: &Config) -> anyhow::Result<String> {
    let now = SystemClock.now();
    let mut lines = String::new();
    for side in open(config).await? {
        for reviewed in side.database.begin_read("moderation::list").await?.all_reviewed().await? {
            writeln!(lines, "{}", queue_line(side.name, state(&reviewed), &reviewed.petition))?;
            if let Some(reason) = &reviewed.reason {
                writeln!(lines, "            because: {reason}")?;
            }
        }
        for petition in Registry::load(side.database.clone()).await?.published().iter() {
            writeln!(lines, "{}", queue_line(side.name, &petition.life(now).to_string(), &petition.verified))?;
        }
    }
    Ok(lines)
}

/// A petition's whole text, as it will stand on its page, with its keys and links.
pub async fn show_petition(config: &Config, name: &str) -> anyhow::Result<String> {
    for side in open(config).await? {
        if let Some(reviewed) = find(&side, name).await? {
            let reason = reviewed.reason.as_ref().map(|reason| format!(", because: {reason}")).unwrap_or_default();
            return Ok(shown(&format!("{}{reason}", state(&reviewed)), &reviewed.petition));
        }
        if let Ok(petition) = Registry::load(side.database).await?.by_id_or_slug(name) {
            return Ok(shown(&petition.life(SystemClock.now()).to_string(), &petition.verified));
        }
    }
    bail!("there is no petition {name} in this configuration's databases")
}

/// The picture of a petition that waits, as its page will show it: a JPEG file.
pub async fn picture(config: &Config, name: &str) -> anyhow::Result<Vec<u8>> {
    for side in open(config).await? {
        let (Some(pictures), Some(reviewed)) = (&side.pictures, find(&side, name).await?) else { continue };
        if let Some(jpeg) = pictures.picture(&reviewed.petition.petition_id()).await? {
            return Ok(jpeg);
        }
    }
    bail!("no picture of {name} was handed in; only the anonymous side's machine has pictures")
}

/// Decides at every side of the configuration. It can be repeated, and says for each side what has become of the petition.
pub async fn decide(config: &Config, name: &str, decision: &Decision) -> anyhow::Result<String> {
    let now = SystemClock.now();
    if let Decision::Refuse { reason } = decision {
        let is_reason = !reason.trim().is_empty()
            && reason.chars().count() <= MAX_REASON
            && !reason.chars().any(|letter| letter.is_control() && letter != '\n');
        ensure!(is_reason, "--reason must say why, in at most {MAX_REASON} characters");
    }
    let sides = open(config).await?;
    let mut name = name.to_owned();
    let mut lines = String::new();
    let mut found = false;
    for side in &sides {
        let Some(reviewed) = find(side, &name).await? else {
            let public = Registry::load(side.database.clone()).await?.by_id_or_slug(&name).is_ok();
            found |= public;
            let state = if public { "is public already" } else { "is not there: nothing was handed in at this side" };
            writeln!(lines, "{:<10}  {name} {state}", side.name)?;
            continue;
        };
        found = true;
        // The other side may have another one under this slug.
        name = reviewed.petition.petition_id().to_string();
        writeln!(lines, "{:<10}  {name} {}", side.name, decide_at(side, &reviewed, decision, now).await?)?;
    }
    ensure!(found, "no petition {name} waits in this configuration's databases");
    Ok(lines)
}

async fn decide_at(
    side: &OpenSide,
    reviewed: &Reviewed,
    decision: &Decision,
    now: Timestamp,
) -> anyhow::Result<&'static str> {
    let petition_id = reviewed.petition.petition_id();
    ensure!(
        *decision != Decision::Accept || !is_over(&reviewed.petition, now),
        "it would be closed already: closes_at has passed. Refuse it, so that its organiser hands in another one"
    );
    if let (Decision::Accept, Some(pictures), Some(_)) =
        (decision, &side.pictures, &reviewed.petition.manifest().picture)
    {
        let is_there = pictures.picture(&petition_id).await?.is_some();
        ensure!(
            is_there,
            "its picture was not handed in yet, and would be shown unseen: its organiser runs publish again"
        );
    }
    let mut tx = side.database.begin("moderation::decide").await?;
    tx.lock(Lock::Petitions).await?;
    let done = match decision {
        Decision::Accept => tx.accept_review(&petition_id).await?,
        Decision::Refuse { reason } => tx.refuse_review(&petition_id, reason.trim(), now.day()).await?,
    };
    let there = tx.reviewed(&petition_id).await?;
    tx.commit().await?;
    Ok(match (done, decision, there.and_then(|reviewed| reviewed.decided)) {
        (true, Decision::Accept, _) => "is accepted: a running server publishes it within seconds",
        (true, Decision::Refuse { .. }, _) => "is refused: its keys are destroyed, its short name is free",
        (false, _, Some(Decided::Accepted)) => "was accepted before",
        (false, _, Some(_)) => "was refused before",
        (false, _, None) => "has just become public: a notice can take it down",
    })
}

/// By its id, or by the slug that it has or had.
async fn find(side: &OpenSide, name: &str) -> anyhow::Result<Option<Reviewed>> {
    let reviewed = side.database.begin_read("moderation::find").await?.all_reviewed().await?;
    let is_meant = |reviewed: &&Reviewed| {
        reviewed.petition.petition_id().to_string() == name || reviewed.petition.manifest().slug.as_str() == name
    };
    // Of several under one slug the one that can still be decided, else the newest.
    let undecided = reviewed.iter().filter(is_meant).find(|reviewed| reviewed.decided.is_none());
    Ok(undecided.or_else(|| reviewed.iter().rfind(is_meant)).cloned())
}

fn is_over(petition: &VerifiedManifest, now: Timestamp) -> bool {
    matches!(Petition::without_notices(petition.clone()).state(now), PetitionState::Closing | PetitionState::Closed)
}

fn state(reviewed: &Reviewed) -> &'static str {
    match reviewed.decided {
        None => "waiting",
        Some(Decided::Accepted) => "accepted",
        Some(Decided::Refused | Decided::RefusedAndForgotten) => "refused",
    }
}

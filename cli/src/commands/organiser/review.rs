//! Where a petition stands that waits for the operator's moderator.

use std::path::Path;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::{Map, json};
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::organiser::{read_review, review_request};
use undersign_client_lib::request::Side;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{ReviewAnswer, ReviewState, VerifiedManifest};
use undersign_protocol::problem::Problem;

use super::publish::{Servers, failure};
use crate::clock::now;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::text::plain;

impl Servers<'_> {
    /// Asks each server where a petition stands, and says it. One that was refused is a failure, with the moderator's reason.
    pub(super) async fn say_where_it_stands(
        &self,
        manifest: &VerifiedManifest,
        key: &SecretKey,
        kept: &Path,
        output: &Output,
    ) -> CommandResult {
        let mut sides = vec![(Side::Identified, self.identified)];
        // One process answers for both sides.
        if self.anonymous != self.identified {
            sides.push((Side::Anonymous, self.anonymous));
        }
        let (mut states, mut lines) = (Map::new(), Vec::new());
        for (side, base) in sides {
            let answer = self.ask(side, base, manifest, key).await?;
            if answer.state == ReviewState::Refused {
                return Err(refused(&answer, base, kept));
            }
            lines.push(format!("{base}: {}", words(answer.state)));
            states.insert(base.to_string(), json!(answer.state));
        }
        let (petition_id, slug) = (manifest.petition_id(), &manifest.manifest().slug);
        output.event(
            "in_review",
            json!({ "petition_id": petition_id, "slug": slug, "states": states }),
            format!(
                "Handed in. The operator looks at it first; until then nobody else can see it or sign.\n{}\n\
                 Run this command again to see where it stands.",
                lines.join("\n")
            ),
        );
        Ok(())
    }

    async fn ask(
        &self,
        side: Side,
        base: &Base,
        manifest: &VerifiedManifest,
        key: &SecretKey,
    ) -> CommandResult<ReviewAnswer> {
        let request = review_request(side, base, manifest, key, now(), &mut UnwrapErr(SysRng));
        let answer = self.send(&request).await?;
        read_review(&answer, manifest).map_err(|error| failure(&error, base))
    }
}

fn words(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Waiting => "waits for the operator",
        ReviewState::Accepted => "accepted; it is published in a moment",
        ReviewState::Refused => "refused",
        ReviewState::Published => "published",
    }
}

fn refused(answer: &ReviewAnswer, base: &Base, kept: &Path) -> Failure {
    let reason = answer.reason.as_deref().map(plain).unwrap_or_default();
    let message = format!(
        "The operator of {base} has refused this petition: {reason}\nChange what it names, remove {} and publish again; its short name \
         is free.",
        kept.display()
    );
    Failure::new(Exit::Refused, message).with_problem(Some(Problem::Refused))
}

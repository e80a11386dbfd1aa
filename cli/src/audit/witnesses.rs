//! Who has confirmed that everyone is shown the same log.

use serde_json::{Value, json};
use undersign_protocol::timestamp::Timestamp;

use super::recounting::Subject;
use crate::exit::{CommandResult, Exit, Failure};
use crate::petition::Trust;

/// What a witness policy says of the audited head.
pub enum Witnesses {
    /// There is none.
    NoPolicy,
    /// It is kept.
    Cosigned {
        /// The policy's names of the witnesses that have cosigned the head.
        by: Vec<String>,
        /// How many witnesses the policy names.
        of: usize,
    },
}

impl Witnesses {
    /// Judges the head of a subject.
    ///
    /// # Errors
    /// The head is not cosigned as the policy demands; or the total is of a later tree than it, which then nobody has cosigned.
    ///
    /// # Arguments
    /// * `trust` – whom to believe; none without a policy
    /// * `ends_at` – when the petition ends
    pub fn judge(trust: Option<&Trust>, subject: &Subject, ends_at: Timestamp) -> CommandResult<Self> {
        let Some(trust) = trust else { return Ok(Self::NoPolicy) };
        let (head, note) = &subject.checkpoint;
        trust.demand().check(note, ends_at).map_err(|reason| not_trusted(&format!("the log's head {reason}")))?;
        let policy = &trust.policy;
        if subject.total.as_ref().is_some_and(|total| total.tree_size > head.tree_size) {
            return Err(not_trusted("the total is of a later tree than the one that witnesses have cosigned"));
        }
        Ok(Self::Cosigned { by: policy.cosigners(note).map(str::to_owned).collect(), of: policy.witness_count() })
    }

    /// For programs: null without a policy.
    pub fn fields(&self) -> Value {
        match self {
            Self::NoPolicy => Value::Null,
            Self::Cosigned { by, of } => json!({ "cosigned": by, "of": of }),
        }
    }
}

/// For people.
impl std::fmt::Display for Witnesses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoPolicy => f.write_str(
                "no witness policy given: that others are shown the same log is not confirmed by this audit",
            ),
            Self::Cosigned { by, of } => {
                let names = if by.is_empty() { "nobody".to_owned() } else { by.join(", ") };
                write!(f, "the policy is kept: {names} of its {of} have cosigned this head of the log")
            }
        }
    }
}

fn not_trusted(what: &str) -> Failure {
    Failure::new(Exit::NotTrusted, format!("Do not trust this count: {what}."))
}

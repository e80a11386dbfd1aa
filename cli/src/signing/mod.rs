//! One signing, from whatever was saved to the end. Every state is on disk before the request that needs it is sent, so a process that
//! is killed anywhere goes on with `undersign resume` and ends with one counted signature.
//!
//! With `--json` these events come, one a line, in this order; a signing that is resumed begins in the middle:
//!
//! | event | fields |
//! |---|---|
//! | `petition` | petition_id, slug, title, organiser, pinned (`sign` only) |
//! | `bundle` | petitions (slugs that tokens are asked for), only_this (`sign` only) |
//! | `did_you_mean` | domain (`sign` and `resume --email`, where the address looks mistyped) |
//! | `discarded` | slug (`sign --start-over` only) |
//! | `mail` | (a mail was asked for) |
//! | `waiting` | check, slug |
//! | `confirmed` | |
//! | `token` | redeem_at |
//! | `holding` | until (where the token is not redeemed at once) |
//! | `relay_down` | relay, reason (for each relay that did not take it) |
//! | `redeemed` | petition_id, slug, leaf_hash, relay (null: without one), and publish_by or leaf_index |
//! | `receipt` | file (`--receipt` only) |
//! | `published` | leaf_index, tree_size (`--wait-published` only) |
//! | `left` | slug, reason, redeem_at (`not_due` alone) (`resume --due` only) |
//! | `error` | exit, problem, message |

mod confirm;
mod due;
mod issue;
mod mail;
mod passphrase;
mod patience;
mod proof;
mod published;
mod receipt_file;
mod redeem;
mod sealing;
mod store;
mod typed_code;

pub use due::hand_in_what_is_due;
pub use mail::{Mail, check_address};
pub use patience::sleep;
pub use receipt_file::{ReceiptFile, read as read_receipt};
pub use store::{Entry, Store};

use undersign_client_lib::endpoints::Endpoints;
use undersign_client_lib::journey::{self, Prepared};
use undersign_client_lib::native::Transport;
use undersign_client_lib::oblivious::Announced;
use undersign_client_lib::state::Saved;
use undersign_protocol::email_verification::Code;
use undersign_protocol::petition::Slug;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::args::{JourneyArguments, RelayArguments, When};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::output::Output;
use crate::petition::{Trust, transport, trust_in_server};

/// A signing and everything it needs.
pub struct Signing<'a> {
    transport: Transport,
    entry: Entry,
    output: &'a Output,
    /// Where a mail is still to be sent to.
    mail: Option<Mail>,
    /// A code that was given beforehand.
    code: Option<Code>,
    when: Option<journey::When>,
    /// Where the receipt goes, where one is wanted.
    receipt: Option<ReceiptFile>,
    wait_published: bool,
    /// Whether a signature whose time has not come is left for another command.
    detach: bool,
    started: Timestamp,
    timeout: Option<u64>,
    relay: RelayArguments,
    /// Whom to believe about the host's log besides the server.
    trust: Option<Trust>,
    /// What the host's log says of relays, where it was read.
    announced: Option<Announced>,
}

impl<'a> Signing<'a> {
    /// Makes ready; nothing is sent.
    pub fn new(
        arguments: &JourneyArguments,
        entry: Entry,
        mail: Option<Mail>,
        receipt: Option<ReceiptFile>,
        output: &'a Output,
    ) -> CommandResult<Self> {
        let code = arguments.code.as_deref().map(str::parse).transpose().map_err(|_| {
            Failure::new(Exit::Usage, "--code: a code is eight digits, as in 1234-5678. It is in the mail's subject.")
        })?;
        Ok(Self {
            transport: transport(&arguments.connection)?,
            entry,
            output,
            mail,
            code,
            when: arguments.when.map(|when| match when {
                When::Now => journey::When::Now,
                When::Auto => journey::When::Auto,
                When::After(seconds) => journey::When::After(seconds),
            }),
            receipt,
            wait_published: arguments.wait_published,
            detach: arguments.detach,
            started: clock::now(),
            timeout: arguments.timeout,
            relay: arguments.relay.clone(),
            trust: trust_in_server(&arguments.trust)?,
            announced: None,
        })
    }

    /// Takes what the check of the petition has found in the host's log.
    pub fn knowing(self, announced: &Announced) -> Self {
        Self { announced: Some(announced.clone()), ..self }
    }

    /// The same, which waits for nothing.
    fn detached(self) -> Self {
        Self { detach: true, ..self }
    }

    /// Begins: what was drawn is on disk before the address is sent.
    pub async fn begin(self, prepared: Prepared) -> CommandResult {
        self.entry.write(&prepared.save())?;
        self.run(Saved::Prepared(prepared)).await
    }

    /// Goes from a state to the end.
    pub async fn run(mut self, mut state: Saved) -> CommandResult {
        loop {
            state = match state {
                Saved::Prepared(prepared) => {
                    let (confirmed, answer) = self.confirm(prepared).await?;
                    self.issue(confirmed, answer).await?
                }
                Saved::Confirmed(confirmed) => self.issue(confirmed, None).await?,
                Saved::TokenHeld(held) => return self.redeem(held).await,
                Saved::Spoiled(spoiled) => return Err(issue::spoiled(&spoiled)),
            };
        }
    }

    /// When this command stops waiting for a person: after `--timeout`, else after a day, when the mail is no longer valid.
    fn link_deadline(&self) -> Timestamp {
        self.started.plus(self.timeout.unwrap_or(DAY))
    }

    /// When this command stops waiting for anything, where that was asked for.
    fn deadline(&self) -> Option<Timestamp> {
        self.timeout.map(|seconds| self.started.plus(seconds))
    }
}

fn servers(endpoints: &Endpoints) -> String {
    if endpoints.issuer == endpoints.origin {
        endpoints.origin.to_string()
    } else {
        format!("{} and {}", endpoints.origin, endpoints.issuer)
    }
}

fn stopped(slug: &Slug, why: &str) -> Failure {
    Failure::new(Exit::Waiting, format!("{why} What is needed to go on is kept: undersign resume {slug}"))
}

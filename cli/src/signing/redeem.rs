use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::{Value, json};
use undersign_client_lib::journey::{Counted, News, RedemptionError, Rejected, Signed, TokenHeld};
use undersign_client_lib::request::Request;
use undersign_client_lib::response::Response;
use undersign_protocol::oblivious::RelayUrl;
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::{DAY, Timestamp};

use super::patience::{A_WHILE, Failed, not_sent, try_until};
use super::{Signing, stopped};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::problems;
use crate::relays::{NotSent, Relays, no_relay, way_line};

/// Seconds for which relays are tried again where none takes it: longer than it takes to start one anew. Then its owner decides.
const RELAY_PATIENCE: u64 = 10;

impl Signing<'_> {
    /// Redeems when it is time, and removes the saved state once the answer is told.
    pub(super) async fn redeem(mut self, mut held: TokenHeld) -> CommandResult {
        if let Some(when) = self.when.take() {
            held.schedule(when, clock::now(), &mut UnwrapErr(SysRng));
            self.entry.write(&held.save())?;
        }
        let mut relays = self.relays(&held);
        match relays.find(&self.transport).await {
            // It is tried again when it is needed.
            Err(unknown) if !unknown.is_transient => return Err(unknown.failure),
            _ => {}
        }
        self.wait_for_redemption(&held).await?;
        let (signed, relay) = self.hand_in(held, &mut relays).await?;
        self.tell_redeemed(&signed, relay.as_ref());
        self.keep_receipt(&signed)?;
        if self.wait_published {
            self.wait_until_published(&signed).await?;
        }
        self.entry.remove()
    }

    /// Before the saved state goes: killed in between, `resume` writes it.
    fn keep_receipt(&self, signed: &Signed) -> CommandResult {
        let (Some(file), Some(receipt)) = (&self.receipt, signed.receipt()) else { return Ok(()) };
        file.write(&receipt)?;
        let path = file.path().display().to_string();
        let text = format!(
            "The receipt is in {path}. undersign receipt verify says what became of the signature; undersign withdraw takes it back. \
             Whoever finds the file sees that you signed."
        );
        self.output.event("receipt", json!({ "file": path }), text);
        Ok(())
    }

    async fn wait_for_redemption(&self, held: &TokenHeld) -> CommandResult {
        let until = held.redeem_at();
        if clock::now() >= until {
            return Ok(());
        }
        let stop = if self.detach { "" } else { " You can stop this program:" };
        self.output.event(
            "holding",
            json!({ "until": until }),
            format!(
                "The signature is handed in at {until}, so that nobody sees it follow the mail.{stop} undersign resume {} goes on.",
                held.slug()
            ),
        );
        if self.detach {
            return Err(stopped(held.slug(), &format!("It waits until {until}.")));
        }
        let _sign = self.output.waiting(format!("Waiting until {until} …"));
        self.wait_until(until, held.slug()).await
    }

    fn relays(&mut self, held: &TokenHeld) -> Relays {
        let mut relays = Relays::new(&self.relay, self.trust.take(), &held.endpoints().origin, held.origin_host());
        if let Some(announced) = &self.announced {
            relays.know(announced);
        }
        relays
    }

    async fn hand_in(&self, held: TokenHeld, relays: &mut Relays) -> CommandResult<(Signed, Option<RelayUrl>)> {
        let _sign = self.output.waiting("Handing in the signature …");
        let request = held
            .redemption_request(clock::now())
            .map_err(|early| stopped(held.slug(), &format!("It is too early: {early}.")))?;
        // Who leaves things for later comes again by itself.
        let patience = if self.detach { A_WHILE } else { DAY };
        let limit = self.deadline().unwrap_or_else(|| clock::now().plus(patience));
        let (answer, relay) = self.send_by(relays, &request, &held, limit).await?;
        let rejected = match held.redeemed(&answer, clock::now()) {
            Ok(signed) => return Ok((signed, relay)),
            Err(rejected) => rejected,
        };
        // Nothing can come of the token any more.
        if matches!(rejected.error, RedemptionError::Closed | RedemptionError::Withdrawn) {
            let _ = self.entry.remove();
        }
        let failure = failure(&rejected);
        Err(match rejected.error {
            RedemptionError::Closed => self.why_closed(&rejected.state).await.unwrap_or(failure),
            _ => failure,
        })
    }

    /// As long as it takes where the server is to answer; for a while where no relay does, and never past them.
    async fn send_by(
        &self,
        relays: &mut Relays,
        request: &Request,
        held: &TokenHeld,
        limit: Timestamp,
    ) -> CommandResult<(Response, Option<RelayUrl>)> {
        let (base, later) = (&held.endpoints().origin, format!("undersign resume {}", held.slug()));
        let patience = clock::now().plus(RELAY_PATIENCE).min(limit);
        let (mut relay, mut told) = (None, false);
        let answer = try_until(limit, self.output, base, async || {
            let said = match relays.send(&self.transport, request, self.output).await {
                Ok(relayed) => {
                    relay = relayed.relay;
                    return Ok(relayed.answer);
                }
                Err(NotSent::Direct(error)) => return Err(not_sent(base, error)),
                Err(NotSent::Log(log)) if log.is_transient => return Err(Failed::ForNow(log.failure)),
                Err(NotSent::Log(log)) => return Err(Failed::ForGood(log.failure)),
                Err(NotSent::NoRelay(said)) => said,
            };
            if clock::now() >= patience {
                return Err(Failed::ForGood(no_relay(&said, &later)));
            }
            if !told {
                self.output.note("No relay takes it now, and nothing is sent past them. Trying again for a while …");
                told = true;
            }
            Err(Failed::ForNow(no_relay(&said, &later)))
        })
        .await?;
        Ok((answer, relay))
    }

    /// What the log says of the end of a petition that takes nothing more: it can have come earlier than was known when the token came.
    ///
    /// Asked after the server has refused, never instead of handing in: a signature that was taken before a command was killed gets its
    /// answer after the end too, and this machine's clock may be wrong.
    async fn why_closed(&self, held: &TokenHeld) -> Option<Failure> {
        let answers = self.transport.send_all(&held.news_requests()).await.ok()?;
        let News { closes_at, ends_at } = held.news_answered(&answers).ok()?;
        let message = format!(
            "The petition {} has ended: by its public log it closed at {closes_at}, and took signatures until {ends_at}. The signature was \
             not taken, and its token is of no use any more.",
            held.slug()
        );
        Some(Failure::new(Exit::Refused, message).with_problem(Some(Problem::Closed)))
    }

    fn tell_redeemed(&self, signed: &Signed, relay: Option<&RelayUrl>) {
        let (name, value, text): (_, Value, _) = match signed.counted() {
            Counted::Promised(promise) => {
                let publish_by = promise.publish_by;
                let text = format!("Accepted. It will be in the public count by {publish_by}.");
                ("publish_by", json!(publish_by), text)
            }
            Counted::Published { leaf_index } => {
                ("leaf_index", json!(leaf_index), "Accepted, and already in the public count.".to_owned())
            }
        };
        let mut fields = json!({
            "petition_id": signed.petition_id(), "slug": signed.slug(), "leaf_hash": signed.leaf_hash(),
            "relay": relay.map(ToString::to_string),
        });
        fields[name] = value;
        self.output.event("redeemed", fields, format!("{text} {}", way_line(relay)));
    }
}

fn failure(rejected: &Rejected<TokenHeld, RedemptionError>) -> Failure {
    let problem = match &rejected.error {
        RedemptionError::NonceUsed => Problem::NonceUsed,
        RedemptionError::Withdrawn => Problem::Withdrawn,
        RedemptionError::Closed => Problem::Closed,
        RedemptionError::TokenNotValid => Problem::TokenNotValid,
        RedemptionError::Answer(error) => return problems::answer(&rejected.state.endpoints().origin, error),
        RedemptionError::Promise(error) => {
            let message = format!(
                "The signature was handed in, but {error}. It is perhaps not counted; the token is kept. Check this machine's clock, repeat \
                 with undersign resume {}, and tell the organiser if it stays so.",
                rejected.state.slug()
            );
            return Failure::new(Exit::NotTrusted, message);
        }
    };
    Failure::new(Exit::Refused, problems::sentence(problem)).with_problem(Some(problem))
}

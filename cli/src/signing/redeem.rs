use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::{Value, json};
use undersign_client_lib::journey::{Counted, News, RedemptionError, Rejected, Signed, TokenHeld};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::DAY;

use super::patience::A_WHILE;
use super::{Signing, stopped};
use crate::clock;
use crate::exit::{CommandResult, Exit, Failure};
use crate::problems;

impl Signing<'_> {
    /// Redeems when it is time, and removes the saved state once the answer is told.
    pub(super) async fn redeem(mut self, mut held: TokenHeld) -> CommandResult {
        if let Some(when) = self.when.take() {
            held.schedule(when, clock::now(), &mut UnwrapErr(SysRng));
            self.entry.write(&held.save())?;
        }
        self.wait_for_redemption(&held).await?;
        let signed = self.hand_in(held).await?;
        self.tell_redeemed(&signed);
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

    async fn hand_in(&self, held: TokenHeld) -> CommandResult<Signed> {
        let _sign = self.output.waiting("Handing in the signature …");
        let base = held.endpoints().origin.clone();
        let request = held
            .redemption_request(clock::now())
            .map_err(|early| stopped(held.slug(), &format!("It is too early: {early}.")))?;
        // Who leaves things for later comes again by itself.
        let patience = if self.detach { A_WHILE } else { DAY };
        let limit = self.deadline().unwrap_or_else(|| clock::now().plus(patience));
        let answer = self.send_until(&request, &base, limit).await?;
        let rejected = match held.redeemed(&answer, clock::now()) {
            Ok(signed) => return Ok(signed),
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

    fn tell_redeemed(&self, signed: &Signed) {
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
        let mut fields =
            json!({ "petition_id": signed.petition_id(), "slug": signed.slug(), "leaf_hash": signed.leaf_hash() });
        fields[name] = value;
        self.output.event("redeemed", fields, text);
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

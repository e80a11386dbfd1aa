//! Which way what is handed in goes: through a relay where the host's log announces any, so that the server does not see where it comes
//! from. Past the relays it goes only where there are none, or its owner has said so beforehand.

use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use undersign_client_lib::checks::CheckError;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::lookup::LookupError;
use undersign_client_lib::native::{HostLogError, RelayError, Transport, TransportError};
use undersign_client_lib::oblivious::{Announced, NotRelayed};
use undersign_client_lib::request::Request;
use undersign_client_lib::response::Response;
use undersign_protocol::oblivious::RelayUrl;
use undersign_protocol::public_log::NotWitnessed;

use crate::args::RelayArguments;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::petition::{Trust, WITNESS_PAUSE, WITNESS_TRIES, not_trusted_log};
use crate::problems;

/// Status of a gateway that does not have the key any more (RFC 9458 §5.3).
const KEY_IS_OLD: u16 = 422;

/// The relays of one host, and what was said about them.
pub struct Relays {
    only: Option<RelayUrl>,
    direct: bool,
    trust: Option<Trust>,
    base: Base,
    host: String,
    /// `None` where the log was not read yet, or is to be read again.
    announced: Option<Announced>,
}

/// An answer, and which way it came.
pub struct Relayed {
    /// The server's.
    pub answer: Response,
    /// `None` where it was asked directly.
    pub relay: Option<RelayUrl>,
}

/// Why there is no answer.
pub enum NotSent {
    /// The server was asked directly.
    Direct(TransportError),
    /// No relay took it; what each has said.
    NoRelay(String),
    /// The host's log is not known.
    Log(NotKnown),
}

/// Why nothing is known of a host's relays.
pub struct NotKnown {
    /// In words.
    pub failure: Failure,
    /// Whether it can pass by itself.
    pub is_transient: bool,
}

impl Relays {
    /// # Arguments
    /// * `base` – where the host is reached
    /// * `host` – the origin's name in the manifest
    /// * `trust` – for its log
    pub fn new(arguments: &RelayArguments, trust: Option<Trust>, base: &Base, host: &str) -> Self {
        let RelayArguments { relay, direct } = arguments.clone();
        Self { only: relay, direct, trust, base: base.clone(), host: host.to_owned(), announced: None }
    }

    /// Takes what a check of a petition has found in the host's log.
    pub fn know(&mut self, announced: &Announced) {
        self.announced = Some(announced.clone());
    }

    /// Reads the host's log, where that was not done. Best long before something is handed in: who watches the server sees who reads it.
    pub async fn find(&mut self, transport: &Transport) -> Result<(), NotKnown> {
        if self.direct || self.announced.is_some() {
            return Ok(());
        }
        let mut tries = 1;
        let announced = loop {
            let demand = self.trust.as_ref().map(Trust::demand);
            match transport.announced(&self.base, &self.host, demand).await {
                Err(HostLogError::Check(CheckError::Witnesses(_, NotWitnessed::Missing))) if tries < WITNESS_TRIES => {
                    tries += 1;
                    tokio::time::sleep(WITNESS_PAUSE).await;
                }
                announced => break announced,
            }
        };
        self.announced = Some(announced.map_err(|error| self.not_known(&error))?);
        Ok(())
    }

    /// Hands in: to the first relay that takes it, of all in a random order. What they have said is told.
    pub async fn send(
        &mut self,
        transport: &Transport,
        request: &Request,
        output: &Output,
    ) -> Result<Relayed, NotSent> {
        if !self.is_current() {
            self.announced = None;
        }
        self.find(transport).await.map_err(NotSent::Log)?;
        let Some(announced) = self.announced.as_ref().filter(|announced| self.is_relayed(announced)) else {
            let answer = transport.send(request).await.map_err(NotSent::Direct)?;
            return Ok(Relayed { answer, relay: None });
        };
        let Some(key) = announced.key(clock::now()) else {
            return Err(NotSent::NoRelay("the host's log announces no key for relays now".to_owned()));
        };
        let relays = match &self.only {
            Some(relay) => vec![relay.clone()],
            None => announced.shuffled(&self.base, &mut UnwrapErr(SysRng)),
        };
        if relays.is_empty() {
            return Err(NotSent::NoRelay("the host's log announces none that is reached by TLS".to_owned()));
        }
        let (mut said, mut key_is_old) = (Vec::new(), false);
        for relay in relays {
            match transport.send_through(&relay, request, &self.host, key).await {
                Ok(answer) => return Ok(Relayed { answer, relay: Some(relay) }),
                Err(error) => {
                    key_is_old |= matches!(error, RelayError::NotRelayed(NotRelayed::Status(KEY_IS_OLD)));
                    let text = format!("{relay}: {error}");
                    let fields = json!({ "relay": relay.to_string(), "reason": error.to_string() });
                    output.event("relay_down", fields, format!("A relay did not take it. {text}."));
                    said.push(text);
                }
            }
        }
        if key_is_old {
            // The log has a newer one, or the gateway has lost its own.
            self.announced = None;
        }
        Err(NotSent::NoRelay(said.join("; ")))
    }

    /// Whether it goes through relays.
    fn is_relayed(&self, announced: &Announced) -> bool {
        !self.direct && (self.only.is_some() || !announced.relays().is_empty())
    }

    /// A key lasts a week, and a signature may be held longer.
    fn is_current(&self) -> bool {
        self.announced.as_ref().is_none_or(|known| !self.is_relayed(known) || known.key(clock::now()).is_some())
    }

    fn not_known(&self, error: &HostLogError) -> NotKnown {
        let base = &self.base;
        let (failure, is_transient) = match error {
            HostLogError::Transport(error) => {
                let message = format!("{base}: {error}. It is safe to repeat this command.");
                (Failure::new(Exit::Unreachable, message), error.is_transient())
            }
            HostLogError::Lookup(LookupError::Answer(error)) => (problems::answer(base, error), error.is_transient()),
            HostLogError::Lookup(LookupError::Check(error)) | HostLogError::Check(error) => {
                (not_trusted_log(error), false)
            }
        };
        NotKnown { failure, is_transient }
    }
}

/// No relay: what happened, and what a person can do.
///
/// # Arguments
/// * `later` – the command that goes on
pub fn no_relay(said: &str, later: &str) -> Failure {
    let message = format!(
        "No relay took it, and nothing was sent past them: {said}. Nothing of yours is lost. Try again later: {later}. With --direct it \
         goes without a relay; the server then sees the network address that it comes from."
    );
    Failure::new(Exit::NoRelay, message)
}

/// What the last word of a command adds about the way that was gone.
pub fn way_line(relay: Option<&RelayUrl>) -> String {
    match relay {
        Some(relay) => format!("It went through the relay {relay}: the server has not seen where it comes from."),
        None => "It went without a relay: the server can see the network address that it comes from.".to_owned(),
    }
}

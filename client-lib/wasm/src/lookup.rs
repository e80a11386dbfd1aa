use std::mem::replace;
use std::rc::Rc;

use undersign_client_lib::checks::check;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::link::PetitionLink;
use undersign_client_lib::lookup::{FirstRound, SecondRound, start};
use undersign_client_lib::request::Request;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{Answer, responses};
use crate::arguments;
use crate::error::ClientError;
use crate::petition::CheckedPetition;
use crate::request::Outgoing;

/// Fetches a petition and everything that it is checked against, in two rounds of requests. Nothing is believed before the end.
#[wasm_bindgen]
pub struct Lookup {
    base: Base,
    link: PetitionLink,
    round: Round,
    requests: Vec<Rc<Request>>,
}

enum Round {
    First(FirstRound),
    Second(SecondRound),
}

#[wasm_bindgen]
impl Lookup {
    /// Begins with a link to a petition.
    ///
    /// @param origin - the server, as in `location.origin`
    /// @param slug - the petition's short name
    /// @param pin - the petition_id after the `#` of the link, where it has one: it ties the link to one text, key and log
    /// @throws ClientError `argument`, `not-secure`, `pin`
    #[wasm_bindgen(constructor)]
    pub fn new(origin: &str, slug: &str, pin: Option<String>) -> Result<Self, ClientError> {
        let base = arguments::base(origin)?;
        let link = arguments::petition_link(slug, pin.as_deref())?;
        let (round, requests) = start(&base, &link);
        Ok(Self { base, link, round: Round::First(round), requests: shared(requests) })
    }

    /// The requests of this round; they may be sent at the same time. The same again, as often as it is called.
    pub fn requests(&self) -> Vec<Outgoing> {
        self.requests.iter().map(Outgoing::from).collect()
    }

    /// Takes the answers, in the order of the requests.
    ///
    /// @returns the petition, or `undefined`: there is another round, of new `requests()`
    /// @throws ClientError `answer`, `check`; the lookup then begins anew with its first round
    pub fn answered(&mut self, answers: Vec<Answer>) -> Result<Option<CheckedPetition>, ClientError> {
        let (first, requests) = start(&self.base, &self.link);
        self.requests = shared(requests);
        let responses = responses(answers);
        match replace(&mut self.round, Round::First(first)) {
            Round::First(round) => {
                let (second, requests) = round.answered(responses)?;
                self.round = Round::Second(second);
                self.requests = shared(requests);
                Ok(None)
            }
            Round::Second(round) => {
                let documents = round.answered(responses)?;
                Ok(Some(check(&self.base, &self.link, &documents)?.into()))
            }
        }
    }
}

fn shared(requests: Vec<Request>) -> Vec<Rc<Request>> {
    requests.into_iter().map(Rc::new).collect()
}

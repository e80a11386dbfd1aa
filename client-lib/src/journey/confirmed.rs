use undersign_protocol::email_verification::CheckNumber;
use undersign_protocol::issuance::{BatchTokenResponse, TokenResponse, media_type};
use undersign_protocol::petition::{PetitionId, Slug};
use undersign_protocol::problem::Problem;
use undersign_protocol::timestamp::Timestamp;

use super::{Blinded, HeldToken, Prepared, Rejected, Run, Spoiled, Terms, TokenHeld};
use crate::blind::finalize;
use crate::endpoints::Endpoints;
use crate::request::Request;
use crate::response::{AnswerError, Malformed, Response};

/// The address is confirmed; the tokens can be asked for, again and again, until they are there.
pub struct Confirmed {
    pub(crate) terms: Box<Terms>,
    pub(crate) run: Run,
}

/// Why there is no token.
#[derive(Debug)]
#[must_use = "the state inside is the only way to go on"]
pub enum IssuanceFailure {
    /// Nothing was used up; the state is as before. Ask again where the error is transient.
    Again(Rejected<Confirmed, AnswerError>),
    /// The server keeps confirmations for two days and has forgotten this one. A new mail for the same request brings it back, and a
    /// token that was issued already is issued again.
    NotConfirmed(Prepared),
    /// Another request was answered for this address and petition before. Tokens for others of the run are still given.
    AlreadyIssued(Vec<HeldToken>),
    /// The answer is no signature over what was asked. The request is spent: see [`Spoiled`].
    Spoiled(Spoiled),
}

impl Confirmed {
    /// The petition that is being signed.
    pub fn petition_id(&self) -> PetitionId {
        self.terms.petition_id
    }

    /// Its short name.
    pub fn slug(&self) -> &Slug {
        &self.terms.slug
    }

    /// Where both sides are.
    pub fn endpoints(&self) -> &Endpoints {
        &self.terms.endpoints
    }

    /// As [`Prepared::run`].
    pub fn run(&self) -> impl Iterator<Item = &Slug> {
        self.run.elements.iter().map(|element| &element.slug)
    }

    /// As [`Prepared::check_number`].
    pub fn check_number(&self) -> CheckNumber {
        CheckNumber::of(&self.run.digest())
    }

    /// Asks for the tokens.
    pub fn token_request(&self) -> Request {
        self.run.token_request(&self.terms)
    }

    /// Takes the answer, unblinds, and verifies each token. What cannot be a token of another petition of the run is left out.
    ///
    /// # Arguments
    /// * `now` – when the tokens came; `next_epoch` counts from it
    pub fn token_answered(self, response: &Response, now: Timestamp) -> Result<TokenHeld, IssuanceFailure> {
        let answers = match self.read(response) {
            Ok(answers) => answers,
            Err(error) => return Err(self.refused(error)),
        };
        let Self { terms, run } = self;
        let (mut wanted, mut others) = (None, Vec::new());
        for (index, (element, answer)) in run.elements.into_iter().zip(answers).enumerate() {
            let Some(answer) = answer else { continue };
            let token = unblind(&terms, element, &answer);
            match (index == run.wanted, token) {
                (true, None) => return Err(IssuanceFailure::Spoiled(Spoiled::new(terms))),
                (true, token) => wanted = token,
                (false, token) => others.extend(token),
            }
        }
        match wanted {
            Some(token) => Ok(TokenHeld::new(terms, token, others, now)),
            None => Err(IssuanceFailure::AlreadyIssued(others)),
        }
    }

    fn read(&self, response: &Response) -> Result<Vec<Option<TokenResponse>>, AnswerError> {
        let count = self.run.elements.len();
        if count == 1 {
            let answer = TokenResponse::decode(response.expect(200)?).map_err(|_| Malformed)?;
            return Ok(vec![Some(answer)]);
        }
        // 200 all, 206 some, 400 none: in a batch all three carry the same media type, and a problem document carries another.
        if !matches!(response.status, 200 | 206 | 400) || !response.is(media_type::BATCH_RESPONSE) {
            return Err(response.refusal().into());
        }
        let answers = BatchTokenResponse::decode(&response.body).map_err(|_| Malformed)?.token_responses;
        if answers.len() == count { Ok(answers) } else { Err(Malformed.into()) }
    }

    fn refused(self, error: AnswerError) -> IssuanceFailure {
        match error.problem() {
            Some(Problem::AlreadyIssued) => IssuanceFailure::AlreadyIssued(Vec::new()),
            Some(Problem::NotConfirmed) => {
                IssuanceFailure::NotConfirmed(Prepared { terms: self.terms, run: self.run, verification: None })
            }
            _ => IssuanceFailure::Again(Rejected { state: self, error }),
        }
    }
}

fn unblind(terms: &Terms, element: Blinded, answer: &TokenResponse) -> Option<HeldToken> {
    let input = element.token_input(terms);
    let token = finalize(&element.key, &input, element.secret, answer).ok()?;
    Some(HeldToken::new(element.petition_id, element.slug, element.key, token, element.withdrawal_key))
}

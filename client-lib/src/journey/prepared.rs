use rand_core::CryptoRng;
use undersign_protocol::email_verification::{
    CheckNumber, Code, Confirmation, Confirmed as ConfirmedAnswer, RequestDigest, VerificationRequest,
};
use undersign_protocol::issuance::media_type;
use undersign_protocol::petition::{Language, PetitionId, PetitionState, Slug};
use undersign_protocol::problem::Problem;

use super::{Blinded, ConfirmationError, Confirmed, Rejected, Run, Terms, Verification, VerificationError};
use crate::blind::BlindError;
use crate::checked::CheckedPetition;
use crate::endpoints::Endpoints;
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Malformed, Refusal, Response};

/// For which petitions tokens are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundle {
    /// For the whole run of the wanted one, so that nobody learns which it is. The address then signs the others with these tokens or
    /// not at all.
    WholeRun,
    /// For this one alone. The issuer learns which.
    OnlyThis,
}

/// What becomes of the withdrawal keys, from which nonces are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Kept, and saved, with everything else that the journey needs, until it ends: for programs that ask at the end whether a receipt
    /// is wanted. Whoever finds the saved state can then also withdraw the signature.
    Keep,
    /// Forgotten at once: no receipt can be made, and nobody can ever withdraw the signature.
    Forget,
}

/// Why a journey cannot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// Tokens are not issued yet, or no more.
    #[error("the petition is not open")]
    NotOpen(PetitionState),
    /// A key of the run cannot be blinded for.
    #[error("{0}")]
    Blind(#[from] BlindError),
}

/// Why asking for tokens has not shown that the address is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// Not yet: ask again.
    #[error("the address is not confirmed yet")]
    NotConfirmed,
    /// Another answer.
    #[error(transparent)]
    Refused(Refusal),
}

/// The token requests are made; the address was not confirmed yet, perhaps not even named.
pub struct Prepared {
    pub(crate) terms: Box<Terms>,
    pub(crate) run: Run,
    pub(crate) verification: Option<Verification>,
}

impl Prepared {
    /// Draws withdrawal keys, and with them nonces, salts and blinding factors for the run.
    pub fn new(
        petition: &CheckedPetition,
        bundle: Bundle,
        keys: Keys,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, PrepareError> {
        let petition_id = petition.petition_id();
        // Whatever the issuer says: the log holds the operator's or the organiser's word.
        if petition.is_taken_down() {
            return Err(PrepareError::NotOpen(PetitionState::Closing));
        }
        let wanted = petition.run().iter().position(|row| row.petition_id == petition_id);
        let wanted = wanted.ok_or(PrepareError::NotOpen(petition.state()))?;
        let (rows, wanted) = match bundle {
            Bundle::WholeRun => (petition.run(), wanted),
            Bundle::OnlyThis => (&petition.run()[wanted..=wanted], 0),
        };
        let terms = Box::new(Terms::of(petition));
        let mut elements = Vec::with_capacity(rows.len());
        for row in rows {
            elements.push(Blinded::new(&terms, row.petition_id, row.slug.clone(), row.token_key, keys, rng)?);
        }
        Ok(Self { terms, run: Run { elements, wanted }, verification: None })
    }

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

    /// Short names of all petitions that tokens are asked for, in order.
    pub fn run(&self) -> impl Iterator<Item = &Slug> {
        self.run.elements.iter().map(|element| &element.slug)
    }

    /// Whether a mail was asked for from here, so that a code can be sent.
    pub fn mail_was_asked(&self) -> bool {
        self.verification.is_some()
    }

    /// SHA-256 of the body that will be posted for the tokens. It hides which petition is wanted.
    pub fn request_digest(&self) -> RequestDigest {
        self.run.digest()
    }

    /// Two digits to show where the signer waits; the confirm page asks for them.
    pub fn check_number(&self) -> CheckNumber {
        CheckNumber::of(&self.request_digest())
    }

    /// Asks for a mail. May be repeated, also with another address: the first confirmation of the request stands.
    ///
    /// # Arguments
    /// * `email` – the address as its owner typed it; check it first with
    ///   [`Address`](undersign_protocol::email_verification::Address)
    /// * `locale` – language of the mail
    pub fn verification_request(&self, email: &str, locale: &Language) -> Request {
        let message = VerificationRequest {
            email: email.to_owned(),
            locale: locale.clone(),
            request_digest: self.request_digest(),
        };
        let request = Request::post(
            Side::Identified,
            Stage::EmailVerification,
            &self.terms.endpoints.issuer,
            "/v1/email-verifications",
        )
        .json(&message);
        drop(zeroize::Zeroizing::new(message.email));
        request
    }

    /// Takes the answer. The server answers alike whether a mail goes out or a limit holds it back.
    pub fn verification_answered(self, response: &Response) -> Result<Self, Rejected<Self, VerificationError>> {
        match Verification::read(response) {
            Ok(verification) => Ok(Self { verification: Some(verification), ..self }),
            Err(error) => Err(Rejected { state: self, error }),
        }
    }

    /// Sends the code from the newest mail; `None` while no mail was asked for from here.
    pub fn confirm_with_code(&self, code: &Code) -> Option<Request> {
        let verification = self.verification.as_ref()?.as_str().to_owned();
        let message = Confirmation::Code { verification, code: code.to_string() };
        let path = "/v1/email-verifications/confirm";
        Some(
            Request::post(Side::Identified, Stage::EmailVerification, &self.terms.endpoints.issuer, path)
                .json(&message),
        )
    }

    /// Takes the answer to a code.
    pub fn code_answered(self, response: &Response) -> Result<Confirmed, Rejected<Self, ConfirmationError>> {
        match response.expect_json(200) {
            Ok(ConfirmedAnswer { confirmed: true }) => Ok(self.confirmed()),
            Ok(ConfirmedAnswer { confirmed: false }) => {
                Err(Rejected { state: self, error: ConfirmationError::Answer(Malformed.into()) })
            }
            Err(error) => Err(Rejected { state: self, error: AnswerError::into(error) }),
        }
    }

    /// Asks for the tokens. The server waits up to 20 seconds for the confirmation before it says no.
    pub fn token_request(&self) -> Request {
        self.run.token_request(&self.terms)
    }

    /// Looks whether an answer to [`Prepared::token_request`] shows that the address is confirmed: anything that only a confirmed
    /// request is told. The same answer then goes to [`Confirmed::token_answered`].
    pub fn poll(self, response: &Response) -> Result<Confirmed, Rejected<Self, PollError>> {
        let refusal = response.refusal();
        let issued = response.status == 200 || response.is(media_type::BATCH_RESPONSE);
        if issued || refusal.problem == Some(Problem::AlreadyIssued) {
            return Ok(self.confirmed());
        }
        let error = match refusal.problem {
            Some(Problem::NotConfirmed) => PollError::NotConfirmed,
            _ => PollError::Refused(refusal),
        };
        Err(Rejected { state: self, error })
    }

    fn confirmed(self) -> Confirmed {
        Confirmed { terms: self.terms, run: self.run }
    }
}

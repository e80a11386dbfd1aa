use rand_core::CryptoRng;
use undersign_protocol::petition::{PetitionId, Redemption, Slug};
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::Hash;
use undersign_protocol::redemption::{RedemptionAnswer, TokenBindingError, token_header};
use undersign_protocol::timestamp::Timestamp;

use super::{Counted, HeldToken, PromiseError, Rejected, Signed, Terms, When};
use crate::checked::CheckedPetition;
use crate::endpoints::Endpoints;
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Response};

/// The token is there and verified. From here on no address is involved.
pub struct TokenHeld {
    pub(crate) terms: Box<Terms>,
    pub(crate) wanted: Box<HeldToken>,
    pub(crate) others: Vec<HeldToken>,
    pub(crate) issued_at: Timestamp,
    pub(crate) redeem_at: Timestamp,
}

/// The token must not be redeemed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is to be redeemed at {redeem_at}, not earlier")]
pub struct TooEarly {
    /// When it may be.
    pub redeem_at: Timestamp,
}

/// Why a redemption is not believed or not taken. The token is kept; a repeat counts once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedemptionError {
    /// The server's word about it is not believed.
    #[error(transparent)]
    Promise(#[from] PromiseError),
    /// Another token with this nonce was redeemed before.
    #[error("another token with this nonce was redeemed")]
    NonceUsed,
    /// The signature was withdrawn.
    #[error("the signature was withdrawn")]
    Withdrawn,
    /// The petition is closed, its grace over.
    #[error("the petition is closed")]
    Closed,
    /// The server does not take the token.
    #[error("the server does not take the token")]
    TokenNotValid,
    /// Another answer.
    #[error(transparent)]
    Answer(AnswerError),
}

impl TokenHeld {
    pub(super) fn new(terms: Box<Terms>, wanted: HeldToken, others: Vec<HeldToken>, issued_at: Timestamp) -> Self {
        let redeem_at = terms.schedule().earliest(issued_at);
        Self { terms, wanted: Box::new(wanted), others, issued_at, redeem_at }
    }

    /// Begins with a token that was asked for beside another one. Its petition is checked like any other, and the token must be made
    /// for that petition's own manifest.
    pub fn of_other(
        petition: &CheckedPetition,
        token: HeldToken,
        issued_at: Timestamp,
    ) -> Result<Self, TokenBindingError> {
        token.token().input.check_binding(petition.manifest(), &petition.petition_id())?;
        Ok(Self::new(Box::new(Terms::of(petition)), token, Vec::new(), issued_at))
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

    /// Name of the origin, by the manifest: whose log says how it is reached.
    pub fn origin_host(&self) -> &str {
        &self.terms.origin_host
    }

    /// When the token came.
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// First moment at which the petition's rule allows the redemption.
    pub fn earliest_redemption(&self) -> Timestamp {
        self.terms.schedule().earliest(self.issued_at)
    }

    /// When it is to be redeemed; the earliest moment unless [`TokenHeld::schedule`] chose another.
    pub fn redeem_at(&self) -> Timestamp {
        self.redeem_at
    }

    /// What the petition's rule suggests: at once under `immediate`, else a random moment.
    pub fn suggested(&self) -> When {
        match self.terms.redemption {
            Redemption::Immediate {} => When::Now,
            Redemption::NextEpoch { .. } => When::Auto,
        }
    }

    /// Chooses when to redeem: never earlier than the rule allows, never so late that the petition is closed.
    pub fn schedule(&mut self, when: When, now: Timestamp, rng: &mut impl CryptoRng) {
        self.redeem_at = self.terms.schedule().draw(when, self.issued_at, now, rng);
    }

    /// Tokens for the other petitions of the run.
    pub fn other_tokens(&self) -> &[HeldToken] {
        &self.others
    }

    /// Takes the token for another petition out, to begin with it: [`TokenHeld::of_other`].
    pub fn take_other(&mut self, petition_id: &PetitionId) -> Option<HeldToken> {
        HeldToken::take(&mut self.others, petition_id)
    }

    /// Redeems: a POST with the token in its Authorization header (RFC 9577 §2.2) and no body. To be sent on a connection of its own.
    ///
    /// # Errors
    /// [`TooEarly`] before [`TokenHeld::redeem_at`]: there is no way around it, because nobody but the client can keep this rule.
    pub fn redemption_request(&self, now: Timestamp) -> Result<Request, TooEarly> {
        if now < self.redeem_at {
            return Err(TooEarly { redeem_at: self.redeem_at });
        }
        let path = format!("/v1/petitions/{}/signatures", self.terms.petition_id);
        Ok(Request::post(Side::Anonymous, Stage::Redemption, &self.terms.endpoints.origin, &path)
            .header("authorization", token_header(&self.wanted.token())))
    }

    /// Takes the answer: the leaf hash must be that of this token's entry, the promise signed by the log, and its time not later than
    /// the petition's rule allows.
    pub fn redeemed(self, response: &Response, now: Timestamp) -> Result<Signed, Rejected<Self, RedemptionError>> {
        let leaf_hash = self.wanted.leaf_hash();
        match self.check(response, &leaf_hash, now) {
            Ok(counted) => Ok(Signed::new(self.terms, self.wanted, counted, self.others)),
            Err(error) => Err(Rejected { state: self, error }),
        }
    }

    fn check(&self, response: &Response, own: &Hash, now: Timestamp) -> Result<Counted, RedemptionError> {
        let answer: RedemptionAnswer = response.expect_json(200)?;
        Ok(self.terms.promisor().read(answer, own, now)?)
    }
}

impl From<AnswerError> for RedemptionError {
    fn from(error: AnswerError) -> Self {
        match error.problem() {
            Some(Problem::NonceUsed) => Self::NonceUsed,
            Some(Problem::Withdrawn) => Self::Withdrawn,
            Some(Problem::Closed) => Self::Closed,
            Some(Problem::TokenNotValid) => Self::TokenNotValid,
            _ => Self::Answer(error),
        }
    }
}

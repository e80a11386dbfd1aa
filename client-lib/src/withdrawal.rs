//! Taking a signature back: what was kept is read, its petition fetched, its key revealed. Final, and it names nobody: the server sees
//! a key whose hash is a nonce that stands in the public log.

use undersign_protocol::base::Base;
use undersign_protocol::json;
use undersign_protocol::petition::{Manifest, PetitionDocument, PetitionId, Slug, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::{CheckpointKey, Entry, Hash};
use undersign_protocol::redemption::{
    CodeError, Receipt, ReceiptError, RedemptionAnswer, Withdrawal, WithdrawalCode, WithdrawalRequest,
};
use undersign_protocol::timestamp::Timestamp;

use crate::journey::{Counted, PromiseError, Promisor, Rejected};
use crate::published::Watch;
use crate::request::{Request, Side, Stage};
use crate::response::{AnswerError, Malformed, Response};

/// Why nothing can be withdrawn with what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It looks like a receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// It looks like nothing else.
    #[error(transparent)]
    Code(#[from] CodeError),
}

/// Why the petition is not the one that was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PetitionError {
    /// The answer is not what was asked for.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The server shows another petition under this id, or one that breaks a rule.
    #[error("the server does not show the petition that was signed")]
    Another,
}

/// Why a signature is not withdrawn, or the withdrawal not believed. Nothing is lost: a repeat counts once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WithdrawalError {
    /// No signature here has this key.
    #[error("no signature here has this key")]
    NotValid,
    /// The petition is over: nothing is taken back any more.
    #[error("the petition is closed")]
    Closed,
    /// The server's word about it is not believed.
    #[error(transparent)]
    Promise(#[from] PromiseError),
    /// Another answer.
    #[error(transparent)]
    Answer(AnswerError),
}

/// The key was read; nothing was sent.
pub struct Withdrawing {
    code: Box<WithdrawalCode>,
}

/// The petition is the one that was signed. Not yet withdrawn.
pub struct ReadyToWithdraw {
    code: Box<WithdrawalCode>,
    petition: VerifiedManifest,
}

/// Accepted, for good.
#[derive(Debug)]
pub struct Withdrawn {
    leaf_hash: Hash,
    counted: Counted,
    watched: (Base, String, CheckpointKey),
}

/// Reads a receipt's file or text, or a withdrawal code, as people paste them: with spaces and line breaks around, a code also with
/// some inside.
pub fn read(content: &[u8]) -> Result<WithdrawalCode, ReadError> {
    let content = content.trim_ascii();
    if content.first() == Some(&b'{') {
        return Ok(Receipt::decode(content)?.withdrawal_code());
    }
    let text = std::str::from_utf8(content).map_err(|_| CodeError)?;
    let mut whole = zeroize::Zeroizing::new(String::with_capacity(text.len()));
    text.split_ascii_whitespace().for_each(|part| whole.push_str(part));
    Ok(WithdrawalCode::from_text(&whole)?)
}

impl Withdrawing {
    /// Begins with what [`read`] gave.
    pub fn new(code: WithdrawalCode) -> Self {
        Self { code: Box::new(code) }
    }

    /// The petition whose signature it is.
    pub fn petition_id(&self) -> PetitionId {
        self.code.petition_id
    }

    /// Where it was signed.
    pub fn base(&self) -> &Base {
        &self.code.base
    }

    /// Asks for the petition: it says how its log promises.
    pub fn petition_request(&self) -> Request {
        Request::get(
            Side::Anonymous,
            Stage::Petition,
            &self.code.base,
            &format!("/v1/petitions/{}", self.code.petition_id),
        )
    }

    /// Takes the petition: the hash of its text must be the id, so no server can show another one.
    pub fn petition_answered(self, response: &Response) -> Result<ReadyToWithdraw, Rejected<Self, PetitionError>> {
        match petition(response, &self.code.petition_id) {
            Ok(petition) => Ok(ReadyToWithdraw { code: self.code, petition }),
            Err(error) => Err(Rejected { state: self, error }),
        }
    }
}

impl ReadyToWithdraw {
    /// The petition whose signature it is.
    pub fn manifest(&self) -> &Manifest {
        self.petition.manifest()
    }

    /// Its id.
    pub fn petition_id(&self) -> PetitionId {
        self.petition.petition_id()
    }

    /// Its short name.
    pub fn slug(&self) -> &Slug {
        &self.manifest().slug
    }

    /// Where it was signed.
    pub fn base(&self) -> &Base {
        &self.code.base
    }

    /// Withdraws. To be sent without credentials, on a connection of its own where there is a choice.
    pub fn withdrawal_request(&self) -> Request {
        let path = format!("/v1/petitions/{}/withdrawals", self.code.petition_id);
        let message = WithdrawalRequest::of(self.code.withdrawal_key.clone());
        Request::post(Side::Anonymous, Stage::Redemption, &self.code.base, &path).json(&message)
    }

    /// Takes the answer: it must be about this withdrawal, and its promise one that the petition's log may give.
    pub fn withdrawn(&self, response: &Response, now: Timestamp) -> Result<Withdrawn, WithdrawalError> {
        let answer: RedemptionAnswer = response.expect_json(200)?;
        let manifest = self.manifest();
        let leaf_hash = Entry::Withdrawal(Withdrawal::of(self.code.withdrawal_key.clone())).leaf_hash();
        let promisor = Promisor {
            origin: self.petition.log_origin(),
            key: manifest.log.public_key,
            opens_at: manifest.opens_at,
            publication: manifest.publication,
        };
        let counted = promisor.read(answer, &leaf_hash, now)?;
        let key = CheckpointKey::new(promisor.origin, promisor.key);
        let log_path = format!("/v1/petitions/{}/log", self.code.petition_id);
        Ok(Withdrawn { leaf_hash, counted, watched: (self.code.base.clone(), log_path, key) })
    }
}

impl Withdrawn {
    /// What the withdrawal is in the log.
    pub fn leaf_hash(&self) -> Hash {
        self.leaf_hash
    }

    /// What the server said.
    pub fn counted(&self) -> Counted {
        self.counted
    }

    /// Watches the log until the withdrawal is in it.
    pub fn watch(&self) -> Watch {
        let (base, log_path, key) = self.watched.clone();
        Watch::new(base, log_path, key, self.leaf_hash)
    }
}

fn petition(response: &Response, petition_id: &PetitionId) -> Result<VerifiedManifest, PetitionError> {
    let body = response.expect(200).map_err(AnswerError::from)?;
    let document: PetitionDocument = json::from_slice(body).map_err(|_| AnswerError::from(Malformed))?;
    let petition = VerifiedManifest::verify(document.manifest.get().as_bytes(), document.organiser_signature)
        .map_err(|_| PetitionError::Another)?;
    if petition.petition_id() == *petition_id { Ok(petition) } else { Err(PetitionError::Another) }
}

impl From<AnswerError> for WithdrawalError {
    fn from(error: AnswerError) -> Self {
        match error.problem() {
            Some(Problem::WithdrawalNotValid) => Self::NotValid,
            Some(Problem::Closed) => Self::Closed,
            _ => Self::Answer(error),
        }
    }
}

/// Holds a secret: prints its name alone.
impl std::fmt::Debug for Withdrawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Withdrawing(…)")
    }
}

/// Holds a secret: prints its name alone.
impl std::fmt::Debug for ReadyToWithdraw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReadyToWithdraw(…)")
    }
}

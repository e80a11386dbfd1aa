use zeroize::Zeroizing;

use super::{Promise, Token, WithdrawalCode, WithdrawalKey};
use crate::base::Base;
use crate::bytes::{from_base64url, to_base64url};
use crate::ed25519::{PublicKey, Signature};
use crate::petition::{PetitionId, Slug, is_host};
use crate::public_log::{CheckpointKey, Entry, Hash};
use crate::redemption::Withdrawal;
use crate::timestamp::Timestamp;
use crate::{json, json_object};

/// Media type of a receipt's file.
pub const RECEIPT_MEDIA_TYPE: &str = "application/vnd.undersign.receipt+json";

/// Name that a receipt's file is given unless its owner chooses another. It names no petition: lists of downloads and of recent
/// documents outlive the file.
pub const RECEIPT_FILE_NAME: &str = "undersign-receipt.json";

/// What the file says that it is.
const CONTEXT: &str = "undersign receipt";
const VERSION: u64 = 1;

/// What somebody keeps who wants to see that their signature is counted, or to take it back. It names nobody; whoever finds it sees
/// that its holder signed, can prove it and can withdraw the signature. All parts fit each other: there is no other way to hold one.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt(ReceiptParts);

/// Of what a receipt is put together.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptParts {
    /// Where the petition was signed, and where it is looked for: perhaps a mirror or an onion service.
    pub base: Base,
    /// What was signed.
    pub petition_id: PetitionId,
    /// Its short name.
    pub slug: Slug,
    /// origin.host of the manifest, first part of the log's name.
    pub log_host: String,
    /// log.public_key of the manifest.
    pub log_key: PublicKey,
    /// The token that became the signature.
    pub token: Token,
    /// The log's word for the token's leaf; `None` where the signature was in the log when it was answered.
    pub promise: Option<Promise>,
    /// The key whose hash is the token's nonce.
    pub withdrawal_key: WithdrawalKey,
}

/// Why something is not a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not the canonical JSON of a receipt: another file, or one that was changed or cut off.
    #[error("this is not a receipt, or it was changed or cut off")]
    Form,
    /// Of a newer version of this program.
    #[error("the receipt is of a newer version of this program")]
    Version,
    /// The log's name is not that of the petition's log.
    #[error("the receipt's log is not that of its petition")]
    Log,
    /// The withdrawal key is not that of the token.
    #[error("the receipt's withdrawal key does not belong to its token")]
    Key,
    /// The promise is not signed by the log, or is for another leaf.
    #[error("the receipt's promise is not signed by its log")]
    Promise,
}

/// The part that every version has.
struct Head {
    context: String,
    version: u64,
}

json_object!(@read open Head { context, version, });

struct Form {
    base: Base,
    _context: String,
    log: LogForm,
    petition_id: PetitionId,
    promise: Option<PromiseForm>,
    slug: Slug,
    token: String,
    _version: u64,
    withdrawal_key: WithdrawalKey,
}

json_object!(@read strict Form { base, _context as "context", log, petition_id, promise, slug, token, _version as "version", withdrawal_key, });

struct LogForm {
    origin: String,
    public_key: PublicKey,
}

json_object!(@read strict LogForm { origin, public_key, });

struct PromiseForm {
    publish_by: Timestamp,
    signature: Signature,
}

json_object!(@read strict PromiseForm { publish_by, signature, });

impl Receipt {
    /// Most bytes of a receipt; the longest names give fewer.
    pub const MAX_SIZE: usize = 4_096;

    /// Puts a receipt together, where the parts fit each other.
    pub fn new(parts: ReceiptParts) -> Result<Self, ReceiptError> {
        let receipt = Self(parts);
        let parts = &receipt.0;
        if !is_host(&parts.log_host) {
            return Err(ReceiptError::Log);
        }
        if parts.token.input.nonce != parts.withdrawal_key.nonce() {
            return Err(ReceiptError::Key);
        }
        let is_of_log = |promise: &Promise| {
            promise.leaf_hash == receipt.leaf_hash() && promise.verify(&receipt.log_origin(), &parts.log_key).is_ok()
        };
        if parts.promise.as_ref().is_none_or(is_of_log) { Ok(receipt) } else { Err(ReceiptError::Promise) }
    }

    /// Reads what [`Receipt::encode`] has written, and nothing else: canonical JSON (RFC 8785) of at most [`Receipt::MAX_SIZE`] bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > Self::MAX_SIZE {
            return Err(ReceiptError::Form);
        }
        let head: Head = json::from_slice(bytes).map_err(|_| ReceiptError::Form)?;
        if head.context != CONTEXT {
            return Err(ReceiptError::Form);
        }
        if head.version != VERSION {
            return Err(ReceiptError::Version);
        }
        let form: Form = json::from_slice(bytes).map_err(|_| ReceiptError::Form)?;
        let token = from_base64url(&form.token).ok().and_then(|token| Token::decode(&token).ok());
        let token = token.ok_or(ReceiptError::Form)?;
        let leaf_hash = leaf_hash(&token);
        let promise =
            form.promise.map(|PromiseForm { publish_by, signature }| Promise { leaf_hash, publish_by, signature });
        let log_host = form.log.origin.strip_suffix(&log_path(&form.petition_id)).ok_or(ReceiptError::Log)?.to_owned();
        let Form { base, petition_id, slug, withdrawal_key, log, .. } = form;
        let log_key = log.public_key;
        let parts = ReceiptParts { base, petition_id, slug, log_host, log_key, token, promise, withdrawal_key };
        let receipt = Self::new(parts)?;
        if receipt.encode().as_slice() == bytes { Ok(receipt) } else { Err(ReceiptError::Form) }
    }

    /// Writes it as canonical JSON. By hand, because a JSON library leaves copies of the key behind that are not wiped; no member has a
    /// character that JSON escapes.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let ReceiptParts { base, petition_id, slug, log_key, token, promise, withdrawal_key, .. } = &self.0;
        let promise = match promise {
            None => "null".to_owned(),
            Some(Promise { publish_by, signature, .. }) => {
                format!(r#"{{"publish_by":"{publish_by}","signature":"{signature}"}}"#)
            }
        };
        // Room for all: a vector that grows leaves copies behind.
        let mut out = Zeroizing::new(Vec::with_capacity(Self::MAX_SIZE));
        let key = withdrawal_key.to_text();
        let pieces = [
            &format!(r#"{{"base":"{base}","context":"{CONTEXT}","log":{{"origin":"{}""#, self.log_origin()),
            &format!(r#","public_key":"{log_key}"}},"petition_id":"{petition_id}","promise":{promise}"#),
            &format!(r#","slug":"{slug}","token":"{}""#, to_base64url(&token.encode())),
            &format!(r#","version":{VERSION},"withdrawal_key":""#),
            key.as_str(),
            r#""}"#,
        ];
        pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
        out
    }

    /// Where the petition was signed.
    pub fn base(&self) -> &Base {
        &self.0.base
    }

    /// What was signed.
    pub fn petition_id(&self) -> PetitionId {
        self.0.petition_id
    }

    /// Its short name.
    pub fn slug(&self) -> &Slug {
        &self.0.slug
    }

    /// The log's name.
    pub fn log_origin(&self) -> String {
        format!("{}{}", self.0.log_host, log_path(&self.0.petition_id))
    }

    /// The log's key under its name.
    pub fn checkpoint_key(&self) -> CheckpointKey {
        CheckpointKey::new(self.log_origin(), self.0.log_key)
    }

    /// The log's key.
    pub fn log_key(&self) -> &PublicKey {
        &self.0.log_key
    }

    /// What the signature is in the log.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.0.token)
    }

    /// What its withdrawal is in the log, if it is ever withdrawn.
    pub fn withdrawal_leaf_hash(&self) -> Hash {
        Entry::Withdrawal(Withdrawal::of(self.0.withdrawal_key.clone())).leaf_hash()
    }

    /// The log's word; `None` where the signature was in the log when it was answered.
    pub fn promise(&self) -> Option<&Promise> {
        self.0.promise.as_ref()
    }

    /// What is needed to take the signature back, and nothing more.
    pub fn withdrawal_code(&self) -> WithdrawalCode {
        WithdrawalCode {
            base: self.0.base.clone(),
            petition_id: self.0.petition_id,
            withdrawal_key: self.0.withdrawal_key.clone(),
        }
    }
}

/// Names the petition alone.
impl std::fmt::Debug for ReceiptParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceiptParts({}, …)", self.slug)
    }
}

/// Names the petition alone.
impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Receipt({}, …)", self.0.slug)
    }
}

fn leaf_hash(token: &Token) -> Hash {
    Entry::Signature(token.clone()).leaf_hash()
}

fn log_path(petition_id: &PetitionId) -> String {
    format!("/v1/petitions/{petition_id}/log")
}

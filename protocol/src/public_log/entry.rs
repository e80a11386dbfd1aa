use crate::codec::{DecodeError, Reader};
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::issuance::IssuanceStatement;
use crate::petition::{PetitionId, SignedNotice};
use crate::redemption::{Token, Withdrawal};

use super::Hash;
use crate::{json_object, serde_by_json};

const MANIFEST: u8 = 0;
const SIGNATURE: u8 = 1;
const WITHDRAWAL: u8 = 2;
const ISSUANCE_STATEMENT: u8 = 3;
const CLOSE_STATEMENT: u8 = 4;
const NOTICE: u8 = 5;

/// Most bytes of an entry: a bundle holds it behind a two-byte length (C2SP tlog-tiles, log entries).
const MAX_ENTRY_SIZE: usize = 65_535;

/// An entry of a petition's log: one kind byte and its body, together at most 65,535 bytes (C2SP tlog-tiles, log entries).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly every entry is a signature, the largest")]
pub enum Entry {
    /// Kind 0, always entry 0: canonical manifest ‖ `organiser_signature[64]`.
    Manifest {
        /// The bytes whose hash is the petition_id.
        manifest: Vec<u8>,
        /// The organiser's signature.
        organiser_signature: Signature,
    },
    /// Kind 1: a `token[354]`.
    Signature(Token),
    /// Kind 2: `nonce[32]` ‖ `withdrawal_key[32]`.
    Withdrawal(Withdrawal),
    /// Kind 3: u64 issued ‖ `signature[64]`. Every batch begins with one.
    IssuanceStatement(IssuanceStatement),
    /// Kind 4: u64 issued ‖ `signature[64]`. Only notices follow.
    CloseStatement(CloseStatement),
    /// Kind 5: canonical JSON ‖ `signature[64]`.
    Notice(SignedNotice),
}

/// The issuer's word that issuance has ended and what was kept for the count is destroyed. JSON in
/// `GET /v1/petitions/{petition_id}/close`; in the log u64 issued ‖ signature, 72 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseStatement {
    /// Tokens issued in the petition's whole life.
    pub issued: u64,
    /// By issuer.statement_key over `"undersign close v1\n{petition_id}\n{issued}\n"`.
    pub signature: Signature,
}

json_object!(strict CloseStatement { issued, signature });
serde_by_json!(CloseStatement);

impl Entry {
    /// Reads an entry; a body must have exactly the size of its kind.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_ENTRY_SIZE {
            return Err(DecodeError::Invalid("entry size"));
        }
        let mut reader = Reader::new(bytes);
        let entry = match reader.u8()? {
            MANIFEST => {
                let (manifest, organiser_signature) = read_signed(&mut reader, bytes.len() - 1)?;
                Self::Manifest { manifest, organiser_signature }
            }
            SIGNATURE => Self::Signature(Token::decode(reader.take(Token::SIZE)?)?),
            WITHDRAWAL => Self::Withdrawal(Withdrawal::read(&mut reader)?),
            ISSUANCE_STATEMENT => Self::IssuanceStatement(IssuanceStatement::read(&mut reader)?),
            CLOSE_STATEMENT => {
                Self::CloseStatement(CloseStatement { issued: reader.u64()?, signature: reader.array::<64>()?.into() })
            }
            NOTICE => {
                let (notice, signature) = read_signed(&mut reader, bytes.len() - 1)?;
                Self::Notice(SignedNotice { notice, signature })
            }
            _ => return Err(DecodeError::Invalid("kind")),
        };
        reader.finish()?;
        Ok(entry)
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Manifest { manifest, organiser_signature } => {
                write_signed(&mut out, MANIFEST, manifest, organiser_signature);
            }
            Self::Signature(token) => {
                out.push(SIGNATURE);
                out.extend_from_slice(&token.encode());
            }
            Self::Withdrawal(withdrawal) => {
                out.push(WITHDRAWAL);
                withdrawal.write(&mut out);
            }
            Self::IssuanceStatement(statement) => {
                out.push(ISSUANCE_STATEMENT);
                statement.write(&mut out);
            }
            Self::CloseStatement(statement) => {
                out.push(CLOSE_STATEMENT);
                out.extend_from_slice(&statement.issued.to_be_bytes());
                out.extend_from_slice(statement.signature.as_bytes());
            }
            Self::Notice(SignedNotice { notice, signature }) => write_signed(&mut out, NOTICE, notice, signature),
        }
        out
    }

    /// Leaf hash of the encoding.
    pub fn leaf_hash(&self) -> Hash {
        Hash::of_leaf(&self.encode())
    }
}

impl CloseStatement {
    /// Signs the final count.
    pub fn sign(petition_id: &PetitionId, issued: u64, key: &SecretKey) -> Self {
        Self { issued, signature: key.sign(&close_signing_text(petition_id, issued)) }
    }

    /// Verifies the signature.
    pub fn verify(&self, petition_id: &PetitionId, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(&close_signing_text(petition_id, self.issued), &self.signature)
    }
}

fn close_signing_text(petition_id: &PetitionId, issued: u64) -> Vec<u8> {
    format!("undersign close v1\n{petition_id}\n{issued}\n").into_bytes()
}

fn read_signed(reader: &mut Reader<'_>, size: usize) -> Result<(Vec<u8>, Signature), DecodeError> {
    let body = size.checked_sub(Signature::SIZE).ok_or(DecodeError::Truncated)?;
    let text = reader.take(body)?.to_vec();
    Ok((text, reader.array::<64>()?.into()))
}

fn write_signed(out: &mut Vec<u8>, kind: u8, text: &[u8], signature: &Signature) {
    out.push(kind);
    out.extend_from_slice(text);
    out.extend_from_slice(signature.as_bytes());
}

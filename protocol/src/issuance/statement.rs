use crate::codec::{DecodeError, Reader};
use crate::ed25519::{PublicKey, SecretKey, Signature, SignatureError};
use crate::petition::PetitionId;
use crate::{json_object, serde_by_json};

/// How many tokens of a petition were issued so far, in the issuer's own word: the one number that passes from the identified side to
/// the anonymous side. JSON in `GET /v1/petitions/{petition_id}/issued`; in the log u64 issued ‖ signature, 72 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuanceStatement {
    /// Tokens issued since the petition opened.
    pub issued: u64,
    /// By issuer.statement_key over `"undersign issued v1\n{petition_id}\n{issued}\n"`.
    pub signature: Signature,
}

json_object!(strict IssuanceStatement { issued, signature });
serde_by_json!(IssuanceStatement);

impl IssuanceStatement {
    /// Signs a count.
    pub fn sign(petition_id: &PetitionId, issued: u64, key: &SecretKey) -> Self {
        Self { issued, signature: key.sign(&signing_text(petition_id, issued)) }
    }

    /// Verifies the signature.
    pub fn verify(&self, petition_id: &PetitionId, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify(&signing_text(petition_id, self.issued), &self.signature)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { issued: reader.u64()?, signature: reader.array::<64>()?.into() })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.issued.to_be_bytes());
        out.extend_from_slice(self.signature.as_bytes());
    }
}

fn signing_text(petition_id: &PetitionId, issued: u64) -> Vec<u8> {
    format!("undersign issued v1\n{petition_id}\n{issued}\n").into_bytes()
}

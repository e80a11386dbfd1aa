use super::Hash;
use super::note::{Note, signature_line};
use super::note_key::NoteKey;
use crate::bytes::{from_base64, to_base64};
use crate::ed25519::{PublicKey, SecretKey, Signature};

/// A tree head (C2SP tlog-checkpoint): origin, size and root. Extension lines are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Number of entries.
    pub tree_size: u64,
    /// Root hash (RFC 6962 §2.1).
    pub root: Hash,
}

/// Why a note is not a checkpoint of the log that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note.
    #[error("not a signed note")]
    Note,
    /// The note's text is not three lines: origin, size, base64 of the root.
    #[error("not a checkpoint")]
    Form,
    /// Of another log.
    #[error("a checkpoint of another log")]
    Origin,
    /// Without the log's own valid signature.
    #[error("the log's signature is missing or not valid")]
    Signature,
}

impl Checkpoint {
    /// The note's text.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.tree_size, to_base64(self.root.as_bytes()))
    }

    /// Reads a note's text: exactly three lines.
    pub fn parse_text(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Form)?.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Form);
        };
        let tree_size: u64 = size.parse().map_err(|_| CheckpointError::Form)?;
        let root = from_base64(root).ok_or(CheckpointError::Form)?;
        let checkpoint = Self {
            origin: origin.to_owned(),
            tree_size,
            root: Hash::try_from(root.as_slice()).map_err(|_| CheckpointError::Form)?,
        };
        // "+7" and "07" parse as numbers too; one tree head has one text.
        if origin.is_empty() || checkpoint.text() != text {
            return Err(CheckpointError::Form);
        }
        Ok(checkpoint)
    }

    /// Signs the checkpoint as a note whose key name is the origin.
    pub fn sign(&self, key: &SecretKey) -> Result<String, CheckpointError> {
        let note_key = CheckpointKey::new(self.origin.clone(), key.public_key());
        let text = self.text();
        let note = [&text, "\n", &signature_line(&note_key.0, key.sign(text.as_bytes()).as_bytes())].concat();
        // An origin that is no name would make a note that nobody reads.
        Note::parse(&note).is_some().then_some(note).ok_or(CheckpointError::Note)
    }

    /// Opens a note that must carry the valid signature of this log's key. Signatures of other keys (witnesses) are passed over.
    pub fn open(note: &str, key: &CheckpointKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note).ok_or(CheckpointError::Note)?;
        let signature = note.signature_by(&key.0).and_then(|signature| Signature::try_from(signature).ok());
        let verified = signature.map(|signature| key.public_key().verify(note.text.as_bytes(), &signature));
        verified.and_then(Result::ok).ok_or(CheckpointError::Signature)?;
        let checkpoint = Self::parse_text(note.text)?;
        if checkpoint.origin == key.origin() { Ok(checkpoint) } else { Err(CheckpointError::Origin) }
    }
}

/// A log's public key under the log's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointKey(NoteKey);

/// The text is not the vkey of a log: `origin+hash+base64(0x01 ‖ key)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a log, as in petitions.example/v1/log+0a1b2c3d+AQ…")]
pub struct CheckpointKeyError;

impl CheckpointKey {
    /// Names a key.
    pub fn new(origin: String, public_key: PublicKey) -> Self {
        Self(NoteKey { name: origin, kind: NoteKey::ED25519, public_key })
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.0.name
    }

    /// The key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }
}

impl std::str::FromStr for CheckpointKey {
    type Err = CheckpointKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NoteKey::parse_vkey(text, NoteKey::ED25519).map(Self).ok_or(CheckpointKeyError)
    }
}

/// The vkey.
impl std::fmt::Display for CheckpointKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.vkey())
    }
}

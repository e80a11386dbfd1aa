use super::Checkpoint;
use super::note::{Note, signature_line};
use super::note_key::{NoteKey, is_name};
use crate::ed25519::{PublicKey, SecretKey, Signature};
use crate::timestamp::Timestamp;

/// Bytes of a cosignature: u64 time ‖ `signature[64]`.
const SIZE: usize = 8 + Signature::SIZE;

/// A witness: somebody who signs that a log has only grown, under a name of its own (C2SP tlog-cosignature, Ed25519).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey(NoteKey);

/// The text is not the vkey of a witness: `name+hash+base64(0x04 ‖ key)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a witness, as in witness.example+0a1b2c3d+BA…")]
pub struct WitnessKeyError;

impl WitnessKey {
    /// Names a key; `None` where the name has spaces, pluses or control characters.
    pub fn new(name: &str, public_key: PublicKey) -> Option<Self> {
        let key = NoteKey { name: name.to_owned(), kind: NoteKey::COSIGNATURE, public_key };
        is_name(name).then_some(Self(key))
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// Cosigns a checkpoint: the line to be added to its note, with its newline. "As of `now`, this is the largest tree of this log
    /// that I have seen, and it contains all smaller ones."
    pub fn cosign(&self, checkpoint: &Checkpoint, now: Timestamp, key: &SecretKey) -> String {
        let signature = key.sign(&signing_text(now.seconds(), checkpoint.text().as_bytes()));
        let signature = [now.seconds().to_be_bytes().as_slice(), signature.as_bytes()].concat();
        signature_line(&self.0, &signature)
    }

    /// When this witness has cosigned a note, if it has. A line of its name that is not its signature counts for nothing.
    pub fn cosigned_at(&self, note: &str) -> Option<Timestamp> {
        let note = Note::parse(note)?;
        let cosignature: &[u8; SIZE] = note.signature_by(&self.0)?.try_into().ok()?;
        let (time, signature) = cosignature.split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        // Above 2^63 - 1 a time is none (C2SP tlog-cosignature).
        i64::try_from(time).ok()?;
        let signature = Signature::try_from(signature).ok()?;
        self.0.public_key.verify(&signing_text(time, note.text.as_bytes()), &signature).ok()?;
        Timestamp::from_seconds(time).ok()
    }
}

impl std::str::FromStr for WitnessKey {
    type Err = WitnessKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NoteKey::parse_vkey(text, NoteKey::COSIGNATURE).map(Self).ok_or(WitnessKeyError)
    }
}

/// The vkey.
impl std::fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.vkey())
    }
}

fn signing_text(time: u64, checkpoint: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {time}\n").as_bytes(), checkpoint].concat()
}

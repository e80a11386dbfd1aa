use signed_note::{Note, Signature as NoteSignature, Verifier, VerifierList};

use super::Checkpoint;
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
        // Unwrap safety: the name was checked when this key was made.
        let line = NoteSignature::new(self.name().to_owned(), self.0.id(), signature).expect("a valid name");
        String::from_utf8_lossy(&line.to_bytes()).into_owned()
    }

    /// When this witness has cosigned a note, if it has. A line of its name that is not its signature counts for nothing.
    pub fn cosigned_at(&self, note: &str) -> Option<Timestamp> {
        let note = Note::from_bytes(note.as_bytes()).ok()?;
        let (verified, _) = note.verify(&VerifierList::new(vec![Box::new(self.clone())])).ok()?;
        let time = verified.first()?.signature().first_chunk::<8>()?;
        Timestamp::from_seconds(u64::from_be_bytes(*time)).ok()
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

impl Verifier for WitnessKey {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn key_id(&self) -> u32 {
        self.0.id()
    }

    fn verify(&self, text: &[u8], cosignature: &[u8]) -> bool {
        let Ok(cosignature) = <&[u8; SIZE]>::try_from(cosignature) else { return false };
        let (time, signature) = cosignature.split_at(8);
        let time = time.iter().fold(0, |time, byte| time << 8 | u64::from(*byte));
        // Above 2^63 - 1 a time is none (C2SP tlog-cosignature).
        let is_time = i64::try_from(time).is_ok();
        let signature = Signature::try_from(signature);
        is_time
            && signature.is_ok_and(|signature| self.0.public_key.verify(&signing_text(time, text), &signature).is_ok())
    }
}

fn signing_text(time: u64, checkpoint: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {time}\n").as_bytes(), checkpoint].concat()
}

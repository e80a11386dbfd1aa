use sha2::{Digest as _, Sha256};

use super::note::is_name_of_any;
use crate::bytes::{from_base64, to_base64};
use crate::ed25519::PublicKey;

/// An Ed25519 key under a name, for one kind of signature, as C2SP signed-note writes it: `name+hash+base64(kind ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoteKey {
    pub name: String,
    pub kind: u8,
    pub public_key: PublicKey,
}

impl NoteKey {
    /// Ed25519 over the note's text: what logs sign with.
    pub const ED25519: u8 = 0x01;
    /// Ed25519 over time and text: what witnesses sign with (C2SP tlog-cosignature).
    pub const COSIGNATURE: u8 = 0x04;

    /// First four bytes of SHA-256(name ‖ "\n" ‖ kind ‖ key), big-endian.
    pub fn id(&self) -> u32 {
        let hash = Sha256::new().chain_update(&self.name).chain_update("\n").chain_update(self.material()).finalize();
        let [first, second, third, fourth, ..] = <[u8; 32]>::from(hash);
        u32::from_be_bytes([first, second, third, fourth])
    }

    /// The vkey, in one line.
    pub fn vkey(&self) -> String {
        format!("{}+{:08x}+{}", self.name, self.id(), to_base64(&self.material()))
    }

    /// Reads a vkey of this kind; `None` where it is of another, or its hash is not its own.
    pub fn parse_vkey(text: &str, kind: u8) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (_, material) = rest.split_once('+')?;
        let material = from_base64(material)?;
        let (first, key) = material.split_first()?;
        let key = Self { name: name.to_owned(), kind, public_key: PublicKey::try_from(key).ok()? };
        // One key has one text, and its hash is checked by that.
        (*first == kind && is_name(name) && key.vkey() == text).then_some(key)
    }

    fn material(&self) -> Vec<u8> {
        [[self.kind].as_slice(), self.public_key.as_bytes()].concat()
    }
}

/// Whether a text can stand as the name of a key (C2SP signed-note). Control characters would break the line.
pub(super) fn is_name(text: &str) -> bool {
    is_name_of_any(text) && !text.chars().any(char::is_control)
}

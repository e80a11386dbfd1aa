use super::note_key::NoteKey;
use crate::bytes::{from_base64, to_base64};

/// Most bytes of a note that is read.
const MAX_SIZE: usize = 1_000_000;

/// Most lines of signatures.
const MAX_SIGNATURES: usize = 100;

/// What a line of a signature begins with.
const MARK: &str = "— ";

/// A signed note (C2SP signed-note): a text, and below an empty line those who signed it. Whether they did is for their keys to say.
pub(super) struct Note<'a> {
    /// With the newline at its end.
    pub text: &'a str,
    signatures: Vec<Line<'a>>,
}

struct Line<'a> {
    name: &'a str,
    id: u32,
    signature: Vec<u8>,
}

impl<'a> Note<'a> {
    /// Reads one.
    pub fn parse(note: &'a str) -> Option<Self> {
        if note.len() > MAX_SIZE || note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return None;
        }
        let end = note.as_bytes().windows(2).rposition(|pair| pair == b"\n\n")? + 1;
        let (text, lines) = note.split_at(end);
        let mut signatures = Vec::new();
        for line in lines.strip_prefix('\n')?.strip_suffix('\n')?.split('\n') {
            signatures.push(Line::parse(line)?);
        }
        (signatures.len() <= MAX_SIGNATURES).then_some(Self { text, signatures })
    }

    /// The first line that bears a key's name and id. A key signs once, so there is no second try with another line.
    pub fn signature_by(&self, key: &NoteKey) -> Option<&[u8]> {
        let id = key.id();
        let line = self.signatures.iter().find(|line| line.id == id && line.name == key.name)?;
        Some(&line.signature)
    }
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(MARK)?.split_once(' ')?;
        let bytes = from_base64(signature)?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        let is_whole = is_name_of_any(name) && !signature.is_empty();
        is_whole.then(|| Self { name, id: u32::from_be_bytes(*id), signature: signature.to_vec() })
    }
}

/// The line by which a key signs, with its newline.
pub(super) fn signature_line(key: &NoteKey, signature: &[u8]) -> String {
    let bytes = [key.id().to_be_bytes().as_slice(), signature].concat();
    [MARK, &key.name, " ", &to_base64(&bytes), "\n"].concat()
}

/// Whether another's key may have this name. Ours are stricter.
pub(super) fn is_name_of_any(name: &str) -> bool {
    !name.is_empty() && !name.contains(|character: char| character.is_whitespace() || character == '+')
}

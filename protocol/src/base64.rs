//! base64 (RFC 4648): one reader and one writer for both alphabets, because browsers load this code. One text for one byte string.

/// An alphabet, and whether the text is filled up to a multiple of four characters.
pub struct Base64 {
    /// The last two characters of the alphabet.
    last: [u8; 2],
    is_padded: bool,
}

impl Base64 {
    /// RFC 4648 §4, with padding.
    pub const STANDARD: Self = Self { last: *b"+/", is_padded: true };
    /// RFC 4648 §5, with padding.
    pub const URL: Self = Self { last: *b"-_", is_padded: true };
    /// RFC 4648 §5, without padding.
    pub const URL_UNPADDED: Self = Self { last: *b"-_", is_padded: false };

    /// Writes a text.
    pub fn encode(&self, bytes: &[u8]) -> String {
        let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
        for three in bytes.chunks(3) {
            let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
            let mut group = byte(0) << 16 | byte(1) << 8 | byte(2);
            for index in 0..4 {
                if index <= three.len() {
                    text.push(self.character(group >> 18 & 63));
                } else if self.is_padded {
                    text.push(b'=');
                }
                group <<= 6;
            }
        }
        // Unwrap safety: the alphabet is ASCII.
        String::from_utf8(text).unwrap_or_default()
    }

    /// Reads a text. A foreign character, other padding and trailing bits that are not zero are refused.
    pub fn decode(&self, text: &str) -> Option<Vec<u8>> {
        // With room for all: what is moved while it grows leaves copies behind, and it may be a secret.
        let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
        let (mut group, mut bits) = (0u32, 0);
        let characters = text.trim_end_matches('=');
        for character in characters.bytes() {
            group = group << 6 | self.value(character)?;
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                bytes.push((group >> bits) as u8);
            }
        }
        // One text for these bytes: no bit is left over that could be anything, no character that makes no byte, and no other padding.
        let whole = if self.is_padded { bytes.len().div_ceil(3) * 4 } else { characters.len() };
        (group & ((1 << bits) - 1) == 0 && bits < 6 && text.len() == whole).then_some(bytes)
    }

    fn character(&self, value: u32) -> u8 {
        let value = value as u8;
        match value {
            0..26 => b'A' + value,
            26..52 => b'a' + (value - 26),
            52..62 => b'0' + (value - 52),
            _ => self.last[usize::from(value & 1)],
        }
    }

    fn value(&self, character: u8) -> Option<u32> {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            _ if character == self.last[0] => 62,
            _ if character == self.last[1] => 63,
            _ => return None,
        };
        Some(value.into())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::Base64;

    const ALL: [(Base64, GeneralPurpose); 3] =
        [(Base64::STANDARD, STANDARD), (Base64::URL, URL_SAFE), (Base64::URL_UNPADDED, URL_SAFE_NO_PAD)];

    proptest! {
        #[test]
        fn bytes_become_the_text_that_another_library_writes(bytes in vec(any::<u8>(), 0..100)) {
            for (ours, theirs) in ALL {
                let text = theirs.encode(&bytes);
                prop_assert_eq!(ours.encode(&bytes), text.clone());
                prop_assert_eq!(ours.decode(&text), Some(bytes.clone()));
            }
        }

        #[test]
        fn a_text_is_read_exactly_where_another_library_reads_it(text in "[A-Da-d0-3+/_=-]{0,12}|\\PC{0,8}") {
            for (ours, theirs) in ALL {
                prop_assert_eq!(ours.decode(&text), theirs.decode(&text).ok(), "{}", text);
            }
        }
    }
}

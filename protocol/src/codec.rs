/// Why bytes are not the encoding of the type that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end before the value does.
    #[error("ends too early")]
    Truncated,
    /// Bytes are left over after the value.
    #[error("has trailing bytes")]
    Trailing,
    /// A field holds a value that its format does not allow; the text names the field.
    #[error("{0} is not valid")]
    Invalid(&'static str),
}

/// Reads big-endian fields from the front of a byte string. Nothing is allocated from a length that was not checked against what is
/// there.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether all bytes were read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes the next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    /// Takes the next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::Truncated)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes, big-endian.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    /// Eight bytes, big-endian.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_be_bytes)
    }

    /// A byte string behind a one-byte length (RFC 8446 §3.4).
    pub fn vector_u8(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    /// A byte string behind a two-byte length (RFC 8446 §3.4).
    pub fn vector_u16(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// A byte string behind a variable-length integer (RFC 9000 §16), which must be as short as its value allows.
    pub fn vector_varint(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.varint()?;
        self.take(usize::try_from(length).map_err(|_| DecodeError::Truncated)?)
    }

    /// A variable-length integer (RFC 9000 §16), which must be as short as its value allows.
    pub fn varint(&mut self) -> Result<u64, DecodeError> {
        let first = self.u8()?;
        let size = 1usize << (first >> 6);
        let mut value = u64::from(first & 0x3f);
        for _ in 1..size {
            value = value << 8 | u64::from(self.u8()?);
        }
        // Two encodings of one length would give one request two digests.
        if varint_size(value) != size {
            return Err(DecodeError::Invalid("length"));
        }
        Ok(value)
    }

    /// Ends the reading: nothing may be left.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing) }
    }
}

/// Appends a byte string behind its length as a minimal variable-length integer (RFC 9000 §16).
pub fn write_vector_varint(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = bytes.len() as u64;
    match varint_size(length) {
        1 => out.push(length as u8),
        2 => out.extend_from_slice(&(0x4000 | length as u16).to_be_bytes()),
        4 => out.extend_from_slice(&(0x8000_0000 | length as u32).to_be_bytes()),
        _ => out.extend_from_slice(&(0xc000_0000_0000_0000 | length).to_be_bytes()),
    }
    out.extend_from_slice(bytes);
}

fn varint_size(value: u64) -> usize {
    match value {
        0..=0x3f => 1,
        0x40..=0x3fff => 2,
        0x4000..=0x3fff_ffff => 4,
        _ => 8,
    }
}

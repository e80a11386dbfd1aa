use super::{REQUEST_SIZE, RESPONSE_SIZE};
use crate::codec::{DecodeError, Reader};

/// Framing indicators of known-length messages (RFC 9292 §3.1).
const KNOWN_LENGTH_REQUEST: u64 = 0;
const KNOWN_LENGTH_RESPONSE: u64 = 1;

/// Fills a Binary HTTP message up with zeros (RFC 9292 §3.8).
///
/// # Returns
/// `size` bytes; `None` where the message is larger.
pub fn pad(message: &[u8], size: usize) -> Option<Vec<u8>> {
    if message.len() > size {
        return None;
    }
    // All at once: what is moved while it grows leaves copies behind, and a token is in it.
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(message);
    padded.resize(size, 0);
    Some(padded)
}

/// Takes the padding off a request of exactly [`REQUEST_SIZE`] bytes.
///
/// # Returns
/// The message in the form that is accepted here: of known length, its lengths as short as they can be, without trailers, and with
/// nothing but zeros behind it.
pub fn unpad_request(padded: &[u8]) -> Result<&[u8], DecodeError> {
    unpad(padded, REQUEST_SIZE, |reader| {
        expect(reader, KNOWN_LENGTH_REQUEST)?;
        // Method, scheme, authority and path.
        for _ in 0..4 {
            reader.vector_varint()?;
        }
        Ok(())
    })
}

/// Takes the padding off an answer of exactly [`RESPONSE_SIZE`] bytes, as [`unpad_request`] does. An interim answer is refused.
pub fn unpad_response(padded: &[u8]) -> Result<&[u8], DecodeError> {
    unpad(padded, RESPONSE_SIZE, |reader| {
        expect(reader, KNOWN_LENGTH_RESPONSE)?;
        if (200..=599).contains(&reader.varint()?) { Ok(()) } else { Err(DecodeError::Invalid("status")) }
    })
}

fn unpad(
    padded: &[u8],
    size: usize,
    control_data: impl FnOnce(&mut Reader<'_>) -> Result<(), DecodeError>,
) -> Result<&[u8], DecodeError> {
    if padded.len() != size {
        return Err(DecodeError::Invalid("size"));
    }
    let mut reader = Reader::new(padded);
    control_data(&mut reader)?;
    // Header section and content. What was left out at the end because it is empty reads as padding, and as empty.
    reader.vector_varint()?;
    reader.vector_varint()?;
    if !reader.is_empty() && !reader.vector_varint()?.is_empty() {
        return Err(DecodeError::Invalid("trailers"));
    }
    let (message, padding) = padded.split_at(size - reader.rest().len());
    // Anything else would be a place for what nobody looks at.
    if padding.iter().all(|byte| *byte == 0) { Ok(message) } else { Err(DecodeError::Invalid("padding")) }
}

fn expect(reader: &mut Reader<'_>, framing: u64) -> Result<(), DecodeError> {
    if reader.varint()? == framing { Ok(()) } else { Err(DecodeError::Invalid("framing")) }
}

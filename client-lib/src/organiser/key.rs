use rand_core::CryptoRng;
use undersign_protocol::bytes::{from_base64url, to_base64url};
use undersign_protocol::ed25519::SecretKey;
use zeroize::Zeroizing;

/// The first line of a key file, so that nobody takes it for another kind of key.
const FIRST_LINE: &str = "undersign organiser key v1";

/// The text is not an organiser's key file. What it holds is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an organiser's key file: two lines, `undersign organiser key v1` and the key")]
pub struct KeyFileError;

/// Makes a key from 32 random bytes (RFC 8032 §5.1.5).
pub fn generate_key(rng: &mut impl CryptoRng) -> SecretKey {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut_slice());
    SecretKey::from_seed(&seed)
}

/// Writes a key file: `undersign organiser key v1\n{seed in base64url}\n`.
pub fn format_key(key: &SecretKey) -> Zeroizing<String> {
    let seed = Zeroizing::new(key.seed());
    let encoded = Zeroizing::new(to_base64url(seed.as_slice()));
    Zeroizing::new(format!("{FIRST_LINE}\n{}\n", encoded.as_str()))
}

/// Reads a key file. White space around the lines is passed over: the file may have gone through an editor.
pub fn parse_key(text: &str) -> Result<SecretKey, KeyFileError> {
    let mut lines = text.trim().lines().map(str::trim);
    let (Some(FIRST_LINE), Some(encoded), None) = (lines.next(), lines.next(), lines.next()) else {
        return Err(KeyFileError);
    };
    let seed = Zeroizing::new(from_base64url(encoded).map_err(|_| KeyFileError)?);
    let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| KeyFileError)?;
    Ok(SecretKey::from_seed(seed))
}

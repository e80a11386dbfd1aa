use sha2::{Digest as _, Sha256};
use undersign_protocol::ed25519::SecretKey;

/// 32 bytes for a purpose and a number.
pub fn bytes(seed: u64, purpose: &str, number: u64) -> [u8; 32] {
    let hash = Sha256::new()
        .chain_update("undersign log generator\n")
        .chain_update(seed.to_be_bytes())
        .chain_update(number.to_be_bytes())
        .chain_update(purpose);
    hash.finalize().into()
}

/// As many bytes as are wanted.
pub fn long<const N: usize>(seed: u64, purpose: &str, number: u64) -> [u8; N] {
    let mut out = [0; N];
    for (place, chunk) in out.chunks_mut(32).enumerate() {
        let block = bytes(seed, &format!("{purpose} {place}"), number);
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
    out
}

/// An Ed25519 key for a purpose.
pub fn key(seed: u64, purpose: &str) -> SecretKey {
    SecretKey::from_seed(&bytes(seed, purpose, 0))
}

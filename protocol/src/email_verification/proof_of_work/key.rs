use sha2::block_api::compress256;

/// Fractional parts of the square roots of the first eight primes: where SHA-256 begins (FIPS 180-4 §5.3.3).
const BEGINNING: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) of one block, with the password that ALTCHA makes of nonce and counter: `nonce[16] ‖ u32 counter`.
///
/// Every block that is hashed has a known size, so the two halves of the HMAC's key are hashed once and all that is left of an iteration
/// is two compressions.
pub fn derive(nonce: &[u8; 16], salt: &[u8; 16], counter: u32, iterations: u32) -> [u8; 32] {
    let mut password = [0; 64];
    password[..16].copy_from_slice(nonce);
    password[16..20].copy_from_slice(&counter.to_be_bytes());
    let (inner, outer) = (keyed(&password, 0x36), keyed(&password, 0x5c));

    // The salt, and the number of the block: the first and only one.
    let mut block = padded(20);
    block[..16].copy_from_slice(salt);
    block[16..20].copy_from_slice(&1u32.to_be_bytes());
    let mut hash = compressed(inner, &block);
    let mut block = padded(32);
    put(&mut block, &hash);
    hash = compressed(outer, &block);
    let mut key = hash;
    for _ in 1..iterations {
        put(&mut block, &hash);
        hash = compressed(inner, &block);
        put(&mut block, &hash);
        hash = compressed(outer, &block);
        for (word, other) in key.iter_mut().zip(hash) {
            *word ^= other;
        }
    }
    put(&mut block, &key);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&block[..32]);
    bytes
}

/// SHA-256 after the block of an HMAC's key.
fn keyed(password: &[u8; 64], pad: u8) -> [u32; 8] {
    compressed(BEGINNING, &password.map(|byte| byte ^ pad))
}

fn compressed(mut state: [u32; 8], block: &[u8; 64]) -> [u32; 8] {
    compress256(&mut state, std::slice::from_ref(block));
    state
}

/// A last block with room for a message of so many bytes, which follows the block of the key.
fn padded(size: u8) -> [u8; 64] {
    let mut block = [0; 64];
    block[usize::from(size)] = 0x80;
    block[62..].copy_from_slice(&((64 + u16::from(size)) * 8).to_be_bytes());
    block
}

fn put(block: &mut [u8; 64], words: &[u32; 8]) {
    for (bytes, word) in block.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
}

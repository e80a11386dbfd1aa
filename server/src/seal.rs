//! XChaCha20-Poly1305 for what is stored or handed out sealed. Its nonces are long enough to be drawn at random for ever, which
//! AES-GCM's at a thousand a second are not.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::entropy::{Entropy, random};

/// Seals under a key, 40 bytes more than the plain text; `context` says what it is for and must be the same at opening.
pub fn seal(key: &[u8; 32], context: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
    let nonce = random::<24>(entropy);
    let payload = Payload { msg: plain, aad: context };
    // Unwrap safety: encryption fails only for messages of 2^38 bytes.
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).expect("shorter than 2^38 bytes");
    [nonce.as_slice(), &sealed].concat()
}

/// Opens what was sealed under this key and context; `None` for anything else.
pub fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
    let payload = Payload { msg: sealed, aad: context };
    cipher(key).decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn only_the_same_key_and_context_open_what_was_sealed() {
        let sealed = seal(&[1; 32], b"here", b"secret", &SystemEntropy);
        assert_eq!(open(&[1; 32], b"here", &sealed).expect("it opens").as_slice(), b"secret");
        assert!(open(&[2; 32], b"here", &sealed).is_none());
        assert!(open(&[1; 32], b"there", &sealed).is_none());
        for length in 0..sealed.len() {
            assert!(open(&[1; 32], b"here", &sealed[..length]).is_none());
        }
    }

    #[test]
    fn one_text_sealed_twice_looks_different() {
        let seal_it = || seal(&[1; 32], b"here", b"secret", &SystemEntropy);
        assert_ne!(seal_it(), seal_it());
    }
}

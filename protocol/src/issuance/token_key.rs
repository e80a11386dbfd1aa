use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use super::NK;
use crate::bytes::{byte_string, from_base64url, to_base64url};
use crate::json::{FromJson, JsonError, ToJson, Value};

byte_string!(
    /// token_key_id (RFC 9578 §6.1): SHA-256 of the SPKI, 32 bytes.
    TokenKeyId,
    32
);

impl TokenKeyId {
    /// The last byte, which a token request carries (RFC 9578 §6.1).
    pub fn truncated(&self) -> u8 {
        self.as_bytes()[31]
    }
}

/// Everything of the SPKI before the modulus. The AlgorithmIdentifier is id-RSASSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes
/// of salt, without NULL parameters, as RFC 9578 §6.5 wants it.
const PREFIX: [u8; 81] = [
    0x30, 0x82, 0x01, 0x52, // SubjectPublicKeyInfo
    0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, // id-RSASSA-PSS
    0x30, 0x30, // RSASSA-PSS-params
    0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, // SHA-384
    0xa1, 0x1a, 0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, // MGF1
    0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, // SHA-384
    0xa2, 0x03, 0x02, 0x01, 0x30, // 48 bytes of salt
    0x03, 0x82, 0x01, 0x0f, 0x00, // BIT STRING
    0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00, // RSAPublicKey, modulus
];
/// Everything after the modulus: publicExponent 65537.
const SUFFIX: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// A petition's RSA-2048 public key, checked. Its one encoding is the SPKI of 342 bytes; other encodings of the same key would have
/// other key ids, and a server could mark people by them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenKey {
    modulus: [u8; NK],
}

/// Why bytes are not a token key that a careful client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenKeyError {
    /// Not 342 bytes.
    #[error("the key is not 342 bytes long")]
    Size,
    /// Another algorithm, other parameters, another exponent than 65537, or another encoding of them.
    #[error("the key is not RSASSA-PSS with SHA-384, MGF1-SHA-384, 48 bytes of salt and e = 65537")]
    Parameters,
    /// The modulus has not exactly 2048 bits, or is even.
    #[error("the modulus is not an odd number of 2048 bits")]
    Modulus,
    /// The modulus has a prime factor below 65,536.
    #[error("the modulus has a small factor")]
    SmallFactor,
}

impl TokenKey {
    /// Bytes of the SPKI.
    pub const SPKI_SIZE: usize = PREFIX.len() + NK + SUFFIX.len();

    /// Reads an SPKI. Everything but the modulus is compared with the one allowed encoding, so what is taken re-encodes to the same
    /// bytes.
    pub fn from_spki(spki: &[u8]) -> Result<Self, TokenKeyError> {
        if spki.len() != Self::SPKI_SIZE {
            return Err(TokenKeyError::Size);
        }
        let (prefix, rest) = spki.split_at(PREFIX.len());
        let (modulus, suffix) = rest.split_at(NK);
        if prefix != PREFIX || suffix != SUFFIX {
            return Err(TokenKeyError::Parameters);
        }
        Self::from_modulus(modulus.try_into().map_err(|_| TokenKeyError::Size)?)
    }

    /// From the modulus, big-endian.
    pub fn from_modulus(modulus: [u8; NK]) -> Result<Self, TokenKeyError> {
        if modulus[0] & 0x80 == 0 || modulus[NK - 1] & 1 == 0 {
            return Err(TokenKeyError::Modulus);
        }
        if has_small_factor(&modulus) {
            return Err(TokenKeyError::SmallFactor);
        }
        Ok(Self { modulus })
    }

    /// The 342 bytes.
    pub fn to_spki(&self) -> Vec<u8> {
        [PREFIX.as_slice(), &self.modulus, &SUFFIX].concat()
    }

    /// The modulus n, 256 bytes, big-endian.
    pub fn modulus(&self) -> &[u8; NK] {
        &self.modulus
    }

    /// SHA-256 of the SPKI.
    pub fn id(&self) -> TokenKeyId {
        TokenKeyId::from(<[u8; 32]>::from(Sha256::digest(self.to_spki())))
    }

    /// Whether 1 < m < n, as a blinded message must be (RFC 9474 §4.3: larger ones are an error; 0 and 1 sign to themselves).
    pub fn in_range(&self, message: &[u8; NK]) -> bool {
        let above_one = message[..NK - 1].iter().any(|byte| *byte != 0) || message[NK - 1] > 1;
        above_one && message.as_slice() < self.modulus.as_slice()
    }
}

/// Trial division by the odd primes below 2^16, 16 bits of the modulus at a time. Nothing is longer than 32 bits: where WebAssembly is
/// off, a division of 64 bits is made bit by bit, and interpreted. Eight primes side by side, for a processor need not wait for one
/// remainder to begin another.
fn has_small_factor(modulus: &[u8; NK]) -> bool {
    let (words, _) = modulus.as_chunks::<2>();
    SMALL_PRIMES.iter().any(|primes| {
        let mut rests = [0; 8];
        for word in words {
            let word = u32::from(u16::from_be_bytes(*word));
            for (rest, prime) in rests.iter_mut().zip(primes) {
                *rest = (*rest << 16 | word) % prime;
            }
        }
        rests.contains(&0)
    })
}

/// The odd primes below 2^16, by the sieve of Eratosthenes; the last eight are made up with the first.
static SMALL_PRIMES: LazyLock<Vec<[u32; 8]>> = LazyLock::new(|| {
    let mut composite = vec![false; 1 << 16];
    let mut primes = Vec::new();
    for number in (3..composite.len()).step_by(2) {
        if !composite[number] {
            primes.push(number as u32);
            composite.iter_mut().step_by(number).for_each(|multiple| *multiple = true);
        }
    }
    primes.resize(primes.len().next_multiple_of(8), 3);
    primes.as_chunks().0.to_vec()
});

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKey({})", self.id())
    }
}

impl FromJson for TokenKey {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let spki = from_base64url(value.string()?).map_err(|error| JsonError::of(&error))?;
        Self::from_spki(&spki).map_err(|error| JsonError::of(&error))
    }
}

impl ToJson for TokenKey {
    fn to_json(&self) -> Value<'_> {
        Value::String(to_base64url(&self.to_spki()).into())
    }
}

impl Serialize for TokenKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_base64url(&self.to_spki()))
    }
}

impl<'de> Deserialize<'de> for TokenKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let spki = from_base64url(&text).map_err(de::Error::custom)?;
        Self::from_spki(&spki).map_err(de::Error::custom)
    }
}

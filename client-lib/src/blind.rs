//! RSABSSA-SHA384-PSS-Deterministic (RFC 9474) for tokens of type 0x0002 (RFC 9578 §6). The only file that names the library below:
//! its secrets print and are not wiped, so none of its types leaves here.

use blind_rsa_signatures::PublicKeySha384PSSDeterministic;
use blind_rsa_signatures::reexports::digest::Digest as _;
use blind_rsa_signatures::reexports::hmac_sha512::sha384::Hash as Sha384;
use rand_core::CryptoRng;
use rsa::pss::Pss;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, RsaPublicKey};
use undersign_protocol::issuance::{NK, TokenKey, TokenRequest, TokenResponse};
use undersign_protocol::redemption::{Token, TokenInput};
use zeroize::{Zeroize as _, Zeroizing};

/// e of every token key.
const EXPONENT: u64 = 65_537;

/// Bytes of salt.
const SALT: usize = 48;

/// What turns the issuer's answer into a token: RFC 9474 §4.2's inv, 256 bytes. Whoever has it and the request can link the token
/// to the address, so it has no `Debug`, is wiped when dropped, and is written nowhere but in the saved state.
pub struct BlindingSecret(Zeroizing<[u8; NK]>);

/// Why blinding, unblinding or a verification failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlindError {
    /// The library does not take the key, or a message shares a factor with it: the key is not an honest one.
    #[error("the petition's key cannot be used")]
    Key,
    /// The answer does not unblind to a valid signature, or the token's signature is not valid.
    #[error("the signature is not valid")]
    Signature,
}

/// Blinds a token input: draws salt and blinding factor, and gives the request to send and the secret to keep (RFC 9474 §4.2).
/// Every call draws anew; there is no way to choose the salt or the factor, which could carry a mark.
pub fn blind(
    key: &TokenKey,
    input: &TokenInput,
    rng: &mut impl CryptoRng,
) -> Result<(TokenRequest, BlindingSecret), BlindError> {
    let public_key = PublicKeySha384PSSDeterministic::new(public_key(key)?);
    let mut blinded = public_key.blind(rng, input.encode()).map_err(|_| BlindError::Key)?;
    let secret = BlindingSecret::try_from(blinded.secret.0.as_slice());
    blinded.secret.0.zeroize();
    let blinded_msg = blinded.blind_message.0.as_slice().try_into().map_err(|_| BlindError::Key)?;
    Ok((TokenRequest { truncated_token_key_id: key.id().truncated(), blinded_msg }, secret?))
}

/// Unblinds an answer and verifies the signature (RFC 9474 §4.4).
///
/// # Errors
/// [`BlindError::Signature`]: the issuer has signed something else or with another key. The same input, salt and factor must never
/// be used again: a second answer to them could tell the issuer which token they became.
pub fn finalize(
    key: &TokenKey,
    input: &TokenInput,
    secret: BlindingSecret,
    response: &TokenResponse,
) -> Result<Token, BlindError> {
    // RFC 9474 leaves out the range, which the library's arithmetic takes for granted.
    if !key.in_range(&response.blind_sig) {
        return Err(BlindError::Signature);
    }
    let inverse = Zeroizing::new(number(secret.expose())?);
    let signature = number(&response.blind_sig)?.mul_mod(&inverse, public_key(key)?.n()).to_be_bytes();
    verify_signature(key, &input.encode(), &signature)?;
    let authenticator = signature.as_ref().try_into().map_err(|_| BlindError::Signature)?;
    Ok(Token { input: *input, authenticator })
}

/// Verifies a token's signature under a key, and that the token names this key by its full id.
pub fn verify(key: &TokenKey, token: &Token) -> Result<(), BlindError> {
    if token.input.token_key_id != key.id() {
        return Err(BlindError::Key);
    }
    verify_signature(key, &token.input.encode(), &token.authenticator)
}

/// RSASSA-PSS verification over any message (RFC 8017 §8.1.2), SHA-384, MGF1-SHA-384, 48 bytes of salt; as [`verify`] and
/// [`finalize`] use it.
///
/// # Errors
/// [`BlindError::Signature`], also where the signature is not 256 bytes long.
pub fn verify_signature(key: &TokenKey, message: &[u8], signature: &[u8]) -> Result<(), BlindError> {
    let signature: &[u8; NK] = signature.try_into().map_err(|_| BlindError::Signature)?;
    if !key.in_range(signature) {
        return Err(BlindError::Signature);
    }
    let scheme = Pss::<Sha384>::new_with_salt(SALT);
    public_key(key)?.verify(scheme, &Sha384::digest(message), signature).map_err(|_| BlindError::Signature)
}

/// Made from the numbers of the checked SPKI: the library's own parser of SPKI is laxer, and large.
fn public_key(key: &TokenKey) -> Result<RsaPublicKey, BlindError> {
    RsaPublicKey::new(number(key.modulus())?, BoxedUint::from(EXPONENT)).map_err(|_| BlindError::Key)
}

fn number(bytes: &[u8; NK]) -> Result<BoxedUint, BlindError> {
    BoxedUint::from_be_slice(bytes, 8 * NK as u32).map_err(|_| BlindError::Key)
}

impl BlindingSecret {
    /// The bytes, for the saved state alone.
    pub(crate) fn expose(&self) -> &[u8; NK] {
        &self.0
    }
}

/// From the saved state: 256 bytes.
impl TryFrom<&[u8]> for BlindingSecret {
    type Error = BlindError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| BlindError::Key)
    }
}

//! The verifiable oblivious pseudorandom function of RFC 9497, OPRF(ristretto255, SHA-512): whoever has the key evaluates inputs that
//! it does not see, and proves that it used this key. The one file that names the library.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use undersign_protocol::email_verification::{EvaluationAnswer, EvaluatorKey};
use voprf_ng::{BlindedElement, EvaluationElement, Group as _, Proof, Ristretto255, VoprfClient, VoprfServer};
use zeroize::Zeroizing;

use crate::entropy::{Entropy, random};

/// What the key is derived with from its seed (RFC 9497 §3.2.1): a seed gives no key of another kind.
const KEY_INFO: &[u8] = b"undersign evaluator v1";

/// Why there is no evaluation, or none that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OprfError {
    /// The bytes are no element of the group, or its identity.
    #[error("not an element of ristretto255")]
    Element,
    /// The bytes are no proof, or the proof does not show that this key was used.
    #[error("the proof does not fit the public key")]
    Proof,
    /// An input of more than 65,535 bytes, whose length has no place in what is hashed; or a seed from which no key follows.
    #[error("not an input")]
    Input,
}

/// The secret key. No `Debug`; wiped when it is dropped.
pub struct OprfKey(VoprfServer<Ristretto255>);

impl OprfKey {
    /// Derives it from a random seed (RFC 9497 §3.2.1, DeriveKeyPair).
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, OprfError> {
        VoprfServer::new_from_seed(seed, KEY_INFO).map(Self).map_err(|_| OprfError::Input)
    }

    /// What clients verify proofs with.
    pub fn public_key(&self) -> EvaluatorKey {
        let bytes: [u8; 32] = Ristretto255::serialize_elem(self.0.get_public_key()).into();
        EvaluatorKey::from(bytes)
    }

    /// Evaluates a blinded element and proves it (RFC 9497 §3.3.2, BlindEvaluate).
    pub fn evaluate(&self, blinded: &[u8; 32], entropy: &dyn Entropy) -> Result<EvaluationAnswer, OprfError> {
        let blinded = BlindedElement::deserialize(blinded).map_err(|_| OprfError::Element)?;
        let evaluated = self.0.blind_evaluate(&mut Drawn(entropy), &blinded).map_err(|_| OprfError::Element)?;
        Ok(EvaluationAnswer {
            evaluated_element: evaluated.message.serialize().into(),
            proof: evaluated.proof.serialize().into(),
        })
    }
}

/// An input on its way: what its evaluation is unblinded with. No `Debug`; the factor is wiped when it is dropped.
pub struct Blinded<'a> {
    state: VoprfClient<Ristretto255>,
    input: &'a [u8],
    /// What is sent: it tells nothing of the input, and is another one each time.
    pub element: [u8; 32],
}

impl<'a> Blinded<'a> {
    /// Blinds an input (RFC 9497 §3.3.1).
    pub fn new(input: &'a [u8], entropy: &dyn Entropy) -> Result<Self, OprfError> {
        let blinded = VoprfClient::<Ristretto255>::blind(input, &mut Drawn(entropy)).map_err(|_| OprfError::Input)?;
        Ok(Self { state: blinded.state, input, element: blinded.message.serialize().into() })
    }

    /// Checks an evaluation against a public key, and unblinds it: 64 bytes, the same for one input and one key each time.
    pub fn finalize(&self, answer: &EvaluationAnswer, key: &EvaluatorKey) -> Result<Zeroizing<[u8; 64]>, OprfError> {
        let evaluated = EvaluationElement::deserialize(&answer.evaluated_element).map_err(|_| OprfError::Element)?;
        let proof = Proof::deserialize(&answer.proof).map_err(|_| OprfError::Proof)?;
        let key = Ristretto255::deserialize_elem(key.as_bytes()).map_err(|_| OprfError::Element)?;
        let output = self.state.finalize(self.input, &evaluated, &proof, key).map_err(|_| OprfError::Proof)?;
        Ok(Zeroizing::new(output.into()))
    }
}

/// Whether a public key is an element at all.
pub fn is_key(key: &EvaluatorKey) -> bool {
    Ristretto255::deserialize_elem(key.as_bytes()).is_ok()
}

/// Our randomness in the library's form.
struct Drawn<'a>(&'a dyn Entropy);

impl TryRng for Drawn<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(random(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(random(self.0)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Drawn<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    /// RFC 9497, A.1.2: verifiable mode of OPRF(ristretto255, SHA-512), one element at a time.
    struct Vector {
        input: &'static str,
        blinded_element: &'static str,
        evaluated_element: &'static str,
        proof: &'static str,
        output: &'static str,
    }

    const BLIND: &str = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";
    const PROOF_RANDOM_SCALAR: &str = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e";
    const PUBLIC_KEY: &str = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";
    const VECTORS: [Vector; 2] = [
        Vector {
            input: "00",
            blinded_element: "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
            evaluated_element: "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
            proof: "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd066d4346421d17bf5117a2a1ff0fcb2a759f58\
                    a539dfbe857a40bce4cf49ec600d",
            output: "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a4\
                     91351d23b430948dd50cde10d32b3c",
        },
        Vector {
            input: "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
            blinded_element: "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
            evaluated_element: "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
            proof: "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a67154fabf031fd936051dec80b0b6ae29c95\
                    03493dde7393b722eafdf5a50b02",
            output: "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e48090\
                     6d27ecd994985890e5f539e7ea74b6",
        },
    ];

    /// Gives the same bytes each time, and no others.
    struct Fixed([u8; 32]);

    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.copy_from_slice(&self.0);
        }
    }

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).expect("hexadecimal").try_into().expect("the size")
    }

    fn fixed(text: &str) -> Fixed {
        Fixed(bytes(text))
    }

    fn vectors_key() -> OprfKey {
        OprfKey(VoprfServer::new_from_seed(&[0xa3; 32], b"test key").expect("a key"))
    }

    #[test]
    fn rfc9497_oprf_ristretto255_sha512_verifiable() {
        let key = vectors_key();
        assert_eq!(key.public_key(), EvaluatorKey::from(bytes::<32>(PUBLIC_KEY)));
        for vector in VECTORS {
            let input = hex::decode(vector.input).expect("hexadecimal");
            let blinded = Blinded::new(&input, &fixed(BLIND)).expect("an input");
            assert_eq!(blinded.element, bytes::<32>(vector.blinded_element));
            let answer = key.evaluate(&blinded.element, &fixed(PROOF_RANDOM_SCALAR)).expect("an element");
            assert_eq!(answer.evaluated_element, bytes::<32>(vector.evaluated_element));
            assert_eq!(answer.proof, bytes::<64>(vector.proof));
            let output = blinded.finalize(&answer, &key.public_key()).expect("a proof that fits");
            assert_eq!(*output, bytes::<64>(vector.output));
        }
    }

    #[test]
    fn one_input_is_blinded_anew_each_time_and_gives_one_output() {
        let key = OprfKey::from_seed(&[1; 32]).expect("a key");
        let evaluate = |input: &[u8]| {
            let blinded = Blinded::new(input, &SystemEntropy).expect("an input");
            let answer = key.evaluate(&blinded.element, &SystemEntropy).expect("an element");
            (blinded.element, *blinded.finalize(&answer, &key.public_key()).expect("a proof that fits"))
        };
        let (first, second, other) = (evaluate(b"a@b.example"), evaluate(b"a@b.example"), evaluate(b"b@b.example"));
        assert_ne!(first.0, second.0);
        assert_eq!(first.1, second.1);
        assert_ne!(first.1, other.1);
    }

    #[test]
    fn what_another_key_evaluated_or_somebody_changed_is_refused() {
        let (key, other) = (OprfKey::from_seed(&[1; 32]).expect("a key"), OprfKey::from_seed(&[2; 32]).expect("a key"));
        let blinded = Blinded::new(b"a@b.example", &SystemEntropy).expect("an input");
        let answer = key.evaluate(&blinded.element, &SystemEntropy).expect("an element");
        assert!(blinded.finalize(&answer, &key.public_key()).is_ok(), "the control");
        assert_eq!(blinded.finalize(&answer, &other.public_key()).err(), Some(OprfError::Proof));
        let by_other = other.evaluate(&blinded.element, &SystemEntropy).expect("an element");
        assert_eq!(blinded.finalize(&by_other, &key.public_key()).err(), Some(OprfError::Proof));
        let mixed = EvaluationAnswer { evaluated_element: by_other.evaluated_element, ..answer };
        assert_eq!(blinded.finalize(&mixed, &key.public_key()).err(), Some(OprfError::Proof));
        for index in 0..64 {
            let mut changed = answer;
            changed.proof[index] ^= 1;
            assert_eq!(blinded.finalize(&changed, &key.public_key()).err(), Some(OprfError::Proof), "byte {index}");
        }
    }

    #[test]
    fn the_identity_and_what_is_no_element_are_refused() {
        let key = OprfKey::from_seed(&[1; 32]).expect("a key");
        for bytes in [[0; 32], [0xff; 32]] {
            assert_eq!(key.evaluate(&bytes, &SystemEntropy).err(), Some(OprfError::Element));
            assert!(!is_key(&EvaluatorKey::from(bytes)));
        }
        assert!(is_key(&key.public_key()));
    }

    #[test]
    fn an_input_whose_length_has_no_place_is_refused() {
        let key = OprfKey::from_seed(&[1; 32]).expect("a key");
        let finalize = |input: &[u8]| {
            let blinded = Blinded::new(input, &SystemEntropy)?;
            let answer = key.evaluate(&blinded.element, &SystemEntropy)?;
            blinded.finalize(&answer, &key.public_key()).map(drop)
        };
        assert_eq!(finalize(&[1; 65_535]), Ok(()));
        assert!(finalize(&[1; 65_536]).is_err());
    }
}

//! Ed25519, strictly.

use undersign_protocol::ed25519::{PublicKey, SecretKey, Signature};

/// RFC 8032 §7.1, tests 1 and 3.
#[test]
fn vectors_of_rfc_8032() {
    for (seed, public_key, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ] {
        let seed: [u8; 32] = hex::decode(seed).unwrap().try_into().unwrap();
        let (key, message) = (SecretKey::from_seed(&seed), hex::decode(message).unwrap());
        assert_eq!(hex::encode(key.public_key().as_bytes()), public_key);
        assert_eq!(hex::encode(key.sign(&message).as_bytes()), signature);
        assert!(key.public_key().verify(&message, &key.sign(&message)).is_ok());
        assert_eq!(key.seed(), seed);
    }
}

/// With a key of small order one signature verifies over many texts: the point (0, 1) and a signature of R = (0, 1), s = 0.
#[test]
fn keys_of_small_order_are_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    let refused = PublicKey::from(identity).verify(b"any text", &Signature::from(signature));
    assert!(refused.is_err());
}

/// s and s + L verify alike where nobody looks; only the smaller one is a signature (RFC 8032 §5.1.7).
#[test]
fn another_signature_for_the_same_text_is_refused() {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let key = SecretKey::from_seed(&[1; 32]);
    let mut signature = *key.sign(b"text").as_bytes();
    let mut carry = 0;
    for (byte, addend) in signature[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(addend) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert!(key.public_key().verify(b"text", &Signature::from(signature)).is_err());
}

#[test]
fn a_key_that_is_no_point_verifies_nothing() {
    let key = PublicKey::from([2; 32]);
    assert!(key.verify(b"", &Signature::from([0; 64])).is_err());
}

#[test]
fn a_secret_key_is_not_printed() {
    assert_eq!(format!("{:?}", SecretKey::from_seed(&[7; 32])), "SecretKey(…)");
}

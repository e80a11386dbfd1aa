use undersign_protocol::issuance::TokenKey;

/// Everything of an RSA-2048 SPKI before the modulus, with the algorithm rsaEncryption (RFC 8017 §A.1).
const PREFIX: [u8; 33] = [
    0x30, 0x82, 0x01, 0x22, // SubjectPublicKeyInfo
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
    0x00, // rsaEncryption, NULL
    0x03, 0x82, 0x01, 0x0f, 0x00, // BIT STRING
    0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00, // RSAPublicKey, modulus
];
/// Everything after the modulus: publicExponent 65537.
const SUFFIX: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// A checked key under the one label that WebCrypto takes (W3C Web Cryptography API §21.4). The hash, MGF1's and the salt's length,
/// which the label id-RSASSA-PSS would say, are then said by the caller.
pub fn relabelled(key: &TokenKey) -> Vec<u8> {
    [PREFIX.as_slice(), key.modulus(), &SUFFIX].concat()
}

#[cfg(test)]
mod tests {
    use openssl::bn::BigNum;
    use openssl::rsa::Rsa;
    use undersign_protocol::issuance::TokenKey;

    use super::relabelled;

    #[test]
    fn the_relabelled_key_is_what_openssl_writes_for_the_same_numbers() {
        let modulus: [u8; 256] = Rsa::generate(2048).unwrap().n().to_vec().try_into().unwrap();
        let key = TokenKey::from_modulus(modulus).unwrap();
        let numbers = (BigNum::from_slice(&modulus).unwrap(), BigNum::from_u32(65_537).unwrap());
        let public = Rsa::from_public_components(numbers.0, numbers.1).unwrap();
        assert_eq!(relabelled(&key), public.public_key_to_der().unwrap());
    }
}

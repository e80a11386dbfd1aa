//! The origin's verification of tokens against Wycheproof's RSASSA-PSS vectors, 2048 bits, SHA-384, 48 bytes of salt: malicious
//! encodings, altered signatures, special hashes.

use undersign_client_lib::pss::PssVerifier;
use undersign_protocol::issuance::TokenKey;
use wycheproof::TestResult;
use wycheproof::rsa_pss_verify::{TestName, TestSet};

#[test]
fn every_vector_is_judged_as_wycheproof_judges_it() {
    let set = TestSet::load(TestName::RsaPss2048Sha384Mgf1SaltLen48).expect("the vectors ship with the package");
    let (mut valid, mut invalid) = (0, 0);
    for group in &set.test_groups {
        let modulus: &[u8] = &group.key.n;
        let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
        let key = TokenKey::from_modulus(modulus.try_into().expect("2048 bits")).expect("an odd modulus");
        for test in &group.tests {
            let accepted = PssVerifier::new(&key).is_ok_and(|mut verifier| verifier.verify(&test.msg, &test.sig));
            match test.result {
                TestResult::Valid => valid += 1,
                TestResult::Invalid => invalid += 1,
                TestResult::Acceptable => continue,
            }
            assert_eq!(accepted, test.result == TestResult::Valid, "vector {}: {}", test.tc_id, test.comment);
        }
    }
    assert!(valid > 10 && invalid > 10, "both kinds were there: {valid} valid, {invalid} invalid");
}

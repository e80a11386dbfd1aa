//! Project Wycheproof's RSASSA-PSS vectors, 2048 bits, SHA-384, MGF1-SHA-384, 48 bytes of salt, on the path by which the client
//! verifies every token.

use undersign_client_lib::blind::verify_signature;
use undersign_protocol::issuance::{NK, TokenKey};
use wycheproof::TestResult;
use wycheproof::rsa_pss_verify::{TestName, TestSet};

#[test]
fn rsa_pss_2048_sha384_mgf1_48() {
    let set = TestSet::load(TestName::RsaPss2048Sha384Mgf1SaltLen48).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for group in &set.test_groups {
        let modulus = group.key.n.as_slice();
        let modulus: [u8; NK] = modulus[modulus.len() - NK..].try_into().unwrap();
        let key = TokenKey::from_modulus(modulus).unwrap();
        for test in &group.tests {
            let result = verify_signature(&key, &test.msg, &test.sig);
            match test.result {
                TestResult::Valid => taken += 1,
                TestResult::Invalid => refused += 1,
                TestResult::Acceptable => panic!("test {}: no grey area was expected", test.tc_id),
            }
            assert_eq!(result.is_ok(), test.result == TestResult::Valid, "test {}: {}", test.tc_id, test.comment);
        }
    }
    assert_eq!(taken + refused, set.number_of_tests);
    assert!(taken >= 30 && refused >= 30, "{taken} valid, {refused} invalid");
}

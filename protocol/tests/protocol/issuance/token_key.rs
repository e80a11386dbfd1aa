//! A token key has one encoding, and only careful keys are taken.

use undersign_protocol::issuance::{NK, TokenKey, TokenKeyError};

use crate::common::generate::token_key_from;
use crate::common::laws::proves;
use crate::common::vectors;

#[test]
fn every_other_byte_around_the_modulus_is_refused() {
    let spki = token_key_from([0x33; NK]).to_spki();
    assert_eq!(spki.len(), TokenKey::SPKI_SIZE);
    assert_eq!(TokenKey::SPKI_SIZE, 342);
    for place in (0..81).chain(337..342) {
        for mask in 1..=u8::MAX {
            let mut other = spki.clone();
            other[place] ^= mask;
            assert_eq!(TokenKey::from_spki(&other), Err(TokenKeyError::Parameters), "byte {place}");
        }
    }
}

#[test]
fn another_size_is_refused() {
    let spki = token_key_from([0x33; NK]).to_spki();
    for size in 0..spki.len() {
        assert_eq!(TokenKey::from_spki(&spki[..size]), Err(TokenKeyError::Size));
    }
    assert_eq!(TokenKey::from_spki(&[spki.as_slice(), &[0]].concat()), Err(TokenKeyError::Size));
}

/// rsaEncryption instead of id-RSASSA-PSS (RFC 3279 §2.3.1), which most tools write by default.
#[test]
fn a_plain_rsa_key_is_refused() {
    let key = token_key_from([0x33; NK]);
    let header = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
    let spki = [hex::decode(header).unwrap().as_slice(), key.modulus(), &[2, 3, 1, 0, 1]].concat();
    assert_eq!(TokenKey::from_spki(&spki), Err(TokenKeyError::Size));
}

#[test]
fn a_modulus_has_2048_bits_and_is_odd() {
    let modulus = *token_key_from([0x33; NK]).modulus();
    let (mut short, mut even) = (modulus, modulus);
    short[0] &= 0x7f;
    even[NK - 1] &= 0xfe;
    assert_eq!(TokenKey::from_modulus(short), Err(TokenKeyError::Modulus));
    assert_eq!(TokenKey::from_modulus(even), Err(TokenKeyError::Modulus));
}

/// Numbers with a single small factor each: it is that one that is found. All primes in the tier that proves, else the first and last
/// forty and some between.
#[test]
fn a_modulus_has_no_factor_below_65536() {
    let primes: Vec<u64> = (3..1 << 16).step_by(2).filter(|number| is_prime(*number)).collect();
    assert_eq!(primes.len(), 6_541, "the primes below 65,536 without 2");
    let start = *token_key_from([0x33; NK]).modulus();
    let rests: Vec<u64> = primes.iter().map(|prime| rest(&start, *prime)).collect();
    for (place, (prime, rest)) in primes.iter().zip(&rests).enumerate() {
        if !proves() && (40..primes.len() - 40).contains(&place) && place % 101 != 0 {
            continue;
        }
        // The start is odd, so an even distance leads from one odd multiple to the next.
        let first = if (prime - rest).is_multiple_of(2) { prime - rest } else { 2 * prime - rest };
        let is_lone = |distance: &u64| {
            let factors = primes.iter().zip(&rests).filter(|(prime, rest)| (*rest + distance).is_multiple_of(**prime));
            factors.take(2).count() == 1
        };
        let distance = (first..).step_by(2 * *prime as usize).find(is_lone).unwrap();
        let refused = TokenKey::from_modulus(plus(start, distance));
        assert_eq!(refused, Err(TokenKeyError::SmallFactor), "{prime}");
    }
}

/// 65,537 is the first prime that is not looked for.
#[test]
fn a_factor_above_65536_is_not_looked_for() {
    let mut multiple = *token_key_from([0x33; NK]).modulus();
    let taken = (0..200).any(|_| {
        let distance = 65_537 - rest(&multiple, 65_537);
        multiple = plus(multiple, if distance.is_multiple_of(2) { distance } else { distance + 65_537 });
        TokenKey::from_modulus(multiple).is_ok()
    });
    assert!(taken);
    assert_eq!(rest(&multiple, 65_537), 0);
}

#[test]
fn a_message_is_between_one_and_the_modulus() {
    let key = token_key_from([0x33; NK]);
    let small = |last: u8| {
        let mut message = [0; NK];
        message[NK - 1] = last;
        message
    };
    let (mut below, mut above) = (*key.modulus(), *key.modulus());
    below[NK - 1] -= 1;
    above[NK - 1] += 1;
    let cases = [
        (small(0), false),
        (small(1), false),
        (small(2), true),
        (below, true),
        (*key.modulus(), false),
        (above, false),
        ([0xff; NK], false),
    ];
    for (message, fits) in cases {
        assert_eq!(key.in_range(&message), fits);
    }
}

/// The keys of other implementations are taken, and their one encoding is ours.
#[test]
fn the_vectors_keys_are_the_one_encoding() {
    for issuance in vectors::public().iter().flat_map(|vector| &vector.issuances) {
        let key = TokenKey::from_spki(&issuance.token_key).unwrap();
        assert_eq!(key.to_spki(), issuance.token_key);
        assert_eq!(TokenKey::from_modulus(*key.modulus()), Ok(key));
    }
}

fn is_prime(number: u64) -> bool {
    (3..).step_by(2).take_while(|divisor| divisor * divisor <= number).all(|divisor| !number.is_multiple_of(divisor))
}

/// Schoolbook division, byte by byte.
fn rest(number: &[u8; NK], divisor: u64) -> u64 {
    number.iter().fold(0, |rest, byte| (rest << 8 | u64::from(*byte)) % divisor)
}

/// Schoolbook addition.
fn plus(mut number: [u8; NK], mut carry: u64) -> [u8; NK] {
    for byte in number.iter_mut().rev() {
        let sum = u64::from(*byte) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "the number stays below 2^2048");
    number
}

//! The laws of a format: decoding undoes encoding, one value has one encoding, and nothing else parses.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};

/// Whether this is the tier that proves: more cases, and an hour to run them.
pub fn proves() -> bool {
    std::env::var_os("UNDERSIGN_PROVE").is_some_and(|value| value == "1")
}

/// Runs a law on generated values: 64 cases, always the same, or 4,096 fresh ones in the tier that proves.
pub fn check<S: Strategy>(strategy: S, law: impl Fn(S::Value) -> TestCaseResult) {
    let cases = if proves() { 4096 } else { 64 };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = if proves() {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    };
    if let Err(failure) = runner.run(&strategy, law) {
        panic!("{failure}");
    }
}

/// A format under test: its parser, `None` where it refuses, and its encoder.
pub struct Format<T> {
    pub decode: fn(&[u8]) -> Option<T>,
    pub encode: fn(&T) -> Vec<u8>,
}

/// What is done to a valid encoding in one case.
#[derive(Debug, Clone)]
struct Damage {
    /// Where it is cut or changed.
    places: Vec<Index>,
    /// What the byte there is xored with; never zero.
    masks: Vec<u8>,
    /// What is appended.
    tail: Vec<u8>,
    /// Bytes that have nothing to do with the format.
    noise: Vec<u8>,
}

impl<T: PartialEq + Debug> Format<T> {
    /// The laws of a format whose end follows from its beginning: a shorter or longer encoding is none.
    pub fn keeps_the_laws(&self, values: impl Strategy<Value = T>) {
        check((values, damage()), |(value, damage)| {
            let encoding = self.undoes(&value)?;
            self.has_one_encoding_each(&encoding, &damage)?;
            self.ends_where_it_ends(&encoding, &damage)
        });
    }

    /// The laws of a format that ends where its bytes end, so that another length may be another value.
    pub fn keeps_the_laws_of_open_length(&self, values: impl Strategy<Value = T>) {
        check((values, damage()), |(value, damage)| {
            let encoding = self.undoes(&value)?;
            self.has_one_encoding_each(&encoding, &damage)
        });
    }

    /// The laws of JSON that need not be canonical: one value may have several texts, but each is read as that value.
    pub fn keeps_the_laws_of_json(&self, values: impl Strategy<Value = T>) {
        check((values, damage()), |(value, damage)| {
            let encoding = self.undoes(&value)?;
            for text in damage.changed(&encoding) {
                if let Some(read) = (self.decode)(&text) {
                    prop_assert_eq!((self.decode)(&(self.encode)(&read)), Some(read));
                }
            }
            let tail = [damage.tail.as_slice(), b"}"].concat();
            self.ends_where_it_ends(&encoding, &Damage { tail, ..damage })
        });
    }

    fn undoes(&self, value: &T) -> Result<Vec<u8>, TestCaseError> {
        let encoding = (self.encode)(value);
        let decoded = (self.decode)(&encoding);
        prop_assert!(decoded.as_ref() == Some(value), "{} decodes to {decoded:?}", hex::encode(&encoding));
        Ok(encoding)
    }

    fn has_one_encoding_each(&self, encoding: &[u8], damage: &Damage) -> TestCaseResult {
        for bytes in damage.changed(encoding) {
            if let Some(value) = (self.decode)(&bytes) {
                prop_assert!((self.encode)(&value) == bytes, "{} encodes otherwise", hex::encode(&bytes));
            }
        }
        Ok(())
    }

    fn ends_where_it_ends(&self, encoding: &[u8], damage: &Damage) -> TestCaseResult {
        let ends = [0, 1, encoding.len() - 1];
        for end in damage.places.iter().map(|place| place.index(encoding.len())).chain(ends) {
            prop_assert!((self.decode)(&encoding[..end]).is_none(), "{} parses", hex::encode(&encoding[..end]));
        }
        let longer = [encoding, &damage.tail].concat();
        prop_assert!((self.decode)(&longer).is_none(), "{} parses", hex::encode(&longer));
        Ok(())
    }
}

impl Damage {
    /// The encoding with single bytes changed, with noise behind a part of it, and noise alone.
    fn changed(&self, encoding: &[u8]) -> Vec<Vec<u8>> {
        let mutants = self.places.iter().zip(&self.masks).map(|(place, mask)| {
            let mut bytes = encoding.to_vec();
            bytes[place.index(encoding.len())] ^= mask;
            bytes
        });
        let spliced = [&encoding[..self.places[0].index(encoding.len())], &self.noise].concat();
        mutants.chain([spliced, self.noise.clone()]).collect()
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let noise = prop_oneof![vec(any::<u8>(), 0..700), ".{0,80}".prop_map(String::into_bytes)];
    (vec(any::<Index>(), 8), vec(1..=u8::MAX, 8), vec(any::<u8>(), 1..40), noise)
        .prop_map(|(places, masks, tail, noise)| Damage { places, masks, tail, noise })
}

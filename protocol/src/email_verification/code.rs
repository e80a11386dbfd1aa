use std::fmt::Write as _;

use subtle::ConstantTimeEq as _;
use zeroize::ZeroizeOnDrop;

/// Eight digits in the mail's subject, written `1234-5678`. Compared in constant time; no `Debug`.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Code([u8; 8]);

/// The text does not hold eight digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is eight digits, as in 1234-5678")]
pub struct CodeError;

impl Code {
    /// From a number; only its last eight digits count.
    pub fn from_number(number: u64) -> Self {
        let text = format!("{:08}", number % 100_000_000);
        let mut digits = [0; 8];
        digits.copy_from_slice(text.as_bytes());
        Self(digits)
    }

    /// Whether both are the same, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Takes eight digits with or without dashes and spaces: people type what they see.
impl std::str::FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut digits = text.as_bytes().to_vec();
        digits.retain(|byte| !matches!(byte, b'-' | b' '));
        let digits: [u8; 8] = digits.try_into().map_err(|_| CodeError)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(CodeError) }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (head, tail) = self.0.split_at(4);
        head.iter().chain(b"-").chain(tail).try_for_each(|byte| f.write_char(char::from(*byte)))
    }
}

/// What a log should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many signatures; at least one.
    pub signatures: u64,
    /// How many of them are withdrawn, spread evenly.
    pub withdrawals: u64,
    /// Signatures of a batch; the last one may have fewer.
    pub batch: u64,
    /// Whether a close statement and a notice of delivery end the log.
    pub close: bool,
    /// From which all keys and tokens follow.
    pub seed: u64,
}

impl Plan {
    /// A closed log with so many signatures, each hundredth of them withdrawn, in batches of a thousand.
    pub fn of(signatures: u64) -> Self {
        Self { signatures, withdrawals: signatures / 100, batch: 1_000, close: true, seed: 1 }
    }

    /// How many batches.
    pub fn batches(&self) -> u64 {
        self.signatures.div_ceil(self.batch)
    }

    /// Whether this signature is withdrawn.
    pub(crate) fn is_withdrawn(&self, signature: u64) -> bool {
        // So many multiples of the distance lie below the number.
        let multiples = |number: u64| number * self.withdrawals / self.signatures;
        multiples(signature + 1) > multiples(signature)
    }
}

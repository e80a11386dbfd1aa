//! The one place that draws random bytes.

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with uniform random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one drawing of random bytes")]
    fn fill(&self, buffer: &mut [u8]) {
        // Unwrap safety: without randomness there is no safe answer to anything, so the process must not go on.
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A fixed number of random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

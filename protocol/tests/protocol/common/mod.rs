//! What the tests of all stages share.

/// Values of every type.
pub mod generate;

/// What every format must keep.
pub mod laws;

/// A manifest that keeps every rule.
pub mod manifest;

/// Test vectors that other people made.
pub mod vectors;

use getrandom::SysRng;
use rand_core::{CryptoRng, UnwrapErr};

/// The browser's generator, `crypto.getRandomValues`. It has no way to fail, except where there is none: then the program stops,
/// because nothing may go on without.
pub fn rng() -> impl CryptoRng {
    UnwrapErr(SysRng)
}

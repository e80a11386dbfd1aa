//! redemption: tokens, the headers that carry them, promises, withdrawal keys.

mod authorization;
mod binding;
mod promise;
mod token;
mod withdrawal_key;

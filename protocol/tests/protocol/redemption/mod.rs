//! redemption: tokens, the headers that carry them, promises, withdrawal keys, receipts.

mod authorization;
mod binding;
mod evidence;
mod promise;
mod receipt;
mod token;
mod withdrawal_key;

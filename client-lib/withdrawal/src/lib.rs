//! Taking a signature back, for JavaScript: the classes of `undersign-client-wasm`, all of them, and `Withdrawal` beside them.
//!
//! Nobody who signs needs what is added here, so it is not in what they wait for; the page that withdraws loads this module instead.

mod withdrawal;

pub use undersign_client_wasm::{Answer, ClientError, Outgoing, Watch};
pub use withdrawal::Withdrawal;

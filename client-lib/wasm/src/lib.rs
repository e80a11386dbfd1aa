//! `client-lib` for JavaScript: the same journey, as classes that take plain values, give typed ones and throw [`ClientError`].
//!
//! A browser sends what these classes ask for and hands back what came. Nothing here has a network, a clock or a storage of its own;
//! randomness is the browser's `crypto.getRandomValues`. No JSON text crosses the border, except inside bodies.
//!
//! The comments of all public items are the documentation of the TypeScript types.

mod address;
mod answer;
pub mod arguments;
mod bytes;
mod error;
mod error_sources;
mod journey;
mod lookup;
mod petition;
mod random;
mod receipt;
mod request;
mod warm_up;
mod watch;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub use address::{AddressCheck, check_address};
pub use answer::Answer;
pub use error::{ClientError, ErrorKind};
pub use journey::{Journey, Step};
pub use lookup::Lookup;
pub use petition::{Bundle, CheckedPetition, PetitionState, Total};
pub use receipt::Receipt;
pub use request::{Outgoing, Side};
pub use warm_up::warm_up;
pub use watch::Watch;

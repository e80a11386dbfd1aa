//! The identified side: all the code that may ever see an address, and none that may see a token.
//!
//! Nothing here names `crate::anonymous`, and nothing there names this; the two have no table and no database in common. A test reads
//! the sources and fails where that is broken. What crosses, crosses through the client: it unblinds, and the server cannot.
//!
//! A handler of this side cannot name the other side's pool. This compiles:
//!
//! ```
//! use axum::{Router, extract::State, routing::get};
//! use undersign_server::identified::{IdentifiedDatabase, IdentifiedState};
//!
//! async fn handler(State(_): State<IdentifiedDatabase>) {}
//! let _: Router<IdentifiedState> = Router::new().route("/", get(handler));
//! ```
//!
//! and this, with the other side's pool, does not:
//!
//! ```compile_fail,E0277
//! use axum::{Router, extract::State, routing::get};
//! use undersign_server::{anonymous::AnonymousDatabase, identified::IdentifiedState};
//!
//! async fn handler(State(_): State<AnonymousDatabase>) {}
//! let _: Router<IdentifiedState> = Router::new().route("/", get(handler));
//! ```

/// Control of an address, proved by a mail; kept as a keyed tag.
pub mod email_verification;

/// One blind signature per petition and tag.
pub mod issuance;

/// What is destroyed when, and the rewriting of tables.
pub mod retention;

mod loss;
mod notices;
mod state;
mod waits;

pub use state::{IdentifiedDatabase, IdentifiedState, Settings};

use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};
use crate::web::SideRoutes;
use crate::web::paused::refused_while_paused;

/// Folders of keys that exist to be destroyed: in no backup, for it would outlive them.
pub const SHORT_LIVED_KEYS: [&str; 2] = [issuance::WRAPPING_KEYS, email_verification::DAY_KEYS];

/// Makes the keys that are there from the first start on; those that are there stay as they are.
pub fn make_keys(keys: &KeyDirectory, entropy: &dyn Entropy) -> Result<(), KeyError> {
    let names = [email_verification::TAG_KEY, email_verification::CODE_KEY, issuance::STATEMENT_KEY];
    names.iter().try_for_each(|name| keys.read_or_make::<32>(name, entropy).map(drop))
}

/// Every route of this side.
pub fn routes(state: &IdentifiedState) -> SideRoutes {
    let own = email_verification::http::router().merge(issuance::http::router());
    SideRoutes {
        own: refused_while_paused(&state.announcements, own.with_state(state.clone())),
        pages: email_verification::page::router().with_state(state.clone()),
        petitions: crate::petition::http::router().with_state(state.clone()),
        assets: state.assets.router(),
        organisers: issuance::publication::router().merge(notices::router()).with_state(state.clone()),
        checks: issuance::publication::check_router().merge(notices::check_router()).with_state(state.clone()),
        cors: state.cors.clone(),
        cached: None,
    }
}

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

mod notices;
mod state;
mod waits;

pub use state::{IdentifiedDatabase, IdentifiedState, Settings};

use crate::web::SideRoutes;

/// Every route of this side.
pub fn routes(state: &IdentifiedState) -> SideRoutes {
    let own = email_verification::http::router().merge(email_verification::page::router());
    SideRoutes {
        own: own.merge(issuance::http::router()).with_state(state.clone()),
        petitions: crate::petition::http::router().with_state(state.clone()),
        assets: state.assets.router(),
        organisers: issuance::publication::router().merge(notices::router()).with_state(state.clone()),
        checks: issuance::publication::check_router().merge(notices::check_router()).with_state(state.clone()),
    }
}

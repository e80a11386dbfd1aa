//! The anonymous side: all the code that may ever see a token, and none that may see an address.
//!
//! Nothing here names `crate::identified`, and nothing there names this; the two have no table and no database in common. The one
//! number that comes from there, how many tokens were issued, is fetched as anybody could fetch it, and its signature is checked.
//!
//! A handler of this side cannot name the other side's pool. This compiles:
//!
//! ```
//! use axum::{Router, extract::State, routing::get};
//! use undersign_server::anonymous::{AnonymousDatabase, AnonymousState};
//!
//! async fn handler(State(_): State<AnonymousDatabase>) {}
//! let _: Router<AnonymousState> = Router::new().route("/", get(handler));
//! ```
//!
//! and this, with the other side's pool, does not:
//!
//! ```compile_fail,E0277
//! use axum::{Router, extract::State, routing::get};
//! use undersign_server::{anonymous::AnonymousState, identified::IdentifiedDatabase};
//!
//! async fn handler(State(_): State<IdentifiedDatabase>) {}
//! let _: Router<AnonymousState> = Router::new().route("/", get(handler));
//! ```

/// Tokens become signatures, each once.
pub mod redemption;

/// Signatures become entries of a log that anyone can read.
pub mod public_log;

/// The total, a function of the log.
pub mod tally;

/// What people read and sign on.
pub mod pages;

mod notices;
mod publication;
mod state;

pub use state::{AnonymousDatabase, AnonymousState, Settings};

use crate::web::SideRoutes;

/// Every route of this side.
pub fn routes(state: &AnonymousState) -> SideRoutes {
    let own = redemption::http::router().merge(public_log::http::router()).merge(pages::router());
    SideRoutes {
        own: own.merge(tally::http::router()).merge(notices::router()).with_state(state.clone()),
        petitions: crate::petition::http::router().with_state(state.clone()),
        assets: state.pages.assets.router(),
        organisers: publication::router().merge(notices::organisers_router()).with_state(state.clone()),
        checks: publication::check_router().merge(notices::check_router()).with_state(state.clone()),
    }
}

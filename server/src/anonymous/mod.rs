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

/// What comes through relays of other organisations.
pub mod oblivious;

/// The total, a function of the log.
pub mod tally;

/// What people read and sign on.
pub mod pages;

mod accepted;
mod notices;
mod pictures;
mod publication;
mod state;

pub use state::{AnonymousDatabase, AnonymousState, Settings};

use std::sync::Arc;

use crate::daily_counts::http;
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};
use crate::web::SideRoutes;
use crate::web::paused::refused_while_paused;

/// Folders of keys that are there to be destroyed: no backup has them.
pub const SHORT_LIVED_KEYS: [&str; 1] = [oblivious::GATEWAY_KEYS];

/// Makes the key that is there from the first start on; one that is there stays as it is.
pub fn make_keys(keys: &KeyDirectory, entropy: &dyn Entropy) -> Result<(), KeyError> {
    keys.read_or_make::<32>(public_log::HOST_LOG_KEY, entropy).map(drop)
}

/// Every route of this side.
pub fn routes(state: &AnonymousState) -> SideRoutes {
    let redemption = redemption::http::router().with_state(state.clone());
    let read = public_log::http::router().merge(tally::http::router()).merge(notices::router());
    let own = redemption.clone().merge(read.merge(http::router(http::TOTAL_DAYS)).with_state(state.clone()));
    // Of what comes through relays the pause refuses what is inside: sealed, as every other answer.
    let gateway = state
        .gateway
        .clone()
        .filter(|gateway| gateway.is_open())
        .map(|gateway| oblivious::http::router(gateway, refused_while_paused(&state.announcements, redemption)));
    SideRoutes {
        own: refused_while_paused(&state.announcements, own).merge(gateway.unwrap_or_default()),
        pages: pages::router().merge(pictures::router()).with_state(state.clone()),
        petitions: crate::petition::http::router().with_state(state.clone()),
        assets: state.assets.router(),
        organisers: publication::router()
            .merge(notices::organisers_router())
            .merge(crate::petition::review::http::router())
            .with_state(state.clone()),
        checks: publication::check_router().merge(notices::check_router()).with_state(state.clone()),
        cors: state.cors.clone(),
        cached: Some(Arc::clone(&state.cached)),
    }
}

//! The edge: what comes in as HTTP becomes types here, and errors become problem documents. No rule is decided here.

/// What pages load: style, scripts, the client package.
pub mod assets;

/// Answers from memory.
pub mod cached;

/// Where the client's network address comes from, for budgets alone.
pub mod client_network;

/// What pages of the other host may ask this one.
pub mod cors;

/// Extractors: bodies of a media type and a size.
pub mod extract;

/// The headers that every answer has.
pub mod headers;

/// Which language a person reads.
pub mod language;

/// What is refused while signing is paused.
pub mod paused;

/// Errors to problem documents, in one place.
pub mod problem;

use std::sync::Arc;

use axum::Router;

use cached::CachedAnswers;
use cors::Cors;

/// One side's routes, in the groups in which one process puts two sides together.
pub struct SideRoutes {
    /// What programs ask and the other side does not answer.
    pub own: Router,
    /// What people read. No other page may ask for it.
    pub pages: Router,
    /// Public petition data: the same on both sides.
    pub petitions: Router,
    /// What pages load: the same on both sides.
    pub assets: Router,
    /// What organisers send to each side.
    pub organisers: Router,
    /// A publication's checks alone: where one process is both sides, neither takes what the other would refuse.
    pub checks: Router,
    /// Whose pages may ask for `own` and `petitions`.
    pub cors: Cors,
    /// The answers that are kept, on the side that has any.
    pub cached: Option<Arc<CachedAnswers>>,
}

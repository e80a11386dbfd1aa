use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use undersign_protocol::tally::TotalDocument;

use crate::anonymous::AnonymousState;
use crate::anonymous::public_log::PublicLog;
use crate::petition::Registry;
use crate::web::cached::Cacheable;
use crate::web::extract::PathPart;
use crate::web::problem::WebProblem;

/// Route of this stage.
pub fn router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions/{petition}/total", get(total))
}

async fn total(
    State(log): State<Arc<PublicLog>>,
    State(registry): State<Registry>,
    PathPart(petition): PathPart<String>,
) -> Result<Response, WebProblem> {
    let petition = registry.find(&petition).await?;
    let (head, checkpoint) = log.petition_checkpoint(&petition).await?;
    // The root names the whole log, and so the total; cosignatures come a little later.
    let etag = format!("\"{}-{}\"", head.root, checkpoint.lines().count());
    let cache = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "public, max-age=1".to_owned())];
    let document = TotalDocument {
        total: head.tally.total(),
        signatures: head.tally.signatures,
        withdrawals: head.tally.withdrawals,
        issued: head.tally.issued,
        tree_size: head.tree_size,
        root: head.root,
        checkpoint,
    };
    Ok((Extension(Cacheable), cache, Json(document)).into_response())
}

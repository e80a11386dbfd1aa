use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use undersign_protocol::tally::TotalDocument;

use crate::anonymous::AnonymousState;
use crate::anonymous::public_log::PublicLog;
use crate::petition::Registry;
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
    headers: HeaderMap,
) -> Result<Response, WebProblem> {
    let petition = registry.by_id_or_slug(&petition)?;
    let (head, checkpoint) = log.petition_checkpoint(&petition).await?;
    // The root names the whole log, and so the total; cosignatures come a little later.
    let etag = format!("\"{}-{}\"", head.root, checkpoint.lines().count());
    let cache = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "public, max-age=1".to_owned())];
    if is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, cache).into_response());
    }
    let document = TotalDocument {
        total: head.tally.total(),
        signatures: head.tally.signatures,
        withdrawals: head.tally.withdrawals,
        issued: head.tally.issued,
        tree_size: head.tree_size,
        root: head.root,
        checkpoint,
    };
    Ok((cache, Json(document)).into_response())
}

/// Whether the client has this version (RFC 9110 §13.1.2). A proxy that compresses makes a tag weak; it names the same total.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

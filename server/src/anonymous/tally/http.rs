use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use undersign_protocol::tally::TotalDocument;

use crate::anonymous::AnonymousState;
use crate::anonymous::public_log::PublicLog;
use crate::petition::Registry;
use crate::web::problem::WebProblem;

/// Route of this stage.
pub fn router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions/{petition}/total", get(total))
}

async fn total(
    State(log): State<Arc<PublicLog>>,
    State(registry): State<Registry>,
    Path(petition): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebProblem> {
    let petition = registry.by_id_or_slug(&petition)?;
    let (head, checkpoint) = log.petition_checkpoint(&petition).await?;
    // The root names the whole log, and so the total.
    let etag = format!("\"{}\"", head.root);
    let cache = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "public, max-age=1".to_owned())];
    if headers.get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes) == Some(etag.as_bytes()) {
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

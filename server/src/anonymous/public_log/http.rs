use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::{HostLogKey, TilePath, encode_entries};

use super::PublicLog;
use super::rules::{LogError, LogId};
use crate::anonymous::AnonymousState;
use crate::petition::Registry;
use crate::web::cached::Cacheable;
use crate::web::extract::PathPart;
use crate::web::problem::WebProblem;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NOT_FOR_LONG: &str = "public, max-age=1";

/// Routes of this stage. In them the petition_id alone names a petition: tiles are cached for ever, slugs are for people.
pub fn router() -> Router<AnonymousState> {
    Router::new()
        .route("/v1/petitions/{petition}/log/checkpoint", get(petition_checkpoint))
        .route("/v1/petitions/{petition}/log/tile/{*tile}", get(petition_tile))
        .route("/v1/log/checkpoint", get(host_checkpoint))
        .route("/v1/log/tile/{*tile}", get(host_tile))
        .route("/v1/log/key", get(host_key))
}

async fn petition_checkpoint(
    State(log): State<Arc<PublicLog>>,
    State(registry): State<Registry>,
    PathPart(petition): PathPart<String>,
) -> Result<Response, WebProblem> {
    let petition = registry.find_by_id(&petition).await?;
    let (_, note) = log.petition_checkpoint(&petition).await?;
    Ok(checkpoint(note))
}

async fn petition_tile(
    State(log): State<Arc<PublicLog>>,
    State(registry): State<Registry>,
    PathPart((petition, tile)): PathPart<(String, String)>,
) -> Result<Response, WebProblem> {
    let petition = registry.find_by_id(&petition).await?;
    let bytes = log.tile(&LogId::of_petition(&petition.verified.petition_id()), &tile).await?;
    Ok(immutable(bytes))
}

async fn host_checkpoint(State(log): State<Arc<PublicLog>>) -> Result<Response, WebProblem> {
    let (_, note) = log.host_checkpoint().await?;
    Ok(checkpoint(note))
}

async fn host_tile(
    State(log): State<Arc<PublicLog>>,
    PathPart(tile): PathPart<String>,
) -> Result<Response, WebProblem> {
    Ok(immutable(log.tile(&LogId::HOST, &tile).await?))
}

async fn host_key(State(log): State<Arc<PublicLog>>) -> Json<HostLogKey> {
    Json(log.host_key())
}

fn checkpoint(note: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, NOT_FOR_LONG)];
    (Extension(Cacheable), headers, note).into_response()
}

fn immutable(bytes: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, FOR_EVER)];
    (Extension(Cacheable), headers, bytes).into_response()
}

impl PublicLog {
    /// A tile's bytes. Partial tiles never change either: a log only grows.
    async fn tile(&self, log: &LogId, path: &str) -> Result<Vec<u8>, LogError> {
        let tile: TilePath = path.parse().map_err(|_| LogError::NoTile)?;
        let mut tx = self.database.begin_read("public_log::tile").await?;
        let tree_size = tx.head(log).await?.unwrap_or_default().tree_size;
        if !tile.is_in(tree_size) {
            return Err(LogError::NoTile);
        }
        match tile.level {
            None => {
                let entries = tx.entries(log, tile.start(), tile.width).await?;
                Ok(encode_entries(entries.iter().map(Vec::as_slice)))
            }
            Some(level) => {
                let hashes = tx.hashes(log, level, tile.start(), tile.width).await?;
                Ok(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect())
            }
        }
    }
}

impl From<LogError> for WebProblem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::NoTile => Problem::NotFound.into(),
            error => Self::internal(&error),
        }
    }
}

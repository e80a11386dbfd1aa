use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use undersign_client_lib::organiser::{MAX_PICTURE, PictureError, ShownPicture, picture_hash, shown_picture};
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::problem::Problem;

use crate::anonymous::AnonymousState;
use crate::petition::PetitionError;
use crate::petition::review::Decided;
use crate::web::extract::PathPart;
use crate::web::problem::WebProblem;

/// One at a time: a picture of 25 million pixels takes a hundred megabytes while it is read.
static READING: Semaphore = Semaphore::const_new(1);

/// Files that are being received, each of up to 8 MiB and from anyone: the memory that strangers can fill.
static RECEIVING: Semaphore = Semaphore::const_new(4);

/// How long one may take to come: whoever sends nothing must not keep others out.
const PATIENCE: Duration = Duration::from_secs(30);

/// Both routes. Pages are in languages; a picture is in none.
pub fn router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions/{petition}/picture", post(take)).route("/p/{slug}/picture.jpg", get(show))
}

/// Takes the file that the manifest names. Its hash is all that is needed: the organiser has signed it, and who sends the same bytes
/// sends the same picture. A repeat gets the same answer, and nothing is read of it.
async fn take(
    State(state): State<AnonymousState>,
    PathPart(petition): PathPart<String>,
    request: Request,
) -> Result<Response, WebProblem> {
    let petition = state.pictured(&petition).await?;
    let Some(named) = &petition.manifest().picture else { return Err(Problem::NotFound.into()) };
    let petition_id = petition.petition_id();
    if state.picture_size(&petition_id).await?.is_some() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let busy = || WebProblem::from(Problem::Unavailable).retry_after(PATIENCE.as_secs());
    let _received = RECEIVING.try_acquire().map_err(|_| busy())?;
    let file = tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), MAX_PICTURE)).await;
    let file = file.map_err(|_| busy())?;
    let file = file.map_err(|_| WebProblem::with_detail(Problem::BodyTooLarge, PictureError::Bytes))?;
    if picture_hash(&file) != named.sha256 {
        let detail = "these are not the bytes whose hash stands in the manifest";
        return Err(WebProblem::with_detail(Problem::MalformedRequest, detail));
    }
    let _one = READING.acquire().await.map_err(|error| WebProblem::internal(&error))?;
    let shown = tokio::task::spawn_blocking(move || shown_picture(&file)).await;
    let shown = shown.map_err(|error| WebProblem::internal(&error))??;
    state.keep_picture(&petition_id, &shown).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What was made of it, which never changes. Gone with the petition's text.
async fn show(State(state): State<AnonymousState>, PathPart(slug): PathPart<String>) -> Result<Response, WebProblem> {
    let petition = state.registry.find(&slug).await?;
    if petition.is_taken_down() {
        return Err(Problem::NotFound.into());
    }
    let picture = state.picture(&petition.verified.petition_id()).await?.ok_or(Problem::NotFound)?;
    let headers =
        [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, picture.jpeg).into_response())
}

impl AnonymousState {
    /// The petition that a picture is handed in for. One that waits for the moderator is named by its id alone: he sees the picture too,
    /// and nobody else does.
    async fn pictured(&self, text: &str) -> Result<VerifiedManifest, PetitionError> {
        let petition_id = match self.registry.find(text).await {
            Ok(petition) => return Ok(petition.verified.clone()),
            Err(PetitionError::Unknown) => text.parse().map_err(|_| PetitionError::Unknown)?,
            Err(error) => return Err(error),
        };
        let reviewed = self.database.begin_read("pictures::reviewed").await?.reviewed(&petition_id).await?;
        let waiting = reviewed.filter(|reviewed| matches!(reviewed.decided, None | Some(Decided::Accepted)));
        waiting.map(|reviewed| reviewed.petition).ok_or(PetitionError::Unknown)
    }

    /// Width and height of a petition's picture, where there is one.
    pub(in crate::anonymous) async fn picture_size(
        &self,
        petition_id: &PetitionId,
    ) -> Result<Option<(u32, u32)>, PetitionError> {
        Ok(self.database.begin_read("pictures::size").await?.picture_size(petition_id).await?)
    }

    async fn picture(&self, petition_id: &PetitionId) -> Result<Option<ShownPicture>, PetitionError> {
        Ok(self.database.begin_read("pictures::show").await?.picture(petition_id).await?)
    }

    /// Durable before it is acknowledged; of two at once one is kept, and both are the same.
    async fn keep_picture(&self, petition_id: &PetitionId, picture: &ShownPicture) -> Result<(), PetitionError> {
        let mut tx = self.database.begin("pictures::take").await?;
        tx.insert_picture(petition_id, picture).await?;
        Ok(tx.commit().await?)
    }
}

impl From<PictureError> for WebProblem {
    fn from(error: PictureError) -> Self {
        let problem = match error {
            PictureError::Bytes | PictureError::Pixels => Problem::BodyTooLarge,
            PictureError::Kind => Problem::UnsupportedMediaType,
            PictureError::Damaged => Problem::MalformedRequest,
        };
        Self::with_detail(problem, error)
    }
}

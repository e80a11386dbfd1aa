//! Notices on this side: it keeps them for the one thing that they change here, the time at which issuance ends.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use undersign_protocol::petition::{NoticeAnswer, NoticeRequest, VerifiedNotice};

use super::IdentifiedState;
use crate::petition::notices::{Follows, check_new, check_room, read};
use crate::petition::{NewNoticeError, Petition, PublishedNotice};
use crate::storage::Lock;
use crate::web::extract::{JsonBody, PathPart};
use crate::web::problem::WebProblem;

/// Route of organisers and operators.
pub fn router() -> Router<IdentifiedState> {
    Router::new().route("/v1/petitions/{petition}/notices", post(publish))
}

/// The checks alone.
pub fn check_router() -> Router<IdentifiedState> {
    Router::new().route("/v1/petitions/{petition}/notices", post(check))
}

async fn publish(
    State(state): State<IdentifiedState>,
    PathPart(petition): PathPart<String>,
    JsonBody(request): JsonBody<NoticeRequest>,
) -> Result<Json<NoticeAnswer>, WebProblem> {
    let petition = state.registry.noticed(&petition).await?;
    let notice = read(&request, &petition)?;
    // On its own: a client that goes away must not leave a notice that is kept and not obeyed.
    let published = tokio::spawn(async move { state.publish_notice(&petition, notice).await });
    Ok(Json(published.await.map_err(|error| WebProblem::internal(&error))??))
}

async fn check(
    State(state): State<IdentifiedState>,
    PathPart(petition): PathPart<String>,
    JsonBody(request): JsonBody<NoticeRequest>,
) -> Result<Json<crate::petition::Checked>, WebProblem> {
    let petition = state.registry.noticed(&petition).await?;
    let notice = read(&request, &petition)?;
    state.check_notice(&petition, &notice).await?;
    Ok(Json(crate::petition::Checked {}))
}

impl IdentifiedState {
    /// Whether [`IdentifiedState::publish_notice`] would take a notice.
    async fn check_notice(&self, petition: &Petition, notice: &VerifiedNotice) -> Result<(), NewNoticeError> {
        self.registry.look().await?;
        let mut tx = self.database.begin_read("petition::check_notice").await?;
        if tx.kept_notice(&petition.verified, &notice.id()).await?.is_some() {
            return Ok(());
        }
        check_room(&mut tx, petition, notice.notice()).await?;
        check_new(notice, petition, &self.registry, Follows::First, self.clock.now())
    }

    /// Takes a notice. A repeat gets the same answer.
    async fn publish_notice(
        &self,
        petition: &Arc<Petition>,
        notice: VerifiedNotice,
    ) -> Result<NoticeAnswer, NewNoticeError> {
        let answer = NoticeAnswer { notice_id: notice.id(), leaf_index: None };
        self.registry.look().await?;
        let mut tx = self.database.begin("petition::publish_notice").await?;
        tx.lock(Lock::Petitions).await?;
        // What is being issued in other processes is issued before this notice, and what comes later sees it.
        tx.lock(Lock::Taking(petition.verified.petition_id().as_bytes())).await?;
        if tx.kept_notice(&petition.verified, &notice.id()).await?.is_none() {
            check_room(&mut tx, petition, notice.notice()).await?;
            check_new(&notice, petition, &self.registry, Follows::First, self.clock.now())?;
            tx.insert_notice(&PublishedNotice { verified: notice, leaf_index: None }).await?;
            tx.commit().await?;
        }
        self.registry.reload().await?;
        Ok(answer)
    }
}

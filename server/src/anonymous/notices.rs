//! Notices on this side: appended to the petition's log at once, shown on its page, given out with proofs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use undersign_protocol::petition::{
    LoggedNotice, NoticeAnswer, NoticeContent, NoticeList, NoticeRequest, VerifiedNotice,
};
use undersign_protocol::public_log::{Entry as LogEntry, Hash, HashRange, InclusionProof};

use super::AnonymousState;
use super::public_log::LogId;
use crate::petition::notices::{Follows, check_new, check_room, read};
use crate::petition::{NewNoticeError, Petition, PublishedNotice};
use crate::storage::{Lock, StorageError, Transaction};
use crate::web::extract::{JsonBody, PathPart};
use crate::web::problem::WebProblem;

/// The route that everyone reads.
pub fn router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions/{petition}/notices", get(list))
}

/// Route of organisers and operators.
pub fn organisers_router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions/{petition}/notices", post(publish))
}

/// The checks alone.
pub fn check_router() -> Router<AnonymousState> {
    Router::new().route("/v1/petitions/{petition}/notices", post(check))
}

async fn list(
    State(state): State<AnonymousState>,
    PathPart(petition): PathPart<String>,
) -> Result<Json<NoticeList>, WebProblem> {
    let petition = state.registry.find(&petition).await?;
    Ok(Json(state.notices(&petition).await?))
}

async fn publish(
    State(state): State<AnonymousState>,
    PathPart(petition): PathPart<String>,
    JsonBody(request): JsonBody<NoticeRequest>,
) -> Result<Json<NoticeAnswer>, WebProblem> {
    let petition = state.registry.noticed(&petition).await?;
    let notice = read(&request, &petition)?;
    // On its own: a client that goes away must not leave a notice that stands in the log and is not shown.
    let published = tokio::spawn(async move { state.publish_notice(&petition, notice).await });
    Ok(Json(published.await.map_err(|error| WebProblem::internal(&error))??))
}

async fn check(
    State(state): State<AnonymousState>,
    PathPart(petition): PathPart<String>,
    JsonBody(request): JsonBody<NoticeRequest>,
) -> Result<Json<crate::petition::Checked>, WebProblem> {
    let petition = state.registry.noticed(&petition).await?;
    let notice = read(&request, &petition)?;
    state.registry.look().await.map_err(NewNoticeError::from)?;
    let mut tx = state.database.begin_read("petition::check_notice").await.map_err(NewNoticeError::from)?;
    state.check_notice(&mut tx, &petition, &notice).await?;
    Ok(Json(crate::petition::Checked {}))
}

impl AnonymousState {
    /// The kept notice that this one repeats, or `None` where it is new and may be published.
    async fn check_notice(
        &self,
        tx: &mut Transaction,
        petition: &Petition,
        notice: &VerifiedNotice,
    ) -> Result<Option<PublishedNotice>, NewNoticeError> {
        let kept = tx.kept_notice(&petition.verified, &notice.id()).await?;
        if kept.is_some() {
            return Ok(kept);
        }
        self.log.check_not_behind(petition).map_err(|_| NewNoticeError::LogBehind)?;
        check_room(tx, petition, notice.notice()).await?;
        check_new(notice, petition, &self.registry, Follows::Second, self.clock.now())?;
        if let NoticeContent::Delivery { tree_size } = notice.notice().content {
            let head = tx.head(&LogId::of_petition(&petition.verified.petition_id())).await?.unwrap_or_default();
            if tree_size > head.tree_size {
                return Err(NewNoticeError::Rule("content.tree_size: the log has never had this size"));
            }
        }
        Ok(None)
    }

    /// Appends a notice to the petition's log. A repeat gets the same answer.
    async fn publish_notice(
        &self,
        petition: &Petition,
        notice: VerifiedNotice,
    ) -> Result<NoticeAnswer, NewNoticeError> {
        let notice_id = notice.id();
        self.registry.look().await?;
        let mut tx = self.database.begin("petition::publish_notice").await?;
        tx.lock(Lock::Appending(petition.verified.petition_id().as_bytes())).await?;
        let leaf_index = match self.check_notice(&mut tx, petition, &notice).await? {
            Some(kept) => kept.leaf_index,
            None => {
                let log = LogId::of_petition(&petition.verified.petition_id());
                let leaf_index = Some(tx.append(&log, &[LogEntry::Notice(notice.signed().clone())]).await?);
                tx.insert_notice(&PublishedNotice { verified: notice, leaf_index }).await?;
                tx.commit().await?;
                self.log.appended();
                leaf_index
            }
        };
        self.registry.reload().await?;
        Ok(NoticeAnswer { notice_id, leaf_index })
    }

    /// All notices with proofs to one signed head: whoever reads them need not read the whole log, nor believe this server.
    async fn notices(&self, petition: &Arc<Petition>) -> Result<NoticeList, WebProblem> {
        let (head, checkpoint) = self.log.petition_checkpoint(petition).await?;
        let log = LogId::of_petition(&petition.verified.petition_id());
        let mut tx = self.database.begin_read("petition::notices").await.map_err(NewNoticeError::from)?;
        // Proofs of one tree have most of their hashes in common.
        let mut read = HashMap::new();
        let mut notices = Vec::new();
        for PublishedNotice { verified, leaf_index } in &petition.notices {
            // One that was appended after this head was read comes with the next.
            let Some(leaf_index) = leaf_index.filter(|index| *index < head.tree_size) else { continue };
            let inclusion_proof = tx.inclusion_proof(&log, leaf_index, head.tree_size, &mut read).await;
            let signed = verified.signed();
            notices.push(LoggedNotice {
                notice: signed.raw(),
                signature: signed.signature,
                leaf_index,
                inclusion_proof: inclusion_proof.map_err(NewNoticeError::from)?.hashes,
            });
        }
        notices.sort_by_key(|notice| notice.leaf_index);
        Ok(NoticeList { checkpoint, notices })
    }
}

impl Transaction {
    /// The proof that a leaf is in a tree, from the hashes that are stored.
    async fn inclusion_proof(
        &mut self,
        log: &LogId,
        leaf_index: u64,
        tree_size: u64,
        read: &mut HashMap<HashRange, Vec<Hash>>,
    ) -> Result<InclusionProof, StorageError> {
        let plan = InclusionProof::plan(leaf_index, tree_size).ok_or(StorageError::Row("leaf_index"))?;
        for range in plan.ranges() {
            if let Entry::Vacant(place) = read.entry(range) {
                place.insert(self.hashes(log, range.level, range.start, range.count).await?);
            }
        }
        let hashes = plan.hashes(|range| read.get(range).cloned()).ok_or(StorageError::Row("log_hash"))?;
        Ok(InclusionProof { hashes })
    }
}

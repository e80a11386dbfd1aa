use undersign_protocol::petition::{PetitionId, ReviewAnswer, ReviewQuestion, ReviewState};
use undersign_protocol::timestamp::Timestamp;

use super::rules::{ReviewError, answer, check_question};
use crate::petition::Registry;

impl Registry {
    /// Answers an organiser's question about a petition: once, and nobody else's.
    pub(crate) async fn review(
        &self,
        petition_id: &str,
        question: &ReviewQuestion,
        now: Timestamp,
    ) -> Result<ReviewAnswer, ReviewError> {
        let petition_id: PetitionId = petition_id.parse().map_err(|_| ReviewError::Unknown)?;
        self.look().await?;
        // Read first: what a stranger asks waits for nobody's turn to write.
        let mut tx = self.database.begin_read("petition::review").await?;
        let reviewed = tx.reviewed(&petition_id).await?;
        drop(tx);
        // Looked for after the queue: what is published in between is in one of the two.
        let (organiser, answer) = match (reviewed, self.by_id(&petition_id)) {
            (_, Some(public)) => {
                let answer = ReviewAnswer { petition_id, state: ReviewState::Published, reason: None };
                (public.verified.manifest().organiser.public_key, answer)
            }
            (Some(reviewed), None) => (reviewed.petition.manifest().organiser.public_key, answer(&reviewed)),
            (None, None) => return Err(ReviewError::Unknown),
        };
        check_question(question, &petition_id, &organiser, now)?;
        let mut tx = self.database.begin("petition::question").await?;
        if !tx.insert_question(&question.nonce, now.day()).await? {
            return Err(ReviewError::Replayed);
        }
        tx.commit().await?;
        Ok(answer)
    }
}

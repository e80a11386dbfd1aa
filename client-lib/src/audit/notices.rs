use undersign_protocol::petition::{
    EarlierTotal, NoticeContent, NoticeSigner, PetitionId, SignedNotice, VerifiedManifest,
};
use undersign_protocol::timestamp::Timestamp;

use super::Defect;

/// What the notices of a log together say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeSummary {
    /// How many there are.
    pub count: u64,
    /// End of first-time issuance: the manifest's, or an earlier one of a notice.
    pub closes_at: Timestamp,
    /// Whether the text was taken down.
    pub taken_down: bool,
    /// The petition that replaces this one, by the last correction.
    pub replaced_by: Option<PetitionId>,
    /// What the organiser says was collected before, elsewhere, by the last notice of it. No audit confirms it, and it is in no total.
    pub earlier_total: Option<EarlierTotal>,
}

impl NoticeSummary {
    pub(super) fn new(petition: &VerifiedManifest) -> Self {
        let closes_at = petition.manifest().closes_at;
        Self { count: 0, closes_at, taken_down: false, replaced_by: None, earlier_total: None }
    }

    /// Checks a notice and adds what it says.
    pub(super) fn add(&mut self, signed: &SignedNotice, petition: &VerifiedManifest) -> Result<(), Defect> {
        let notice = signed.parse().map_err(|error| Defect::Notice(error.to_string()))?;
        if notice.petition_id != petition.petition_id() {
            return Err(Defect::NoticePetition);
        }
        let key = match notice.signer {
            NoticeSigner::Organiser => &petition.manifest().organiser.public_key,
            NoticeSigner::Operator => &petition.manifest().log.public_key,
        };
        signed.verify(key).map_err(|_| Defect::NoticeSignature)?;
        self.count += 1;
        match notice.content {
            // Only ever earlier.
            NoticeContent::Close { closes_at } => self.closes_at = self.closes_at.min(closes_at),
            NoticeContent::TakeDown {} => self.taken_down = true,
            NoticeContent::Correction { replaced_by } => self.replaced_by = Some(replaced_by),
            NoticeContent::EarlierTotal(earlier) if notice.signer == NoticeSigner::Organiser => {
                self.earlier_total = Some(earlier);
            }
            NoticeContent::Update {}
            | NoticeContent::Delivery { .. }
            | NoticeContent::Answer {}
            | NoticeContent::EarlierTotal(_) => {}
        }
        Ok(())
    }
}

use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::Hash;
use undersign_protocol::tally::Tally;

use super::NoticeSummary;

/// That a log holds. There is no other way to make one than to recount it.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub(super) petition: VerifiedManifest,
    pub(super) tree_size: u64,
    pub(super) root: Hash,
    pub(super) tally: Tally,
    pub(super) notices: NoticeSummary,
    pub(super) closed: Option<u64>,
}

impl Verdict {
    /// The petition, entry 0.
    pub fn petition(&self) -> &VerifiedManifest {
        &self.petition
    }

    /// How many entries were recounted.
    pub fn tree_size(&self) -> u64 {
        self.tree_size
    }

    /// The root that they give, which the log has signed.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The counts; each signature and withdrawal is valid and there once.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What the notices say.
    pub fn notices(&self) -> &NoticeSummary {
        &self.notices
    }

    /// Index of the close statement, where there is one: the issuer's word that issuance has ended and what was kept for the count
    /// is destroyed.
    pub fn closed(&self) -> Option<u64> {
        self.closed
    }
}

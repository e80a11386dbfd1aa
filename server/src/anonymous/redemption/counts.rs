use super::{Redemption, RedemptionError};
use crate::petition::Petition;

impl Redemption {
    /// Counts a refusal. What is taken is counted when it is published, with its batch: of the pool nothing is counted.
    pub(super) fn count<T>(&self, petition: &Petition, answer: &Result<T, RedemptionError>) {
        if let Some(refused) = answer.as_ref().err().and_then(refused) {
            self.counts.count(Some(&petition.verified.petition_id()), refused);
        }
    }
}

fn refused(error: &RedemptionError) -> Option<&'static str> {
    match error {
        RedemptionError::Authorization(_) | RedemptionError::Binding(_) | RedemptionError::Signature => {
            Some("refused/token-not-valid")
        }
        RedemptionError::NonceUsed => Some("refused/nonce-used"),
        RedemptionError::Withdrawn => Some("refused/withdrawn"),
        RedemptionError::WithdrawalNotValid => Some("refused/withdrawal-not-valid"),
        RedemptionError::NotYetOpen => Some("refused/not-yet-open"),
        RedemptionError::Closed => Some("refused/closed"),
        RedemptionError::Log(_) | RedemptionError::Storage(_) | RedemptionError::Gathered(_) => None,
    }
}

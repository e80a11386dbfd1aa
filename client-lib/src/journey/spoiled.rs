use undersign_protocol::petition::{PetitionId, Slug};

use super::Terms;
use crate::endpoints::Endpoints;

/// The issuer answered with something that is no signature over what was asked. The end of this request: its nonce, salt and blinding
/// factor are wiped and must not be used again, because a second, right answer could tell the issuer which token it became
/// (RFC 9474 §7). Nothing was signed. The issuer's key or its program is broken, or it tries to mark people; the operator should be
/// told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoiled {
    pub(crate) petition_id: PetitionId,
    pub(crate) slug: Slug,
    pub(crate) endpoints: Endpoints,
}

impl Spoiled {
    pub(super) fn new(terms: Box<Terms>) -> Self {
        Self { petition_id: terms.petition_id, slug: terms.slug, endpoints: terms.endpoints }
    }

    /// The petition that was to be signed.
    pub fn petition_id(&self) -> PetitionId {
        self.petition_id
    }

    /// Its short name.
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// Whose answer it was.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }
}

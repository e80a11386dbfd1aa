use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::issuance::TokenChallenge;
use undersign_protocol::petition::{PetitionId, Publication, Redemption, Slug};
use undersign_protocol::public_log::CheckpointKey;
use undersign_protocol::timestamp::Timestamp;

use super::{Promisor, Schedule};
use crate::checked::CheckedPetition;
use crate::endpoints::Endpoints;
use undersign_protocol::json_object;

/// What a journey has to remember of the petition that it is for: names, keys and rules, all from the checked manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub petition_id: PetitionId,
    pub slug: Slug,
    pub endpoints: Endpoints,
    pub issuer_name: String,
    pub origin_host: String,
    pub log_key: PublicKey,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub grace: u64,
    pub publication: Publication,
    pub redemption: Redemption,
}

json_object!(strict Terms { petition_id, slug, endpoints, issuer_name, origin_host, log_key, opens_at, closes_at, grace, publication, redemption });

impl Terms {
    pub fn of(petition: &CheckedPetition) -> Self {
        let manifest = petition.manifest();
        Self {
            petition_id: petition.petition_id(),
            slug: manifest.slug.clone(),
            endpoints: petition.endpoints().clone(),
            issuer_name: manifest.issuer.name.clone(),
            origin_host: manifest.origin.host.clone(),
            log_key: manifest.log.public_key,
            opens_at: manifest.opens_at,
            closes_at: petition.closes_at(),
            grace: manifest.grace,
            publication: manifest.publication,
            redemption: manifest.redemption,
        }
    }

    /// The challenge of this petition or of another one of the run. The list names no issuer and no origin: petitions of one run have
    /// one issuer, and one installation has one origin. Where that does not hold, the other token fails when it is checked against
    /// its own manifest, and nothing else.
    pub fn challenge(&self, petition_id: &PetitionId) -> TokenChallenge {
        TokenChallenge {
            issuer_name: self.issuer_name.clone(),
            redemption_context: Some(*petition_id.as_bytes()),
            origin_info: self.origin_host.clone(),
        }
    }

    pub fn log_path(&self) -> String {
        format!("/v1/petitions/{}/log", self.petition_id)
    }

    /// As [`Manifest::log_origin`](undersign_protocol::petition::Manifest::log_origin).
    pub fn log_origin(&self) -> String {
        format!("{}{}", self.origin_host, self.log_path())
    }

    pub fn promisor(&self) -> Promisor {
        Promisor {
            origin: self.log_origin(),
            key: self.log_key,
            opens_at: self.opens_at,
            publication: self.publication,
        }
    }

    pub fn schedule(&self) -> Schedule {
        Schedule {
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            grace: self.grace,
            publication: self.publication,
            redemption: self.redemption,
        }
    }

    pub fn checkpoint_key(&self) -> CheckpointKey {
        CheckpointKey::new(self.log_origin(), self.log_key)
    }
}

use crate::json::Raw;

use super::rules::check;
use super::{MAX_MANIFEST_SIZE, Manifest, ManifestError, PetitionId, from_canonical};
use crate::ed25519::Signature;
use crate::{json_object, serde_by_json};

const CONTEXT: &[u8] = b"undersign manifest v1\n";

/// Body of `POST /v1/petitions`.
#[derive(Debug)]
pub struct PublishRequest {
    /// The canonical manifest, byte for byte.
    pub manifest: Raw,
    /// Over `"undersign manifest v1\n"` and the petition_id.
    pub organiser_signature: Signature,
}

json_object!(strict PublishRequest { manifest, organiser_signature });
serde_by_json!(PublishRequest);

/// A manifest that is canonical, keeps every rule and carries its organiser's signature. There is no other way to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedManifest {
    manifest: Manifest,
    canonical: Vec<u8>,
    petition_id: PetitionId,
    organiser_signature: Signature,
}

/// What the organiser signs.
pub fn manifest_signing_text(petition_id: &PetitionId) -> Vec<u8> {
    [CONTEXT, petition_id.as_bytes()].concat()
}

impl VerifiedManifest {
    /// Checks received bytes and signature.
    pub fn verify(canonical: &[u8], organiser_signature: Signature) -> Result<Self, ManifestError> {
        if canonical.len() > MAX_MANIFEST_SIZE {
            return Err(ManifestError::TooLarge);
        }
        let manifest: Manifest = from_canonical(canonical)?;
        check(&manifest)?;
        let petition_id = PetitionId::of_manifest(canonical);
        manifest
            .organiser
            .public_key
            .verify(&manifest_signing_text(&petition_id), &organiser_signature)
            .map_err(|_| ManifestError::Signature)?;
        Ok(Self { manifest, canonical: canonical.to_vec(), petition_id, organiser_signature })
    }

    /// The parsed manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The bytes whose hash is the petition_id.
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// SHA-256 of the canonical bytes.
    pub fn petition_id(&self) -> PetitionId {
        self.petition_id
    }

    /// The organiser's signature.
    pub fn organiser_signature(&self) -> &Signature {
        &self.organiser_signature
    }

    /// Origin of the petition's log (C2SP tlog-checkpoint).
    pub fn log_origin(&self) -> String {
        self.manifest.log_origin(&self.petition_id)
    }
}

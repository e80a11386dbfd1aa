use undersign_client_lib::endpoints::Base;
use undersign_client_lib::organiser::{self, Folder};
use undersign_client_lib::request::Side;
use undersign_protocol::petition::{Manifest, VerifiedManifest};

use super::TestServer;
use crate::signer::{Sender, rng};

impl TestServer {
    /// Publishes a petition at both sides as an organiser would.
    pub async fn publish(&self, folder: Folder) -> VerifiedManifest {
        let manifest = self.manifest(&folder).await;
        let verified = organiser::sign(&manifest, &self.organiser).expect("a valid manifest");
        self.send_manifest(&verified).await;
        verified
    }

    /// The manifest of a petition, with the keys that both sides prepare for it.
    pub async fn manifest(&self, folder: &Folder) -> Manifest {
        self.manifest_at(folder, &self.issuer(), &self.origin()).await
    }

    /// As [`TestServer::manifest`], with the keys prepared where one of several processes answers.
    pub async fn manifest_at(&self, folder: &Folder, issuer: &Base, origin: &Base) -> Manifest {
        let sender = Sender::new(None);
        let slug = &folder.settings.slug;
        let identified = organiser::prepare_request(Side::Identified, issuer, slug, &self.organiser, &mut rng());
        let anonymous = organiser::prepare_request(Side::Anonymous, origin, slug, &self.organiser, &mut rng());
        let identified = organiser::read_prepared_identified(&sender.send(&identified).await).expect("prepared");
        let anonymous = organiser::read_prepared_anonymous(&sender.send(&anonymous).await).expect("prepared");
        folder.manifest(self.organiser.public_key(), &identified, &anonymous).expect("a manifest")
    }

    /// Sends a signed manifest to both sides, which must take it, also for the second time.
    pub async fn send_manifest(&self, manifest: &VerifiedManifest) {
        let sender = Sender::new(None);
        for (side, base) in [(Side::Identified, self.issuer()), (Side::Anonymous, self.origin())] {
            let answer = sender.send(&organiser::publish_request(side, &base, manifest)).await;
            organiser::read_published(&answer, manifest).expect("published");
        }
    }

    /// Sends a signed manifest to one of several processes, by one request: it is both sides.
    pub async fn send_manifest_to(&self, manifest: &VerifiedManifest, process: &Base) {
        let answer = Sender::new(None).send(&organiser::publish_request(Side::Identified, process, manifest)).await;
        organiser::read_published(&answer, manifest).expect("published");
    }
}

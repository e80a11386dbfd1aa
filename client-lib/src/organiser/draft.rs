use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::{
    Issuer, Log, ManifestError, Origin, PreparedAnonymous, PreparedIdentified, Tags, VerifiedManifest,
};

use super::folder::{Folder, sign};

/// A host of RFC 2606: nobody's.
const HOST: &str = "petitions.example";

impl Folder {
    /// The petition as it would be published, with keys that everybody knows and a host that is nobody's: to be looked at, and good for
    /// nothing else. Every rule of a manifest holds for it.
    pub fn draft(&self) -> Result<VerifiedManifest, ManifestError> {
        let key = SecretKey::from_seed(&[0; 32]);
        let public_key = key.public_key();
        let issuer = Issuer {
            name: HOST.to_owned(),
            token_key: token_key(),
            statement_key: public_key,
            address_rules: 1,
            tags: Tags::Local,
        };
        let anonymous = PreparedAnonymous { origin: Origin { host: HOST.to_owned() }, log: Log { public_key } };
        sign(&self.manifest(public_key, &PreparedIdentified { issuer }, &anonymous)?, &key)
    }
}

/// The first modulus of its form that could be a key's. Nobody has the factors.
fn token_key() -> TokenKey {
    let with_end = |end: u16| {
        let mut modulus = [0xff; 256];
        modulus[254..].copy_from_slice(&end.to_be_bytes());
        TokenKey::from_modulus(modulus).ok()
    };
    // Unwrap safety: a test makes one, and it is the same every time.
    (0..=u16::MAX).find_map(with_end).expect("one odd number in ten has no small factor")
}

//! Where to connect. Names in challenges and logs come from the manifest; where to connect comes from the link, so that a mirror or
//! an onion service works.

pub use undersign_protocol::base::{Base, BaseError};
use undersign_protocol::json_object;
use undersign_protocol::petition::Manifest;

/// The two sides that a signer talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Petition, redemption, log: the host of the link.
    pub origin: Base,
    /// Confirmation and tokens: the manifest's issuer.
    pub issuer: Base,
}

json_object!(strict Endpoints { origin, issuer });

impl Endpoints {
    /// The origin is where the link leads. The issuer is the same server where the manifest gives both one name, else the host
    /// that it names: over HTTPS, or HTTP where [`Base`] allows it.
    pub fn of(manifest: &Manifest, origin: &Base) -> Result<Self, BaseError> {
        let name = &manifest.issuer.name;
        let issuer = if *name == manifest.origin.host { origin.clone() } else { Base::of_host(name)? };
        Ok(Self { origin: origin.clone(), issuer })
    }
}

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder, X509Ref};

/// Writes a certificate for host names or addresses, signed by its own key, and that key, both in PEM.
pub fn write_certificate(hosts: &[&str], certificate: &Path, key: &Path) {
    let own_key = make_key().expect("a key");
    let signed = sign(hosts[0], hosts, &own_key, None).expect("a certificate");
    write(&signed, certificate, &own_key, key);
}

/// Vouches for names, until it is thrown away.
pub struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

impl Authority {
    /// A new one, which writes its own certificate in PEM.
    pub fn new(certificate: &Path) -> Self {
        let key = make_key().expect("a key");
        let signed = sign("Undersign's tests", &[], &key, None).expect("a certificate");
        fs::write(certificate, signed.to_pem().expect("PEM")).expect("the certificate is written");
        Self { key, certificate: signed }
    }

    /// Writes a certificate for a host name, and its key, both in PEM.
    pub fn vouch(&self, host: &str, certificate: &Path, key: &Path) {
        let own_key = make_key().expect("a key");
        let signed = sign(host, &[host], &own_key, Some(self)).expect("a certificate");
        write(&signed, certificate, &own_key, key);
    }
}

fn write(signed: &X509Ref, certificate: &Path, own_key: &PKey<Private>, key: &Path) {
    fs::write(certificate, signed.to_pem().expect("PEM")).expect("the certificate is written");
    fs::write(key, own_key.private_key_to_pem_pkcs8().expect("PEM")).expect("the key is written");
}

fn make_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

/// A certificate: an authority's word for hosts, or one's own.
fn sign(
    common_name: &str,
    hosts: &[&str],
    key: &PKey<Private>,
    authority: Option<&Authority>,
) -> Result<X509, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_text("CN", common_name)?;
    let name = name.build();
    let mut builder = X509::builder()?;
    // Version 3 (RFC 5280 §4.1.2.1), without which there are no extensions.
    builder.set_version(2)?;
    let mut serial_number = BigNum::new()?;
    serial_number.rand(64, MsbOption::ONE, false)?;
    builder.set_serial_number(&*serial_number.to_asn1_integer()?)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(authority.map_or(&*name, |authority| authority.certificate.subject_name()))?;
    builder.set_not_before(Asn1Time::days_from_now(0)?.as_ref())?;
    builder.set_not_after(Asn1Time::days_from_now(1)?.as_ref())?;
    builder.set_pubkey(key)?;
    let mut constraints = BasicConstraints::new();
    if authority.is_none() {
        constraints.critical().ca();
    }
    builder.append_extension(constraints.build()?)?;
    if !hosts.is_empty() {
        let mut alternative = SubjectAlternativeName::new();
        for host in hosts {
            match host.parse::<IpAddr>() {
                Ok(_) => alternative.ip(host),
                Err(_) => alternative.dns(host),
            };
        }
        let alternative = alternative.build(&builder.x509v3_context(None, None))?;
        builder.append_extension(alternative)?;
    }
    builder.sign(authority.map_or(key, |authority| &authority.key), MessageDigest::sha256())?;
    Ok(builder.build())
}

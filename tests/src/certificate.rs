use std::fs;
use std::net::IpAddr;
use std::path::Path;

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};

/// Writes a certificate for host names or addresses, signed by its own key, and that key, both in PEM.
pub fn write_certificate(hosts: &[&str], certificate: &Path, key: &Path) {
    let own_key = make_key().expect("a key");
    let signed = self_signed(hosts, &own_key).expect("a certificate");
    fs::write(certificate, signed.to_pem().expect("PEM")).expect("the certificate is written");
    fs::write(key, own_key.private_key_to_pem_pkcs8().expect("PEM")).expect("the key is written");
}

fn make_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

fn self_signed(hosts: &[&str], key: &PKey<Private>) -> Result<X509, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_text("CN", hosts[0])?;
    let name = name.build();
    let mut builder = X509::builder()?;
    // Version 3 (RFC 5280 §4.1.2.1), without which there are no extensions.
    builder.set_version(2)?;
    let serial_number: Asn1Integer = BigNum::from_u32(1)?.to_asn1_integer()?;
    builder.set_serial_number(&serial_number)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_not_before(Asn1Time::days_from_now(0)?.as_ref())?;
    builder.set_not_after(Asn1Time::days_from_now(1)?.as_ref())?;
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    let mut alternative = SubjectAlternativeName::new();
    for host in hosts {
        match host.parse::<IpAddr>() {
            Ok(_) => alternative.ip(host),
            Err(_) => alternative.dns(host),
        };
    }
    let alternative = alternative.build(&builder.x509v3_context(None, None))?;
    builder.append_extension(alternative)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}

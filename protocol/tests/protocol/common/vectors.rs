//! The vectors that ship in the `privacypass` package, made by its own code and by the Go implementation of RFC 9578.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// One issuance: what client and issuer wrote and what came of it.
pub struct Issuance {
    /// 2 for ours.
    pub token_type: u16,
    /// PEM.
    pub secret_key: Vec<u8>,
    /// SPKI.
    pub token_key: Vec<u8>,
    pub token_challenge: Vec<u8>,
    pub nonce: [u8; 32],
    pub token: Vec<u8>,
}

/// A file's vector: requests and responses as they were sent, and what they were for.
pub struct Vector {
    pub issuances: Vec<Issuance>,
    pub token_request: Vec<u8>,
    pub token_response: Vec<u8>,
}

/// Single requests of type 0x0002, from both implementations.
pub fn public() -> Vec<Vector> {
    read(&["public_go.json", "public_rs.json"])
}

/// Generic batches, some with other token types in them, from both implementations.
pub fn generic() -> Vec<Vector> {
    read(&["generic_go.json", "generic_rs.json"])
}

fn read(files: &[&str]) -> Vec<Vector> {
    let vectors: Vec<Vector> = files.iter().flat_map(|file| read_file(file)).collect();
    assert!(vectors.len() > files.len(), "each file has several vectors");
    vectors
}

fn read_file(file: &str) -> Vec<Vector> {
    let text = std::fs::read_to_string(FOLDER.join(file)).unwrap();
    let list: Vec<Value> = serde_json::from_str(&text).unwrap();
    list.iter()
        .map(|vector| Vector {
            // A file of single requests has no list of issuances: the vector is the issuance.
            issuances: match vector.get("issuance").and_then(Value::as_array) {
                Some(issuances) => issuances.iter().map(issuance).collect(),
                None => vec![issuance(vector)],
            },
            token_request: field(vector, &["token_request"]),
            token_response: field(vector, &["token_response"]),
        })
        .collect()
}

fn issuance(value: &Value) -> Issuance {
    let token = field(value, &["token"]);
    Issuance {
        token_type: u16::from_be_bytes([token[0], token[1]]),
        secret_key: field(value, &["skS", "sk_s"]),
        token_key: field(value, &["pkS", "pk_s"]),
        token_challenge: field(value, &["token_challenge"]),
        nonce: field(value, &["nonce"]).try_into().unwrap(),
        token,
    }
}

/// Hexadecimal; the two implementations name some fields otherwise.
fn field(value: &Value, names: &[&str]) -> Vec<u8> {
    let text = names.iter().find_map(|name| value.get(name)).and_then(Value::as_str);
    hex::decode(text.unwrap_or_else(|| panic!("no field {names:?}"))).unwrap()
}

/// Where cargo keeps the package's sources. The vectors are read there: copies could drift. Asked for this platform alone, cargo needs
/// no package that building the tests did not need.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", "host-tuple", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "privacypass").unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap()).parent().unwrap().join("tests/kat_vectors")
});

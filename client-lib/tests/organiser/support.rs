use std::collections::BTreeMap;
use std::sync::LazyLock;

use openssl::rsa::Rsa;
use undersign_client_lib::organiser::{Folder, FolderProblem, sign};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::{
    Issuer, Log, ManifestError, Origin, PreparedAnonymous, PreparedIdentified, Tags, VerifiedManifest,
};

pub type Files = BTreeMap<String, String>;

/// One real key for all tests: making one takes a moment.
static TOKEN_KEY: LazyLock<TokenKey> = LazyLock::new(|| {
    let modulus = Rsa::generate(2048).expect("a key").n().to_vec_padded(256).expect("256 bytes");
    TokenKey::from_modulus(modulus.try_into().expect("256 bytes")).expect("a good key")
});

pub fn organiser_key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

/// What the two sides answer, with hosts of the largest size, so that every size is the largest.
pub fn prepared() -> (PreparedIdentified, PreparedAnonymous) {
    let label = "a".repeat(63);
    let host = format!("{label}.{label}.{label}.{}:65535", "a".repeat(61));
    let public_key = SecretKey::from_seed(&[8; 32]).public_key();
    let issuer = Issuer {
        name: host.clone(),
        token_key: *TOKEN_KEY,
        statement_key: public_key,
        address_rules: 1,
        tags: Tags::Evaluator,
    };
    (PreparedIdentified { issuer }, PreparedAnonymous { origin: Origin { host }, log: Log { public_key } })
}

/// The whole way from a folder to a manifest that every server takes.
pub fn signed(folder: &Folder) -> Result<VerifiedManifest, ManifestError> {
    let key = organiser_key();
    let (identified, anonymous) = prepared();
    sign(&folder.manifest(key.public_key(), &identified, &anonymous)?, &key)
}

/// A small complete folder in two languages.
pub fn small() -> Files {
    let settings = r##"slug = "bus"
opens_at = "2026-12-01T00:00:00Z"
closes_at = 2027-06-01T00:00:00Z
goals = [100, 500]
accent = "#1f5a7a"

[organiser]
name = { en = "Residents", ru = "Жители" }

[[addressees]]
name = { en = "Mayor", ru = "Мэр" }
reason = { en = "Decides.", ru = "Решает." }

[[channels]]
label = { en = "News", ru = "Новости" }
url = "https://example.org/news"
"##;
    let files = [
        ("petition.toml", settings),
        ("en/petition.md", "# Keep the bus\n\nThe town wants\nto cancel it.\n\n## Why\n\nPeople need it.\n"),
        ("en/demands.md", "- Keep it.\n- Publish\n  the figures.\n"),
        ("en/faq.md", "## Who?\n\nWe.\n"),
        ("en/help.md", "Write to us.\n"),
        ("ru/petition.md", "# Оставьте автобус\n\nГород хочет его отменить.\n\nОн нужен людям.\n"),
        ("ru/demands.md", "- Оставить.\n- Опубликовать цифры.\n"),
        ("ru/faq.md", "## Кто?\n\nМы.\n"),
        ("ru/help.md", "Напишите нам.\n"),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// The small folder with one text of one file replaced by another.
pub fn changed(file: &str, old: &str, new: &str) -> Files {
    let mut files = small();
    let text = files.get_mut(file).expect("the file");
    assert!(text.contains(old), "{file} does not contain {old}");
    *text = text.replacen(old, new, 1);
    files
}

/// The problems of a folder that is not accepted.
pub fn problems(files: &Files) -> Vec<FolderProblem> {
    Folder::parse(files).expect_err("a folder with problems")
}

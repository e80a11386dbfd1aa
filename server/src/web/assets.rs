use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use brotli::CompressorWriter;
use sha2::{Digest as _, Sha256};
use tower_http::compression::CompressionLayer;
use undersign_pages::assets::{AssetPaths, ICON, PLAIN_ICON, STYLE};

/// The best that brotli can do, and the largest window that every browser takes (RFC 7932 §9.1).
const QUALITY: u32 = 11;
const WINDOW: u32 = 22;

/// Everything that pages load, by name: style, icon and scripts, which are in the program, and the client package, which is read when
/// the program starts.
#[derive(Debug)]
pub struct Assets {
    files: BTreeMap<String, File>,
    paths: AssetPaths,
}

#[derive(Debug)]
struct File {
    media_type: &'static str,
    plain: Bytes,
    /// The best that brotli can do; made when it is first asked for, unless it came with the file.
    brotli: OnceLock<Bytes>,
}

/// Why the client package cannot be served.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot read {path}: {source}. client_dir must be what `cargo xtask client` has built (target/client); leave it out to serve pages that only read"
)]
pub struct ClientDirError {
    path: PathBuf,
    source: std::io::Error,
}

/// Files of the client package that are served.
pub const CLIENT: [&str; 12] = [
    "undersign_client.js",
    "undersign_client_bg.wasm",
    "undersign_withdrawal.js",
    "undersign_withdrawal_bg.wasm",
    "undersign_qr.js",
    "undersign_qr_bg.wasm",
    "undersign_proof.js",
    "undersign_proof_bg.wasm",
    "undersign_audit.js",
    "undersign_audit_bg.wasm",
    "undersign_oblivious.js",
    "undersign_oblivious_bg.wasm",
];

/// The same without WebAssembly. A package that was built where there is no Node.js has not got it.
const FALLBACK: [&str; 4] = [
    "undersign_client_fallback.js",
    "undersign_qr_fallback.js",
    "undersign_audit_fallback.js",
    "undersign_oblivious_fallback.js",
];

/// Of everything else that pages load: who opens it as a page of its own sees what it is, and no more.
const POLICY: &str = "default-src 'none'";

/// The scripts that run outside a page, and what they may do there: a worker takes its policy from its own answer, not from the page.
const WORKERS: [&str; 2] = ["proof/worker.js", "verify/worker.js"];
const WORKER_POLICY: &str =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'";

/// A script as build.rs has written it: with all that it imports, minified.
macro_rules! script {
    ($name:literal) => {
        ($name, include_bytes!(concat!(env!("OUT_DIR"), "/scripts/", $name)).as_slice())
    };
}

const EMBEDDED: [(&str, &[u8]); 12] = [
    ("icon.svg", ICON.as_bytes()),
    ("page.css", STYLE.as_bytes()),
    ("plain.svg", PLAIN_ICON.as_bytes()),
    script!("proof/worker.js"),
    script!("share/main.js"),
    script!("sign/confirm.js"),
    script!("sign/main.js"),
    script!("sign/oblivious.js"),
    script!("sign/reminder.js"),
    script!("verify/main.js"),
    script!("verify/worker.js"),
    script!("withdraw/main.js"),
];

impl Assets {
    /// Reads the client package, if there is to be one.
    pub fn load(client_dir: Option<&Path>) -> Result<Arc<Self>, ClientDirError> {
        let mut files = BTreeMap::new();
        for (name, content) in EMBEDDED {
            files.insert(name.to_owned(), File::new(name, Bytes::from_static(content), None));
        }
        let in_client_dir = |name: &str| client_dir.unwrap_or(Path::new("")).join(name);
        let has_fallback = client_dir.is_some() && FALLBACK.iter().all(|name| in_client_dir(name).is_file());
        let fallback = FALLBACK.into_iter().filter(|_| has_fallback);
        for name in CLIENT.into_iter().filter(|_| client_dir.is_some()).chain(fallback) {
            let path = in_client_dir(name);
            let read = |end: &str| std::fs::read(format!("{}{end}", path.display())).map(Bytes::from);
            let plain = read("").map_err(|source| ClientDirError { path: path.clone(), source })?;
            files.insert(format!("client/{name}"), File::new(name, plain, read(".br").ok()));
        }
        let mut hash = Sha256::new();
        for (name, file) in &files {
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name);
            hash.update((file.plain.len() as u64).to_be_bytes());
            hash.update(&file.plain);
        }
        let prefix = format!("/assets/{}", &hex::encode(hash.finalize())[..16]);
        let paths = AssetPaths { prefix, has_client: client_dir.is_some(), has_fallback };
        Ok(Arc::new(Self { files, paths }))
    }

    /// Where pages find them. The version in the paths is a hash of everything: a path never changes its content, and modules of two
    /// versions never meet.
    pub fn paths(&self) -> &AssetPaths {
        &self.paths
    }

    /// `GET /assets/{version}/{name}`, for every asset.
    pub fn router<S: Clone + Send + Sync + 'static>(self: &Arc<Self>) -> Router<S> {
        let mut router = Router::new();
        for name in self.files.keys() {
            let (assets, name) = (Arc::clone(self), name.clone());
            let path = format!("{}/{name}", self.paths.prefix);
            router = router.route(&path, get(async move |headers: HeaderMap| assets.answer(&name, &headers)));
        }
        router.layer(CompressionLayer::new())
    }

    fn answer(&self, name: &str, headers: &HeaderMap) -> Response {
        let policy = if WORKERS.contains(&name) { WORKER_POLICY } else { POLICY };
        ([(header::CONTENT_SECURITY_POLICY, policy)], self.file(name, headers)).into_response()
    }

    fn file(&self, name: &str, headers: &HeaderMap) -> Response {
        let Some(file) = self.files.get(name) else { return StatusCode::NOT_FOUND.into_response() };
        let fixed: [(HeaderName, &str); 3] = [
            (header::CONTENT_TYPE, file.media_type),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::VARY, "accept-encoding"),
        ];
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = |coding: &str| {
            accepted.split(',').any(|part| part.split(';').next().is_some_and(|name| name.trim() == coding))
        };
        if !accepts("br") {
            // The layer around this knows gzip.
            return (fixed, file.plain.clone()).into_response();
        }
        let brotli = file.brotli.get_or_init(|| compress(&file.plain));
        (fixed, [(header::CONTENT_ENCODING, HeaderValue::from_static("br"))], brotli.clone()).into_response()
    }
}

impl File {
    /// # Arguments
    /// * `brotli` – the same, compressed, where it is there already
    fn new(name: &str, plain: Bytes, brotli: Option<Bytes>) -> Self {
        Self { media_type: media_type(name), plain, brotli: brotli.map_or_else(OnceLock::new, OnceLock::from) }
    }
}

/// Some milliseconds of work, once for each file.
fn compress(plain: &[u8]) -> Bytes {
    let mut writer = CompressorWriter::new(Vec::new(), plain.len().max(1), QUALITY, WINDOW);
    // Unwrap safety: a vector takes every byte.
    writer.write_all(plain).expect("a vector takes every byte");
    writer.into_inner().into()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

//! Answers from memory. What a handler marks with `Cacheable` is kept with all its headers, in the encodings that clients ask for, and
//! given to whoever asks for the same within the second; nothing of who asks is kept. Whatever changes an answer in this process makes
//! it void at once; another process's changes are seen in the next second.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use undersign_pages::InterfaceLanguage;
use undersign_protocol::timestamp::Timestamp;

use super::language::interface_language;
use super::problem::WebProblem;
use crate::clock::Clock;

/// Most bytes that are kept; then everything is forgotten and kept anew.
const MOST_BYTES: usize = 16 << 20;
/// The best that brotli can do, in tens of milliseconds, and the largest window that every browser takes (RFC 7932 §9.1).
const QUALITY: u32 = 11;
const WINDOW: u32 = 22;
/// Smaller answers are not compressed: they fit into one packet.
const SMALL: usize = 1_024;

/// Put into an answer's extensions: it is the same for everyone who asks for this path in this language.
#[derive(Debug, Clone, Copy)]
pub struct Cacheable;

/// Counts changes of what answers are made of: those that have begun, and those that have ended.
#[derive(Debug, Clone, Default)]
pub struct Version(Arc<[AtomicU64; 2]>);

/// A change that is under way; it ends when this is dropped.
#[must_use = "held until the change is committed"]
pub struct Change(Version);

impl Version {
    /// Something changes from now on: until it has ended nothing is answered from memory. Whoever has seen the change elsewhere then
    /// never sees what was before it.
    pub fn change(&self) -> Change {
        self.0[0].fetch_add(1, Ordering::SeqCst);
        Change(self.clone())
    }

    /// Something has changed already.
    pub fn changed(&self) {
        drop(self.change());
    }

    /// `None` while something changes.
    fn now(&self) -> Option<u64> {
        let ended = self.0[1].load(Ordering::SeqCst);
        let begun = self.0[0].load(Ordering::SeqCst);
        (begun == ended).then_some(ended)
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.0.0[1].fetch_add(1, Ordering::SeqCst);
    }
}

/// The answers that are kept.
pub struct CachedAnswers {
    clock: Arc<dyn Clock>,
    /// Of everything that answers are made of.
    versions: Vec<Version>,
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: [HashMap<String, Arc<Answer>>; InterfaceLanguage::ALL.len()],
    bytes: usize,
}

struct Answer {
    second: Timestamp,
    version: u64,
    headers: HeaderMap,
    /// Without quotes.
    etag: String,
    body: Arc<Body>,
}

/// A body and what it is compressed. Later answers with the same content share it, so it may take its time to be small.
struct Body {
    plain: Bytes,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

impl CachedAnswers {
    /// None yet.
    pub fn new(clock: Arc<dyn Clock>, versions: Vec<Version>) -> Self {
        Self { clock, versions, kept: RwLock::default() }
    }

    fn version(&self) -> Option<u64> {
        self.versions.iter().map(Version::now).sum()
    }

    fn get(&self, language: InterfaceLanguage, path: &str) -> Option<Arc<Answer>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let answer = kept.answers[language as usize].get(path)?;
        let is_fresh = Some(answer.version) == self.version() && answer.second == self.clock.now();
        is_fresh.then(|| Arc::clone(answer))
    }

    /// The body that was answered last, if it is this one.
    fn body(&self, language: InterfaceLanguage, path: &str, plain: Bytes) -> Arc<Body> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let last = kept.answers[language as usize].get(path).filter(|answer| answer.body.plain == plain);
        last.map_or_else(|| Arc::new(Body::new(plain)), |answer| Arc::clone(&answer.body))
    }

    fn put(&self, language: InterfaceLanguage, path: &str, answer: &Arc<Answer>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + answer.body.plain.len() > MOST_BYTES {
            *kept = Kept::default();
        }
        let old = kept.answers[language as usize].insert(path.to_owned(), Arc::clone(answer));
        kept.bytes += path.len() + answer.body.plain.len();
        kept.bytes -= old.map_or(0, |old| path.len() + old.body.plain.len());
    }
}

/// Answers from memory where it can. The innermost answer is asked for without compression.
pub async fn cached(State(answers): State<Arc<CachedAnswers>>, request: Request, next: Next) -> Response {
    let (path, headers) = (request.uri().path(), request.headers());
    // Another host's page is answered with headers of its own; files have their own encodings.
    let is_plain = request.method() == Method::GET
        && request.uri().query().is_none()
        && !headers.contains_key(header::ORIGIN)
        && !path.starts_with("/assets/");
    if !is_plain {
        return next.run(request).await;
    }
    let language = interface_language(headers);
    if let Some(answer) = answers.get(language, path) {
        return answer.for_client(headers);
    }
    let (path, headers) = (path.to_owned(), headers.clone());
    let (second, version) = (answers.clock.now(), answers.version());
    let mut response = next.run(without_conditions(request)).await;
    if response.status() != StatusCode::OK || response.extensions_mut().remove::<Cacheable>().is_none() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let plain = match to_bytes(body, MOST_BYTES).await {
        Ok(plain) => plain,
        Err(error) => return WebProblem::internal(&error).into_response(),
    };
    let body = answers.body(language, &path, plain);
    let answer = Arc::new(Answer::new(second, version.unwrap_or_default(), parts.headers, body));
    if version.is_some() {
        answers.put(language, &path, &answer);
    }
    answer.for_client(&headers)
}

/// Asks for the whole answer, as it is.
fn without_conditions(mut request: Request) -> Request {
    for name in [header::ACCEPT_ENCODING, header::IF_NONE_MATCH] {
        request.headers_mut().remove(name);
    }
    request
}

impl Answer {
    fn new(second: Timestamp, version: u64, mut headers: HeaderMap, body: Arc<Body>) -> Self {
        headers.remove(header::CONTENT_LENGTH);
        let own = headers.remove(header::ETAG);
        let own = own.and_then(|etag| etag.to_str().ok().map(|etag| etag.trim_matches('"').to_owned()));
        let etag = own.unwrap_or_else(|| hex::encode(Sha256::digest(&body.plain))[..32].to_owned());
        if body.plain.len() >= SMALL {
            headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        Self { second, version, headers, etag, body }
    }

    fn for_client(&self, request: &HeaderMap) -> Response {
        let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts = |coding: &str| {
            let named = |part: &str| part.split(';').next().is_some_and(|name| name.trim() == coding);
            self.body.plain.len() >= SMALL && accepted.split(',').any(named)
        };
        let (coding, content) = if let Some(brotli) = accepts("br").then(|| self.body.brotli()).flatten() {
            (Some("br"), brotli)
        } else if let Some(gzip) = accepts("gzip").then(|| self.body.gzip()).flatten() {
            (Some("gzip"), gzip)
        } else {
            (None, self.body.plain.clone())
        };
        let mut response = if is_known(request, &self.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Response::new(content.into())
        };
        *response.headers_mut() = self.headers.clone();
        if let Some(coding) = coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        // Of another encoding it is another tag (RFC 9110 §8.8.3.3).
        let etag = coding.map_or_else(|| format!("\"{}\"", self.etag), |coding| format!("\"{}-{coding}\"", self.etag));
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

impl Body {
    fn new(plain: Bytes) -> Self {
        Self { plain, brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    fn brotli(&self) -> Option<Bytes> {
        let compress = || {
            let mut compressed = Vec::new();
            let mut writer = brotli::CompressorWriter::new(&mut compressed, self.plain.len().max(1), QUALITY, WINDOW);
            writer.write_all(&self.plain).ok()?;
            drop(writer);
            Some(compressed.into())
        };
        self.brotli.get_or_init(compress).clone()
    }

    fn gzip(&self) -> Option<Bytes> {
        let compress = || {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&self.plain).ok()?;
            encoder.finish().ok().map(Bytes::from)
        };
        self.gzip.get_or_init(compress).clone()
    }
}

/// Whether the client has this version (RFC 9110 §13.1.2), in whatever encoding. A proxy that compresses makes a tag weak; it names the
/// same answer.
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        tag == "*" || tag.strip_suffix("-br").or_else(|| tag.strip_suffix("-gzip")).unwrap_or(tag) == etag
    })
}

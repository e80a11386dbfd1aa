use bhttp::{Message, Mode};
use undersign_protocol::oblivious::{REQUEST_SIZE, pad};
use zeroize::Zeroizing;

use crate::request::Request;

/// A POST that is sealed: what of it the server sees. Whoever makes it, it has the same headers, authority and size, so that it tells
/// nothing of the program that made it.
pub struct Inner<'a> {
    path: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    content: &'a [u8],
}

impl<'a> Inner<'a> {
    /// Without the name under which the server is reached: it may be a mirror's or an onion's.
    ///
    /// # Arguments
    /// * `headers` – names in small letters, and values
    pub fn new(url: &'a str, headers: Vec<(&'a str, &'a str)>, content: &'a [u8]) -> Self {
        Self { path: path_of(url), headers, content }
    }

    /// The same request.
    pub fn of(request: &'a Request) -> Self {
        let headers = request.headers().iter().map(|(name, value)| (*name, value.as_str())).collect();
        Self::new(request.url(), headers, request.content())
    }

    /// As Binary HTTP (RFC 9292) of known length, filled up with zeros; `None` where it is too large.
    ///
    /// # Arguments
    /// * `host` – the origin's name in the manifest
    pub(super) fn encode(&self, host: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut message = Message::request(
            b"POST".to_vec(),
            b"https".to_vec(),
            host.as_bytes().to_vec(),
            self.path.as_bytes().to_vec(),
        );
        for (name, value) in &self.headers {
            message.put_header(*name, *value);
        }
        message.write_content(self.content);
        // Room for all of it at once: what is moved while it grows leaves copies behind.
        let mut encoded = Zeroizing::new(Vec::with_capacity(REQUEST_SIZE));
        message.write_bhttp(Mode::KnownLength, &mut *encoded).ok()?;
        pad(&encoded, REQUEST_SIZE).map(Zeroizing::new)
    }
}

/// What follows scheme and authority.
fn path_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find('/').map_or("/", |at| &url[authority + at..])
}

//! HTTP without a network: what is to be sent, as a value. Whoever has a socket, a browser or a test sends it and hands back a
//! [`Response`](crate::response::Response).

use undersign_protocol::json::{ToJson, to_vec};
use zeroize::Zeroize as _;

use crate::endpoints::Base;

/// How to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads; changes nothing.
    Get,
    /// May be sent again: a repeat gets the same answer and counts once. But for an organiser's request for counts, which is signed anew.
    Post,
}

/// Which side a request goes to. The two must not share a connection: one connection would join the address to the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Sees the address, never the token.
    Identified,
    /// Sees the token, never the address.
    Anonymous,
}

/// What a request is for. Requests of two stages share no connection, and through a proxy no user name: where it comes out they
/// are those of two strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Looks a petition up, or publishes one.
    Petition,
    /// Sees the address.
    EmailVerification,
    /// Fetches tokens.
    Issuance,
    /// Hands a token in, or takes a signature back.
    Redemption,
    /// Reads a petition's log.
    PublicLog,
}

/// A request to send. It may hold an address, a code or a token, so it has no `Debug`, and its body and headers are wiped when it is
/// dropped. Nothing may be added to it: no cookie, no credentials, no user agent; no redirect may be followed.
pub struct Request {
    method: Method,
    side: Side,
    stage: Stage,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn get(side: Side, stage: Stage, base: &Base, path: &str) -> Self {
        Self::new(Method::Get, side, stage, base, path)
    }

    pub(crate) fn post(side: Side, stage: Stage, base: &Base, path: &str) -> Self {
        Self::new(Method::Post, side, stage, base, path)
    }

    /// To a relay: what is in it goes to the anonymous side.
    #[cfg(feature = "oblivious")]
    pub(crate) fn to_relay(url: String) -> Self {
        let (method, side, stage) = (Method::Post, Side::Anonymous, Stage::Redemption);
        Self { method, side, stage, url, headers: Vec::new(), body: Vec::new() }
    }

    fn new(method: Method, side: Side, stage: Stage, base: &Base, path: &str) -> Self {
        Self { method, side, stage, url: format!("{base}{path}"), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn body(mut self, media_type: &'static str, body: Vec<u8>) -> Self {
        self.body = body;
        self.header("content-type", media_type.to_owned())
    }

    pub(crate) fn json(self, message: &impl ToJson) -> Self {
        self.body("application/json", to_vec(message))
    }

    /// How to ask.
    pub fn method(&self) -> Method {
        self.method
    }

    /// On which side's connection.
    pub fn side(&self) -> Side {
        self.side
    }

    /// On which stage's connection.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The whole URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Headers, names in small letters, `content-type` and `accept` among them where they matter.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The body; empty where there is none.
    pub fn content(&self) -> &[u8] {
        &self.body
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.body.zeroize();
        self.headers.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

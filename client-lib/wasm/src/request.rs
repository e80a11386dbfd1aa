use std::rc::Rc;

use undersign_client_lib::request::{Method, Request, Side as RequestSide};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::bytes::Uint8Array;

/// Which side a request goes to.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Sees the address, never the token.
    Identified,
    /// Sees the token, never the address.
    Anonymous,
}

/// A request to send, as it is: no cookie, no credentials, no referrer, no cache; no redirect may be followed. It may hold an
/// address, a code or a token, so call `free()` when it was sent: that wipes it.
#[wasm_bindgen]
pub struct Outgoing(Rc<Request>);

#[wasm_bindgen]
impl Outgoing {
    /// `GET` or `POST`. Each POST may be sent again: a repeat gets the same answer and counts once.
    #[wasm_bindgen(getter, unchecked_return_type = "\"GET\" | \"POST\"")]
    pub fn method(&self) -> String {
        let method = match self.0.method() {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        method.to_owned()
    }

    /// The whole URL.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.url().to_owned()
    }

    /// Which side it goes to.
    #[wasm_bindgen(getter)]
    pub fn side(&self) -> Side {
        match self.0.side() {
            RequestSide::Identified => Side::Identified,
            RequestSide::Anonymous => Side::Anonymous,
        }
    }

    /// Name, value, name, value, … Names are in small letters.
    // Made of JavaScript's strings at once: a `Vec<String>` would leave copies behind that are not wiped.
    #[wasm_bindgen(getter, unchecked_return_type = "string[]")]
    pub fn headers(&self) -> Vec<JsValue> {
        let mut texts = Vec::new();
        for (name, value) in self.0.headers() {
            texts.push(JsValue::from_str(name));
            texts.push(JsValue::from_str(value));
        }
        texts
    }

    /// The body; `undefined` where there is none.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Option<Uint8Array> {
        let content = self.0.content();
        (!content.is_empty()).then(|| Uint8Array::new(content))
    }
}

impl Outgoing {
    /// The request itself, for callers in Rust.
    pub fn request(&self) -> &Request {
        &self.0
    }
}

impl From<Request> for Outgoing {
    fn from(request: Request) -> Self {
        Self(Rc::new(request))
    }
}

/// One more handle on the same request; the last one that is freed wipes it.
impl From<&Rc<Request>> for Outgoing {
    fn from(request: &Rc<Request>) -> Self {
        Self(Rc::clone(request))
    }
}

use undersign_client_lib::oblivious::Sealed;
use undersign_client_lib::response::Response;
use undersign_protocol::oblivious::REQUEST_MEDIA_TYPE;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::ObliviousError;

/// A request that the host's gateway alone can open. To be posted to one relay: no cookie, no credentials, no referrer, no cache; no
/// redirect may be followed.
#[wasm_bindgen]
pub struct SealedRequest(Sealed);

/// What the server has answered.
#[wasm_bindgen]
pub struct Opened(Response);

#[wasm_bindgen]
impl SealedRequest {
    /// The bytes to send; all requests have as many.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Vec<u8> {
        self.0.body().to_vec()
    }

    /// Value of the header `content-type` to send.
    #[wasm_bindgen(getter, js_name = mediaType)]
    pub fn media_type(&self) -> String {
        REQUEST_MEDIA_TYPE.to_owned()
    }

    /// Opens the relay's answer.
    ///
    /// @param status - `response.status`
    /// @param mediaType - the header `content-type`, if there is one
    /// @param body - all of the body
    /// @throws ObliviousError `relay`: this relay has brought nothing, and the next one is to be tried
    pub fn open(
        self,
        status: u16,
        #[wasm_bindgen(js_name = mediaType)] media_type: Option<String>,
        body: Vec<u8>,
    ) -> Result<Opened, ObliviousError> {
        let answer = Response { status, media_type, retry_after: None, body };
        let opened = self.0.open(&answer).map_err(|error| ObliviousError::new("relay", error.to_string()))?;
        Ok(Opened(opened))
    }
}

impl SealedRequest {
    pub(crate) fn new(sealed: Sealed) -> Self {
        Self(sealed)
    }
}

#[wasm_bindgen]
impl Opened {
    /// The server's status.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// Its header `content-type`.
    #[wasm_bindgen(getter, js_name = mediaType)]
    pub fn media_type(&self) -> Option<String> {
        self.0.media_type.clone()
    }

    /// Its header `retry-after`, in seconds.
    #[wasm_bindgen(getter, js_name = retryAfter)]
    pub fn retry_after(&self) -> Option<f64> {
        self.0.retry_after.map(|seconds| seconds as f64)
    }

    /// Its body.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Vec<u8> {
        self.0.body.clone()
    }
}

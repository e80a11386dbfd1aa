use undersign_client_lib::response::{MAX_RESPONSE, Response};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize as _;

use crate::error::{ClientError, ErrorKind};

/// What a server answered. A method that takes one uses it up.
#[wasm_bindgen]
pub struct Answer(Response);

#[wasm_bindgen]
impl Answer {
    /// As it was received.
    ///
    /// @param status - `response.status`
    /// @param mediaType - the header `content-type`, if there is one
    /// @param retryAfter - the header `retry-after` as a number of seconds, if there is one
    /// @param body - all of the body, at most 8 MiB
    /// @throws ClientError `answer`: the body is larger
    #[wasm_bindgen(constructor)]
    pub fn new(
        status: u16,
        #[wasm_bindgen(js_name = mediaType)] media_type: Option<String>,
        #[wasm_bindgen(js_name = retryAfter)] retry_after: Option<f64>,
        body: Vec<u8>,
    ) -> Result<Self, ClientError> {
        if body.len() > MAX_RESPONSE {
            return Err(ClientError::new(ErrorKind::Answer, "the server's answer is too large"));
        }
        // A date, which the header may hold too, has come through `Number` as NaN.
        let retry_after = retry_after.filter(|seconds| *seconds >= 0.0).map(|seconds| seconds as u64);
        Ok(Self(Response { status, media_type, retry_after, body }))
    }
}

impl Answer {
    /// The answer itself, for callers in Rust.
    pub fn response(&self) -> &Response {
        &self.0
    }

    pub(crate) fn into_response(mut self) -> Response {
        Response {
            status: self.0.status,
            media_type: self.0.media_type.take(),
            retry_after: self.0.retry_after,
            body: std::mem::take(&mut self.0.body),
        }
    }
}

/// In the same order.
pub(crate) fn responses(answers: Vec<Answer>) -> Vec<Response> {
    let mut responses = Vec::with_capacity(answers.len());
    for answer in answers {
        responses.push(answer.into_response());
    }
    responses
}

/// Wiped, because a body may hold what becomes a token.
impl Drop for Answer {
    fn drop(&mut self) {
        self.0.body.zeroize();
    }
}

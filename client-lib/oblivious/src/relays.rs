use getrandom::SysRng;
use rand_core::UnwrapErr;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::oblivious::{Announced, Inner, Sealed};
use undersign_protocol::timestamp::Timestamp;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::ObliviousError;
use crate::sealed::SealedRequest;

/// What the host's log says of relays.
#[wasm_bindgen]
pub struct Relays {
    announced: Announced,
    base: Base,
    host: String,
}

#[wasm_bindgen]
impl Relays {
    /// Where requests are posted to, in a random order: each time another one.
    #[wasm_bindgen(getter)]
    pub fn urls(&self) -> Vec<String> {
        let relays = self.announced.shuffled(&self.base, &mut UnwrapErr(SysRng));
        relays.iter().map(ToString::to_string).collect()
    }

    /// Seals a POST for the host's gateway. For one relay: for the next one it is sealed again.
    ///
    /// @param now - seconds since 1970, as in `Date.now() / 1000`
    /// @param url - of the request; of it the path alone is sealed
    /// @param headers - name, value, name, value, …
    /// @param body - `undefined` where there is none
    /// @throws ObliviousError `no-key`, `seal`, `argument`
    pub fn seal(
        &self,
        now: f64,
        url: &str,
        headers: Vec<String>,
        body: Option<Vec<u8>>,
    ) -> Result<SealedRequest, ObliviousError> {
        let headers = Wiped(headers);
        let body = Zeroizing::new(body.unwrap_or_default());
        let moment = (now.is_finite() && now >= 0.0).then(|| Timestamp::from_seconds(now as u64).ok()).flatten();
        let moment =
            moment.ok_or_else(|| ObliviousError::new("argument", "`now` is not a number of seconds since 1970"))?;
        let key = self.announced.key(moment);
        let key = key.ok_or_else(|| ObliviousError::new("no-key", "the host's log announces no key now"))?;
        let pairs = headers.0.chunks_exact(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        let inner = Inner::new(url, pairs, &body);
        let sealed =
            Sealed::new(&inner, &self.host, key).map_err(|error| ObliviousError::new("seal", error.to_string()))?;
        Ok(SealedRequest::new(sealed))
    }
}

impl Relays {
    pub(crate) fn new(announced: Announced, base: Base, host: String) -> Self {
        Self { announced, base, host }
    }
}

/// One of them is a token.
struct Wiped(Vec<String>);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|text| text.zeroize());
    }
}

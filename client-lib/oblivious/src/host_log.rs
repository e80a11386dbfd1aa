use undersign_client_lib::endpoints::Base;
use undersign_client_lib::oblivious::{HostLogDocuments, read};
use undersign_client_lib::response::Response;
use undersign_protocol::json;
use undersign_protocol::public_log::HostLogKey;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::ObliviousError;
use crate::relays::Relays;

/// What every host's log is called behind the host's name.
const LOG: &str = "/v1/log";

/// A host's log, as it is read. Nothing of it is believed before all its entries give the root that it has signed.
#[wasm_bindgen]
pub struct HostLog {
    base: Base,
    host: String,
    documents: HostLogDocuments,
    bundles: Vec<String>,
}

#[wasm_bindgen]
impl HostLog {
    /// Begins with the log's key and its newest checkpoint.
    ///
    /// @param origin - the server, as in `location.origin`
    /// @param key - body of `/v1/log/key`
    /// @param checkpoint - body of `/v1/log/checkpoint`
    /// @throws ObliviousError `log`, `argument`
    #[wasm_bindgen(constructor)]
    pub fn new(origin: &str, key: Vec<u8>, checkpoint: Vec<u8>) -> Result<Self, ObliviousError> {
        let base: Base = origin
            .parse()
            .map_err(|_| ObliviousError::new("argument", "the origin is not of the form https://host"))?;
        let unread = |_| ObliviousError::new("log", "the host's log is not of the expected form");
        let name: HostLogKey = json::from_slice(&key).map_err(|error| unread(error.to_string()))?;
        let host = name.origin.strip_suffix(LOG).ok_or_else(|| unread(String::new()))?.to_owned();
        let answer = |body: &[u8]| Response { status: 200, media_type: None, retry_after: None, body: body.to_vec() };
        let (first, _) = undersign_client_lib::oblivious::start(&base);
        let (_, requests) =
            first.answered(vec![answer(&key), answer(&checkpoint)]).map_err(|error| unread(error.to_string()))?;
        let bundles = requests.iter().map(|request| request.url().to_owned()).collect();
        Ok(Self { base, host, documents: HostLogDocuments { key, checkpoint, entries: Vec::new() }, bundles })
    }

    /// URLs of all entry bundles, in the order in which they are to be taken.
    #[wasm_bindgen(getter)]
    pub fn bundles(&self) -> Vec<String> {
        self.bundles.clone()
    }

    /// Takes the next bundle.
    pub fn take(&mut self, bundle: Vec<u8>) {
        self.documents.entries.push(bundle);
    }

    /// Checks the whole of it.
    ///
    /// @throws ObliviousError `log`
    pub fn finish(self) -> Result<Relays, ObliviousError> {
        let announced =
            read(&self.host, &self.documents, None).map_err(|error| ObliviousError::new("log", error.to_string()))?;
        Ok(Relays::new(announced, self.base, self.host))
    }
}

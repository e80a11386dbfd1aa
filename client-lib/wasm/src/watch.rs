use undersign_client_lib::published::{Reading, Watch as LogWatch};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{Answer, responses};
use crate::error::ClientError;
use crate::request::Outgoing;

/// Watches a petition's log until a signature is in it, without saying which one. After every error it can go on: ask for the
/// checkpoint again.
#[wasm_bindgen]
pub struct Watch {
    watch: LogWatch,
    reading: Option<Reading>,
}

#[wasm_bindgen]
impl Watch {
    /// Asks for the newest checkpoint.
    #[wasm_bindgen(js_name = checkpointRequest)]
    pub fn checkpoint_request(&self) -> Outgoing {
        self.watch.checkpoint_request().into()
    }

    /// Takes the checkpoint.
    ///
    /// @returns requests for what is new in the log; none where nothing is. `read` is called in both cases.
    /// @throws ClientError `answer`, `log`
    pub fn opened(&mut self, answer: Answer) -> Result<Vec<Outgoing>, ClientError> {
        let (reading, requests) = self.watch.opened(answer.response())?;
        self.reading = Some(reading);
        Ok(requests.into_iter().map(Outgoing::from).collect())
    }

    /// Takes the answers, in the order of the requests, and recomputes what the log has signed.
    ///
    /// @returns the signature's place in the log, from 0; `undefined` while it is not there
    /// @throws ClientError `answer`, `log`; `step` where `opened` did not come before
    pub fn read(&mut self, answers: Vec<Answer>) -> Result<Option<f64>, ClientError> {
        let reading = self.reading.take().ok_or_else(ClientError::step)?;
        let responses = responses(answers);
        let inclusion = self.watch.read(reading, &responses)?;
        Ok(inclusion.map(|inclusion| inclusion.leaf_index as f64))
    }
}

impl From<LogWatch> for Watch {
    fn from(watch: LogWatch) -> Self {
        Self { watch, reading: None }
    }
}

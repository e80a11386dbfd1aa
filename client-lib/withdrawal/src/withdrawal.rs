use undersign_client_lib::journey::Counted;
use undersign_client_lib::withdrawal::{ReadyToWithdraw, Withdrawing, Withdrawn, read};
use undersign_client_wasm::{Answer, ClientError, ErrorKind, Outgoing, Watch, arguments};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// Taking a signature back with what was kept of it. Final, and it names nobody. A method that throws loses nothing; each request may be
/// sent again and counts once. Call `free()` at the end: that wipes the key.
#[wasm_bindgen]
pub struct Withdrawal {
    /// `None` only within a step.
    state: Option<State>,
}

enum State {
    Read(Withdrawing),
    Ready(Box<ReadyToWithdraw>),
    Done(Box<Withdrawn>),
}

#[wasm_bindgen]
impl Withdrawal {
    /// Reads what was kept. Nothing is sent.
    ///
    /// @param origin - the server that is asked, as in `location.origin`; it may be a mirror of the one that was signed at
    /// @param petitionId - the petition of the page
    /// @param kept - a receipt's file, or a receipt or code as text
    /// @throws ClientError `receipt`, `other-petition`, `argument`, `not-secure`
    #[wasm_bindgen(constructor)]
    pub fn new(
        origin: &str,
        #[wasm_bindgen(js_name = petitionId)] petition_id: &str,
        kept: Vec<u8>,
    ) -> Result<Self, ClientError> {
        let kept = Zeroizing::new(kept);
        let mut code = read(&kept)?;
        if code.petition_id.to_string() != petition_id {
            return Err(ClientError::new(ErrorKind::OtherPetition, "it is for another petition"));
        }
        code.base = arguments::base(origin)?;
        Ok(Self { state: Some(State::Read(Withdrawing::new(code))) })
    }

    /// Asks for the petition: it says how its log promises.
    ///
    /// @throws ClientError `step` where the petition is there already
    #[wasm_bindgen(js_name = petitionRequest)]
    pub fn petition_request(&self) -> Result<Outgoing, ClientError> {
        match &self.state {
            Some(State::Read(withdrawing)) => Ok(withdrawing.petition_request().into()),
            _ => Err(ClientError::step()),
        }
    }

    /// Takes the petition; the hash of its text must be its id.
    ///
    /// @throws ClientError `answer`, `check`; `step` where the petition is there already
    #[wasm_bindgen(js_name = petitionAnswered)]
    pub fn petition_answered(&mut self, answer: Answer) -> Result<(), ClientError> {
        let (state, result) = match self.state.take() {
            Some(State::Read(withdrawing)) => match withdrawing.petition_answered(answer.response()) {
                Ok(ready) => (Some(State::Ready(Box::new(ready))), Ok(())),
                Err(rejected) => (Some(State::Read(rejected.state)), Err(rejected.error.into())),
            },
            other => (other, Err(ClientError::step())),
        };
        self.state = state;
        result
    }

    /// Withdraws, for good.
    ///
    /// @throws ClientError `step` unless the petition is there
    #[wasm_bindgen(js_name = withdrawalRequest)]
    pub fn withdrawal_request(&self) -> Result<Outgoing, ClientError> {
        match &self.state {
            Some(State::Ready(ready)) => Ok(ready.withdrawal_request().into()),
            _ => Err(ClientError::step()),
        }
    }

    /// Takes the answer and verifies the promise in it.
    ///
    /// @param now - seconds since 1970, as in `Date.now() / 1000`
    /// @throws ClientError `withdrawal-not-valid`, `closed`, `promise`, `answer`, `argument`; `step` unless the petition is there
    pub fn withdrawn(&mut self, answer: Answer, now: f64) -> Result<(), ClientError> {
        let now = arguments::moment(now)?;
        let Some(State::Ready(ready)) = &self.state else { return Err(ClientError::step()) };
        let withdrawn = ready.withdrawn(answer.response(), now)?;
        self.state = Some(State::Done(Box::new(withdrawn)));
        Ok(())
    }

    /// When the withdrawal will be in the public log at the latest, in seconds since 1970; `undefined` where it is there already, and
    /// before the answer.
    #[wasm_bindgen(getter, js_name = publishBy)]
    pub fn publish_by(&self) -> Option<f64> {
        match &self.state {
            Some(State::Done(withdrawn)) => match withdrawn.counted() {
                Counted::Promised(promise) => Some(promise.publish_by.seconds() as f64),
                Counted::Published { .. } => None,
            },
            _ => None,
        }
    }

    /// Watches the public log until the withdrawal is in it.
    ///
    /// @throws ClientError `step` before the answer
    pub fn watch(&self) -> Result<Watch, ClientError> {
        match &self.state {
            Some(State::Done(withdrawn)) => Ok(withdrawn.watch().into()),
            _ => Err(ClientError::step()),
        }
    }
}

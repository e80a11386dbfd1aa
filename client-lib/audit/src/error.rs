use undersign_client_lib::audit::AuditFailure;
use wasm_bindgen::prelude::wasm_bindgen;

/// Why there is no verdict. This is what all methods throw.
#[wasm_bindgen]
#[derive(Debug, Clone)]
pub struct AuditError {
    reason: &'static str,
    entry: Option<u64>,
    message: String,
}

#[wasm_bindgen]
impl AuditError {
    /// The reason's name: one of `specs/audit.md`; `checkpoint`: the log's key has not signed the head that is shown; `answer`: what
    /// the server sent has not the expected form; `too-large`: more than a browser should recount.
    #[wasm_bindgen(getter)]
    pub fn reason(&self) -> String {
        self.reason.to_owned()
    }

    /// Index of the entry, from 0, where it is about one.
    #[wasm_bindgen(getter)]
    pub fn entry(&self) -> Option<f64> {
        self.entry.map(|entry| entry as f64)
    }

    /// A sentence in English.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> String {
        self.message.clone()
    }

    /// `AuditError`, as errors in JavaScript have a name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        "AuditError".to_owned()
    }
}

impl AuditError {
    pub(crate) fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason, entry: None, message: message.into() }
    }
}

impl From<AuditFailure> for AuditError {
    fn from(failure: AuditFailure) -> Self {
        Self { reason: failure.defect.name(), entry: failure.entry, message: failure.defect.to_string() }
    }
}

use wasm_bindgen::prelude::wasm_bindgen;

/// Why something did not go on. This is what all methods throw.
#[wasm_bindgen]
#[derive(Debug, Clone)]
pub struct ObliviousError {
    reason: &'static str,
    message: String,
}

#[wasm_bindgen]
impl ObliviousError {
    /// `log`: the host's log is not of its form, or does not hold what it has signed; `no-key`: it announces no key now; `seal`: the
    /// request cannot be sealed; `relay`: the relay's answer is none of the server's; `argument`.
    #[wasm_bindgen(getter, unchecked_return_type = "\"log\" | \"no-key\" | \"seal\" | \"relay\" | \"argument\"")]
    pub fn reason(&self) -> String {
        self.reason.to_owned()
    }

    /// A sentence in English, for developers. It never holds a token.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> String {
        self.message.clone()
    }

    /// `ObliviousError`, as errors in JavaScript have a name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        "ObliviousError".to_owned()
    }
}

impl ObliviousError {
    pub(crate) fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

use undersign_client_lib::audit::Tokens;
use wasm_bindgen::prelude::wasm_bindgen;

/// Tokens of one bundle, whose signatures are to be verified, each alone: RSASSA-PSS, SHA-384, MGF1-SHA-384, 48 bytes of salt.
#[wasm_bindgen]
pub struct Batch(Tokens);

#[wasm_bindgen]
impl Batch {
    /// How many.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// The signed messages, 98 bytes each.
    #[wasm_bindgen(getter)]
    pub fn messages(&self) -> Vec<u8> {
        self.0.iter().flat_map(|token| token.message().iter().copied()).collect()
    }

    /// The signatures, 256 bytes each, in the same order.
    #[wasm_bindgen(getter)]
    pub fn signatures(&self) -> Vec<u8> {
        self.0.iter().flat_map(|token| token.signature().iter().copied()).collect()
    }
}

impl Batch {
    pub(crate) fn into_tokens(self) -> Tokens {
        self.0
    }
}

impl From<Tokens> for Batch {
    fn from(tokens: Tokens) -> Self {
        Self(tokens)
    }
}

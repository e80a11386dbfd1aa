use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own bytes. A `Vec` would leave a copy behind that is not wiped, and `js-sys` brings all of JavaScript along.
    #[wasm_bindgen(typescript_type = "Uint8Array")]
    pub type Uint8Array;

    /// A copy.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Uint8Array;
}

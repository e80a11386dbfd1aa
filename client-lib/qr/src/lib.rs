//! QR codes for the page. No server draws them: what is in them takes a signature back.

use wasm_bindgen::prelude::wasm_bindgen;

/// A code, as an SVG path of squares of one unit.
#[wasm_bindgen]
pub struct Drawing(undersign_qr::Drawing);

#[wasm_bindgen]
impl Drawing {
    /// Units of a side, the light margin included: the `viewBox` is `0 0 {size} {size}`.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        f64::from(self.0.size)
    }

    /// The attribute `d` of the dark modules.
    #[wasm_bindgen(getter)]
    pub fn path(&self) -> String {
        self.0.path.clone()
    }
}

/// Draws a text as a QR code. A quarter of it may be dirty or torn, where that does not make it larger; at least a seventh.
///
/// @returns `undefined` where the text has more than about 2,300 bytes
#[wasm_bindgen]
pub fn draw(text: &str) -> Option<Drawing> {
    undersign_qr::Drawing::of(text).map(Drawing)
}

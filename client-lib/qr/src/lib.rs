//! QR codes for the page. No server draws them: what is in them takes a signature back.

use qrcodegen::{QrCode, QrCodeEcc};
use wasm_bindgen::prelude::wasm_bindgen;

/// Light modules around the code, without which cameras do not find it (ISO/IEC 18004 §6.3.8).
const MARGIN: i32 = 4;

/// A code, as an SVG path of squares of one unit.
#[wasm_bindgen]
pub struct Drawing {
    path: String,
    size: f64,
}

#[wasm_bindgen]
impl Drawing {
    /// Units of a side, the light margin included: the `viewBox` is `0 0 {size} {size}`.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.size
    }

    /// The attribute `d` of the dark modules.
    #[wasm_bindgen(getter)]
    pub fn path(&self) -> String {
        self.path.clone()
    }
}

/// Draws a text as a QR code. A quarter of it may be dirty or torn, where that does not make it larger; at least a seventh.
///
/// @returns `undefined` where the text has more than about 2,300 bytes
#[wasm_bindgen]
pub fn draw(text: &str) -> Option<Drawing> {
    // Raises the level of correction by itself where the size stays.
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if length > 0 {
                path.push_str(&format!("M{} {}h{length}v1h-{length}z", x + MARGIN, y + MARGIN));
            }
            x += length.max(1);
        }
    }
    Some(Drawing { path, size: f64::from(code.size() + 2 * MARGIN) })
}

#[cfg(test)]
mod tests {
    use super::{MARGIN, draw};

    #[test]
    fn a_code_has_its_three_corners_and_a_light_margin() {
        let drawing = draw("undersign1.test").unwrap();
        let last = drawing.size as i32 - MARGIN - 7;
        // The outer line of each finder pattern: seven dark modules.
        for (x, y) in [(MARGIN, MARGIN), (last, MARGIN), (MARGIN, last)] {
            assert!(drawing.path.contains(&format!("M{x} {y}h7v1h-7z")), "{x} {y}");
        }
        assert!(!drawing.path.contains("M0 ") && !drawing.path.contains("M3 "));
    }

    #[test]
    fn what_does_not_fit_is_not_drawn() {
        assert!(draw(&"x".repeat(2_331)).is_some());
        assert!(draw(&"x".repeat(2_332)).is_none());
    }
}

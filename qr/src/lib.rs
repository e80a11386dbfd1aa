//! QR codes, drawn in one way wherever one is shown: on the page of ways to share, in a report, and in the browser.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code, without which cameras do not find it (ISO/IEC 18004 §6.3.8).
pub const MARGIN: i32 = 4;

/// A code, as an SVG path of squares of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The attribute `d` of the dark modules.
    pub path: String,
    /// Units of a side, the light margin included: the `viewBox` is `0 0 {size} {size}`.
    pub size: i32,
}

/// A code as it is drawn: where it is dark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Column and row where dark modules begin, and how many stand side by side there.
    pub dark: Vec<[i32; 3]>,
    /// Modules of a side, the light margin included.
    pub size: i32,
}

impl Code {
    /// Encodes a text. A quarter of the code may be dirty or torn, where that does not make it larger; at least a seventh. `None` where
    /// the text has more than about 2,300 bytes.
    pub fn of(text: &str) -> Option<Self> {
        // Raises the level of correction by itself where the size stays.
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut dark = Vec::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
                if length > 0 {
                    dark.push([x + MARGIN, y + MARGIN, length]);
                }
                x += length.max(1);
            }
        }
        Some(Self { dark, size: code.size() + 2 * MARGIN })
    }
}

impl Drawing {
    /// Draws the code of a text; `None` as for [`Code::of`].
    pub fn of(text: &str) -> Option<Self> {
        let code = Code::of(text)?;
        let run = |[x, y, length]: &[i32; 3]| format!("M{x} {y}h{length}v1h-{length}z");
        Some(Self { path: code.dark.iter().map(run).collect(), size: code.size })
    }
}

#[cfg(test)]
mod tests {
    use super::{Drawing, MARGIN};

    #[test]
    fn a_code_has_its_three_corners_and_a_light_margin() {
        let drawing = Drawing::of("undersign1.test").expect("it fits");
        let last = drawing.size - MARGIN - 7;
        // The outer line of each finder pattern: seven dark modules.
        for (x, y) in [(MARGIN, MARGIN), (last, MARGIN), (MARGIN, last)] {
            assert!(drawing.path.contains(&format!("M{x} {y}h7v1h-7z")), "{x} {y}");
        }
        assert!(!drawing.path.contains("M0 ") && !drawing.path.contains("M3 "));
    }

    #[test]
    fn what_does_not_fit_is_not_drawn() {
        assert!(Drawing::of(&"x".repeat(2_331)).is_some());
        assert!(Drawing::of(&"x".repeat(2_332)).is_none());
    }
}

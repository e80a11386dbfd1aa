use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code, without which cameras do not find it (ISO/IEC 18004 §6.3.8).
const MARGIN: i32 = 4;

/// A QR code, as an SVG path of squares of one unit.
pub struct Code {
    /// The attribute `d` of the dark modules.
    pub path: String,
    /// Units of a side, the light margin included.
    pub size: i32,
}

impl Code {
    /// `None` where the text has more than about 2,300 bytes.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let places = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = places.filter(|(x, y)| code.get_module(*x, *y));
        let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN)).collect();
        Some(Self { path, size: code.size() + 2 * MARGIN })
    }
}

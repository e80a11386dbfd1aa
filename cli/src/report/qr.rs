use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code, without which cameras do not find it (ISO/IEC 18004 §6.3.8).
const MARGIN: i32 = 4;

/// A QR code of squares of one unit.
pub struct Code {
    /// Column and row of each dark module.
    pub dark: Vec<(u16, u16)>,
    /// Units of a side, the light margin included.
    pub size: u16,
}

impl Code {
    /// `None` where the text has more than about 2,300 bytes.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let size = code.size();
        let places = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
        let moved = |place: i32| u16::try_from(place + MARGIN).unwrap_or_default();
        let dark = places.filter(|(x, y)| code.get_module(*x, *y)).map(|(x, y)| (moved(x), moved(y)));
        Some(Self { dark: dark.collect(), size: moved(size + MARGIN) })
    }

    /// The attribute `d` of an SVG path with the dark modules.
    pub fn path(&self) -> String {
        self.dark.iter().map(|(x, y)| format!("M{x} {y}h1v1h-1z")).collect()
    }
}

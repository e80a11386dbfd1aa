/// One of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Knows addresses.
    Identified,
    /// Knows signatures.
    Anonymous,
}

/// Both, in their order.
pub const BOTH: [Side; 2] = [Side::Identified, Side::Anonymous];

impl Side {
    /// As files and clusters are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identified => "identified",
            Self::Anonymous => "anonymous",
        }
    }
}

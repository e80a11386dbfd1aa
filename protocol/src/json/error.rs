use std::fmt::{self, Display};

/// Why a text is not the JSON of a type: where, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError(Box<Fault>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    place: String,
    reason: String,
}

impl JsonError {
    /// With a reason, at the value that is read.
    #[cold]
    pub fn new(reason: &str) -> Self {
        Self(Box::new(Fault { place: String::new(), reason: reason.to_owned() }))
    }

    /// With a name in the reason.
    #[cold]
    pub(super) fn about(reason: &str, name: &str) -> Self {
        Self::new(&[reason, " `", name, "`"].concat())
    }

    /// With an error's words as the reason.
    #[cold]
    pub fn of(error: &dyn Display) -> Self {
        Self::new(&error.to_string())
    }

    /// The same error, seen from the object of which the value is a member.
    #[cold]
    pub fn within(mut self, name: &str) -> Self {
        let dot = if self.0.place.is_empty() { "" } else { "." };
        self.0.place = [name, dot, &self.0.place].concat();
        self
    }
}

impl Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.place.is_empty() {
            f.write_str(&self.0.place)?;
            f.write_str(": ")?;
        }
        f.write_str(&self.0.reason)
    }
}

impl std::error::Error for JsonError {}

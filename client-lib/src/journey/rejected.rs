/// A step that did not succeed, with the state as it was before: nothing is lost, the same or another step can follow.
#[must_use = "the state inside is the only way to go on"]
pub struct Rejected<State, Error> {
    /// The state, unchanged.
    pub state: State,
    /// What went wrong.
    pub error: Error,
}

/// Prints the error alone; states hold secrets.
impl<State, Error: std::fmt::Debug> std::fmt::Debug for Rejected<State, Error> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

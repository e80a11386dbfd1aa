use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether another machine answers. It is noted whenever somebody is in need of it, and told to the operator only at set times: a line in
/// the log at the moment itself would be the time at which somebody came.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Why the last question was in vain, if it was.
    reason: Option<String>,
    is_told: bool,
}

/// What there is to tell.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It does not answer, for this reason.
    Began(String),
    /// It answers again.
    Ended,
}

impl Outage {
    /// Notes how a question ended.
    pub(crate) fn note<T, E: ToString>(&self, answer: &Result<T, E>) {
        self.lock().reason = answer.as_ref().err().map(ToString::to_string);
    }

    /// What has changed since it was last told; each change is told once.
    pub(crate) fn change(&self) -> Option<Change> {
        let mut state = self.lock();
        let change = match (&state.reason, state.is_told) {
            (Some(reason), false) => Change::Began(reason.clone()),
            (None, true) => Change::Ended,
            (Some(_), true) | (None, false) => return None,
        };
        state.is_told = !state.is_told;
        Some(change)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_told_once_and_what_was_over_before_it_was_told_is_not() {
        let outage = Outage::default();
        let (fine, away) = (Ok::<(), &str>(()), Err::<(), &str>("away"));
        outage.note(&fine);
        assert_eq!(outage.change(), None);
        outage.note(&away);
        outage.note(&fine);
        assert_eq!(outage.change(), None, "over before anybody was told");
        outage.note(&away);
        outage.note(&away);
        assert_eq!([outage.change(), outage.change()], [Some(Change::Began("away".to_owned())), None]);
        outage.note(&fine);
        assert_eq!([outage.change(), outage.change()], [Some(Change::Ended), None]);
    }
}

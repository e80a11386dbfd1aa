use super::under_way::MailId;

/// How far the table of mails has been gone through: in key order, and again whenever mails were put in or a pause is over, but each time to
/// its end. If every new mail began it anew, those at its end would wait for as long as mails come.
pub(super) struct Walk {
    /// Behind which mail it goes on, `Some(None)` at the beginning; `None` where it is at the end.
    place: Option<Option<MailId>>,
    again: bool,
}

impl Walk {
    /// Stands at the beginning.
    pub(super) fn new() -> Self {
        Self { place: Some(None), again: false }
    }

    /// Behind which mail to go on; `None` at the end.
    pub(super) fn place(&self) -> Option<Option<MailId>> {
        self.place
    }

    /// Notes how far it got.
    pub(super) fn went(&mut self, place: Option<Option<MailId>>) {
        self.place = place.or_else(|| std::mem::take(&mut self.again).then_some(None));
    }

    /// There may be mails before the place: to be gone through from the beginning, after the rest.
    pub(super) fn begin(&mut self) {
        match self.place {
            Some(_) => self.again = true,
            None => self.place = Some(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Walk;

    #[test]
    fn mails_that_keep_coming_do_not_hold_up_those_at_the_end() {
        let mut walk = Walk::new();
        walk.went(Some(Some([1; 16])));
        walk.begin();
        walk.begin();
        assert_eq!(walk.place(), Some(Some([1; 16])), "it goes on where it was");
        walk.went(Some(Some([2; 16])));
        walk.went(None);
        assert_eq!(walk.place(), Some(None), "then once more");
        walk.went(None);
        assert_eq!(walk.place(), None);
        walk.begin();
        assert_eq!(walk.place(), Some(None));
    }
}

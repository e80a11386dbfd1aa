use undersign_client_lib::facts::Overdue;
use undersign_protocol::petition::{Language, Manifest};

use crate::text::{in_language, plain};

/// What is said of answers that are overdue, a sentence for each addressee.
pub fn overdue_lines(
    overdue: &[Overdue],
    manifest: &Manifest,
    language: Option<&Language>,
) -> impl Iterator<Item = String> {
    overdue.iter().flat_map(move |late| {
        let named = late.addressees.iter().filter_map(|place| manifest.addressees.get(place.checked_sub(1)?));
        named.map(move |addressee| {
            let name = in_language(&addressee.name, language).map(|name| plain(name)).unwrap_or_default();
            format!("{name}: the answer was due on {}; none is published.", late.answer_until)
        })
    })
}

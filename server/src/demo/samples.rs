use std::collections::BTreeMap;

/// A sample petition's files, by relative path, as `undersign organiser publish` would read them from a folder.
pub(super) type Files = BTreeMap<String, String>;

macro_rules! sample {
    ($slug:literal) => {
        sample!($slug, "petition.toml", "en/petition.md", "en/demands.md", "en/faq.md", "en/help.md", "ru/petition.md",
            "ru/demands.md", "ru/faq.md", "ru/help.md")
    };
    ($slug:literal, $($file:literal),+) => {
        [$(($file, include_str!(concat!("../../samples/", $slug, "/", $file)))),+]
    };
}

/// The three petitions that the demo opens.
pub(super) fn samples() -> [Files; 3] {
    [sample!("no-forced-messenger"), sample!("night-bus-17"), sample!("open-archive")]
        .map(|files| files.map(|(path, text)| (path.to_owned(), text.to_owned())).into())
}

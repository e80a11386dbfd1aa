use std::collections::BTreeMap;

use undersign_client_lib::organiser::Folder;
use undersign_protocol::petition::Publication;
use undersign_protocol::timestamp::{DAY, Timestamp};

/// A short petition in one language, open from `opens_at` for a year, published every `interval` seconds from one signature on.
pub fn petition(slug: &str, opens_at: Timestamp, interval: u64) -> Folder {
    let settings = format!(
        r#"
slug = "{slug}"
opens_at = "{opens_at}"
closes_at = "{closes_at}"
goals = [10, 100]

[organiser]
name = {{ en = "Test organiser" }}

[publication]
interval = {interval}
min_batch = 1
max_wait = {interval}

[[addressees]]
name = {{ en = "Ministry of {slug}" }}
reason = {{ en = "It can decide." }}
"#,
        closes_at = opens_at.plus(365 * DAY),
    );
    let files: BTreeMap<String, String> = [
        ("petition.toml", settings),
        ("en/petition.md", format!("# Petition {slug}\n\nWe ask for {slug}.\n\nThe whole text about {slug}.\n")),
        ("en/demands.md", "- Do it.\n".to_owned()),
        ("en/faq.md", "## Why?\n\nBecause it is right.\n".to_owned()),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .into();
    let mut folder = Folder::parse(&files).expect("a valid folder");
    folder.settings.publication = Publication { interval, min_batch: 1, max_wait: interval };
    folder
}

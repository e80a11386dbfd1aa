//! What is allowed and would harm the organiser, the petition or its signers.

use undersign_client_lib::organiser::{Folder, Severity};

use crate::support::{Files, changed, small};

/// File, old text, new text, where the hint points, part of its sentence.
type Case = (&'static str, &'static str, &'static str, (&'static str, Option<usize>), &'static str);

const CASES: &[Case] = &[
    ("petition.toml", "goals = [100, 500]", "goals = [100]", ("petition.toml", Some(4)), "there is one step"),
    ("petition.toml", "goals = [100, 500]", "goals = [100, 5000]", ("petition.toml", Some(4)), "from 100 to 5000"),
    ("petition.toml", "goals = [100, 500]", "goals = [900, 950]", ("petition.toml", Some(4)), "the first goal is 900"),
    (
        "petition.toml",
        "[organiser]",
        "[publication]\nmin_batch = 200\n[organiser]",
        ("petition.toml", Some(8)),
        "it will look dead",
    ),
    (
        "petition.toml",
        "[organiser]",
        "[publication]\nmin_batch = 2\n[organiser]",
        ("petition.toml", Some(8)),
        "almost when each signature came",
    ),
    (
        "petition.toml",
        "[organiser]",
        "[publication]\nmax_wait = 604800\n[organiser]",
        ("petition.toml", Some(8)),
        "stands still for 168 hours",
    ),
    (
        "petition.toml",
        "[organiser]",
        "[publication]\ninterval = 7200\n[organiser]",
        ("petition.toml", Some(8)),
        "only every 120 minutes",
    ),
    (
        "petition.toml",
        "[organiser]",
        "[redemption]\nrule = \"next_epoch\"\nepoch = 259200\n[organiser]",
        ("petition.toml", Some(9)),
        "wait for up to 72 hours",
    ),
    (
        "petition.toml",
        "https://example.org/news",
        "https://m.vk.com/bus",
        ("petition.toml", Some(16)),
        "vk.com hands to a state",
    ),
    (
        "petition.toml",
        "https://example.org/news",
        "https://example.org/?utm_source=a",
        ("petition.toml", Some(16)),
        "a mark by which people are followed",
    ),
    (
        "ru/petition.md",
        "# Оставьте автобус",
        "# Keep the bus",
        ("ru/petition.md", None),
        "the same as in en/petition.md",
    ),
    ("ru/help.md", "Напишите нам.", "Write to us.", ("ru/help.md", None), "the same as in en/help.md"),
    ("en/petition.md", "People", "![](a.png) People", ("en/petition.md", Some(8)), "no pictures"),
    ("ru/faq.md", "Мы.", "<b>Мы.</b>", ("ru/faq.md", Some(3)), "HTML is taken out"),
    ("en/help.md", "us.", "[us](http://example.org).", ("en/help.md", Some(1)), "use https"),
    ("en/demands.md", "Keep it.", "**Keep** it.", ("en/demands.md", Some(1)), "letter by letter"),
];

fn hints(files: &Files) -> Vec<(String, Option<usize>, String)> {
    let folder = Folder::parse(files).expect("a folder that can be published");
    let before = "2026-11-01T00:00:00Z".parse().expect("a time");
    let found = folder.check(before);
    assert!(found.iter().all(|problem| problem.severity == Severity::Hint), "{found:?}");
    found.into_iter().map(|hint| (hint.file, hint.line, hint.sentence)).collect()
}

#[test]
fn what_would_harm_is_hinted_at_with_its_place() {
    assert_eq!(hints(&small()), [], "the control");
    for (file, old, new, (place, line), part) in CASES {
        let hints = hints(&changed(file, old, new));
        let found = hints.iter().any(|hint| hint.0 == *place && hint.1 == *line && hint.2.contains(part));
        assert!(found && hints.len() == 1, "{new}: {hints:#?}");
    }
}

#[test]
fn what_stands_in_code_is_no_hint() {
    assert_eq!(hints(&changed("en/petition.md", "People", "```\n<b>![a](b)</b>\n```\nPeople")), []);
}

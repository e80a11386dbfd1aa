use undersign_client_lib::organiser::{Folder, Severity};
use undersign_protocol::petition::Redemption;

use crate::support::{Files, changed, problems, signed, small};

#[test]
fn small_folder_is_read_as_it_stands() {
    let folder = Folder::parse(&small()).expect("a good folder");
    let english = &folder.texts[&"en".parse().expect("a language")];
    assert_eq!(english.title, "Keep the bus");
    assert_eq!(english.summary, "The town wants to cancel it.");
    assert_eq!(english.body, "## Why\n\nPeople need it.");
    assert_eq!(english.demands, ["Keep it.", "Publish the figures."]);
    assert_eq!(english.faq[0].question, "Who?");
    assert_eq!(english.faq[0].answer, "We.");
    assert_eq!(english.help, "Write to us.");
    assert_eq!(folder.settings.closes_at.to_string(), "2027-06-01T00:00:00Z");
    assert_eq!(folder.settings.redemption, Redemption::Immediate {});
    assert_eq!((folder.settings.grace, folder.settings.publication.min_batch), (172_800, 20));
    let manifest = signed(&folder).expect("a good manifest");
    assert_eq!(manifest.manifest().texts, folder.texts);
}

/// File, old text, new text, line of the problem, part of its sentence.
type Case = (&'static str, &'static str, &'static str, Option<usize>, &'static str);

const CASES: &[Case] = &[
    ("petition.toml", "slug = \"bus\"", "slug = \"Bus 17\"", Some(1), "1 to 40 of a-z, 0-9 and -"),
    ("petition.toml", "slug = \"bus\"", "slug = 17", Some(1), "a text in quotation marks; here is a number"),
    ("petition.toml", "slug = \"bus\"", "slug = \"bus", Some(1), "this is not TOML"),
    ("petition.toml", "slug = \"bus\"", "slug = \"bus\"\nslug = \"bus\"", Some(2), "duplicate"),
    ("petition.toml", "slug = \"bus\"", "slug = \"{{name}}\"", Some(1), "still to be filled in: {{name}}"),
    ("petition.toml", "slug = \"bus\"\n", "", None, "slug is missing"),
    ("petition.toml", "2026-12-01T00:00:00Z", "2026-12-01", Some(2), "2026-12-01T00:00:00Z"),
    ("petition.toml", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00+03:00", Some(2), "a time in UTC"),
    ("petition.toml", "2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z", Some(3), "closes_at must be later"),
    ("petition.toml", "goals = [100, 500]", "goals = []", Some(4), "at least one number"),
    ("petition.toml", "goals = [100, 500]", "goals = [0, 500]", Some(4), "above zero"),
    ("petition.toml", "goals = [100, 500]", "goals = [500, 500]", Some(4), "must ascend"),
    ("petition.toml", "goals = [100, 500]", "goals = [-1]", Some(4), "a list of whole numbers"),
    ("petition.toml", "goals = [100, 500]", "goals = [9007199254740992]", Some(4), "a list of whole numbers"),
    ("petition.toml", "goals = [100, 500]", "grace = 2592001", Some(4), "0 to 2592000 seconds"),
    ("petition.toml", "goals = [100, 500]", "grace = 1.5", Some(4), "a whole number"),
    ("petition.toml", "goals = [100, 500]", "goal = 100", Some(4), "there is no setting goal; known here: slug"),
    ("petition.toml", "goals = [100, 500]", "replaces = \"abc\"", Some(4), "the id of the petition"),
    ("petition.toml", "#1f5a7a", "#1F5A7A", Some(5), "small letters"),
    ("petition.toml", "[organiser]", "[organizer]", Some(7), "there is no setting organizer"),
    ("petition.toml", "[organiser]", "[organizer]", None, "organiser is missing"),
    ("petition.toml", ", ru = \"Жители\"", "", Some(8), "organiser.name lacks the language ru"),
    ("petition.toml", "ru = \"Жители\"", "ru = \"\"", Some(8), "organiser.name.ru: this is empty"),
    ("petition.toml", "ru = \"Жители\"", "ru = \"Жители\", de = \"Wir\"", Some(8), "there is no folder de/"),
    ("petition.toml", "ru = \"Жители\"", "ru = \"Жи\\nтели\"", Some(8), "must be one line"),
    ("petition.toml", "name = { en = \"Residents\", ru = \"Жители\" }", "name = \"Wir\"", Some(8), "in each language"),
    ("petition.toml", "[[addressees]]", "[addressees]", Some(10), "two brackets"),
    (
        "petition.toml",
        "reason = { en = \"Decides.\", ru = \"Решает.\" }\n",
        "",
        Some(10),
        "addressees.0.reason is missing",
    ),
    ("petition.toml", "url = \"https://example.org/news\"\n", "", Some(14), "channels.0.url is missing"),
    ("petition.toml", "https://example.org", "http://example.org", Some(16), "write https"),
    ("petition.toml", "https://example.org", "https://пример.рф", Some(16), "https://xn--e1afmkfd.xn--p1ai/news"),
    ("petition.toml", "https://example.org", "https://me:pw@example.org", Some(16), "a name or password"),
    ("petition.toml", "https://example.org", "javascript:alert(1)", Some(16), "an https link"),
    ("petition.toml", "https://example.org", "https://a_b.example.org", Some(16), "not the name of a host"),
    ("petition.toml", "https://example.org", "https://example.org:0", Some(16), "no port 0"),
    ("petition.toml", "https://example.org", "https://example.org:0444", Some(16), "https://example.org:444/news"),
    ("petition.toml", "https://example.org", "https:example.org", Some(16), "https://example.org/news"),
    ("petition.toml", "https://example.org", "https://127.1", Some(16), "https://127.0.0.1/news"),
    ("petition.toml", "News", "Ne\u{2028}ws", Some(15), "must be one line"),
    (
        "petition.toml",
        "example.org/news\"",
        "example.org/\"\nname = 1",
        Some(17),
        "there is no setting channels.0.name",
    ),
    ("petition.toml", "[organiser]", "[publication]\nmax_wait = 1000\n[organiser]", Some(8), "a multiple of interval"),
    ("petition.toml", "[organiser]", "[publication]\nmin_batch = 0\n[organiser]", Some(8), "at least 1"),
    ("petition.toml", "[organiser]", "[redemption]\nrule = \"later\"\n[organiser]", Some(8), "\"immediate\" or"),
    (
        "petition.toml",
        "[organiser]",
        "[redemption]\nrule = \"immediate\"\nepoch = 60\n[organiser]",
        Some(9),
        "leave it out",
    ),
    ("petition.toml", "[organiser]", "[picture]\nsha256 = \"abc\"\n[organiser]", Some(8), "64 digits"),
    ("petition.toml", "[organiser]", "[picture]\nsha256 = \"abc\"\n[organiser]", Some(7), "picture.alt is missing"),
    ("en/petition.md", "# Keep", "Keep", Some(1), "the first line must be the title"),
    ("en/petition.md", "The town wants\nto cancel it.\n\n", "", Some(3), "a paragraph that says in short"),
    ("en/petition.md", "\n## Why\n\nPeople need it.\n", "", None, "after the first paragraph comes the text"),
    ("en/petition.md", "People", "{{People}}", Some(8), "still to be filled in: {{People}}"),
    ("en/petition.md", "People", "<!-- People", Some(8), "never ends"),
    ("en/petition.md", "People", "Peo\u{7}ple", Some(8), "a control character"),
    ("en/petition.md", "Keep the", "Keep\tthe", Some(1), "the title: this must be one line"),
    ("en/demands.md", "- Keep it.", "Keep it.", Some(1), "every demand is one list item"),
    ("en/demands.md", "- Keep it.", "- Keep it.\n  - And this.", Some(2), "every demand is one list item"),
    ("en/demands.md", "- Keep it.\n- Publish\n  the figures.\n", "\n", None, "there is no demand"),
    ("en/faq.md", "## Who?", "Who?", Some(1), "before the first question"),
    ("en/faq.md", "We.", "", Some(1), "no answer"),
    ("en/faq.md", "## Who?\n\nWe.\n", "", None, "there is no question"),
    ("en/help.md", "Write to us.", " ", None, "this is empty"),
    ("ru/demands.md", "- Оставить.\n", "", None, "demands: 1 here, 2 in en/demands.md"),
    ("ru/faq.md", "Мы.", "Мы.\n\n## Где?\n\nТут.", None, "questions: 2 here, 1 in en/faq.md"),
];

#[test]
fn everything_refused_has_its_place_and_a_sentence() {
    for (file, old, new, line, part) in CASES {
        let problems = problems(&changed(file, old, new));
        let found = problems.iter().any(|problem| {
            problem.file == *file
                && problem.line == *line
                && problem.severity == Severity::Refused
                && problem.sentence.contains(part)
        });
        assert!(found, "{new:?} in {file}: no problem at {line:?} with {part:?} in {problems:#?}");
    }
}

#[test]
fn long_texts_are_refused() {
    for (file, old, most) in [
        ("petition.toml", "Residents", 1_000),
        ("en/petition.md", "Keep the bus", 200),
        ("en/petition.md", "The town wants", 1_000),
        ("en/demands.md", "Keep it.", 1_000),
        ("en/faq.md", "Who?", 300),
    ] {
        let problems = problems(&changed(file, old, &"x".repeat(most + 1)));
        assert!(problems[0].sentence.contains(&format!("at most {most} are allowed")), "{problems:?}");
    }
    let problems = problems(&changed("en/petition.md", "People", &"x".repeat(57_501)));
    assert!(problems[0].sentence.contains("at most 57500 fit"), "{problems:?}");
}

#[test]
fn all_problems_are_told_at_once_in_order() {
    let mut files = changed("petition.toml", "goals = [100, 500]", "goals = [5, 1]\ncolour = 1");
    files.insert("en/demands.md".to_owned(), "Keep it.".to_owned());
    files.insert("ru/petition.md".to_owned(), "Без заголовка".to_owned());
    let told: Vec<String> =
        problems(&files).iter().map(|problem| format!("{}:{:?}", problem.file, problem.line)).collect();
    assert_eq!(
        told,
        ["en/demands.md:Some(1)", "petition.toml:Some(4)", "petition.toml:Some(5)", "ru/petition.md:Some(1)"]
    );
}

#[test]
fn missing_files_are_told_as_missing() {
    for file in ["petition.toml", "en/petition.md", "ru/demands.md", "en/faq.md", "ru/help.md"] {
        let mut files = small();
        files.remove(file);
        let problems = problems(&files);
        assert_eq!((problems.len(), problems[0].file.as_str()), (1, file), "{problems:?}");
        assert_eq!(problems[0].severity, Severity::Missing);
    }
    assert!(problems(&Files::new()).iter().all(|problem| problem.severity == Severity::Missing));
}

#[test]
fn faq_and_help_may_be_left_out_in_all_languages() {
    let mut files = small();
    files.retain(|path, _| !path.ends_with("faq.md") && !path.ends_with("help.md"));
    let folder = Folder::parse(&files).expect("a good folder");
    signed(&folder).expect("a good manifest");
    let hints = folder.check(folder.settings.opens_at);
    assert!(hints.iter().any(|hint| hint.file == "en/faq.md") && hints.iter().any(|hint| hint.file == "en/help.md"));
}

#[test]
fn folders_with_other_names_are_told() {
    let mut files = small();
    files.insert("pt-BR/petition.md".to_owned(), "# Título".to_owned());
    files.insert("notes/plan.md".to_owned(), "not ours".to_owned());
    files.insert("README.md".to_owned(), "not ours".to_owned());
    let problems = problems(&files);
    assert_eq!((problems.len(), problems[0].file.as_str()), (1, "pt-BR/petition.md"), "{problems:?}");
}

#[test]
fn comments_and_line_endings_are_not_published() {
    let mut files = small();
    files.insert(
        "en/petition.md".to_owned(),
        "\u{feff}<!-- secret -->\r\n# Keep <!-- secret -->the bus\r\n\r\nThe town wants\r\n<!-- secret\r\nsecret -->\r\nto cancel it.\r\n\r\nBecause.  \r\nReally.\r\n"
            .to_owned(),
    );
    let folder = Folder::parse(&files).expect("a good folder");
    let text = &folder.texts[&"en".parse().expect("a language")];
    assert_eq!((text.title.as_str(), text.summary.as_str()), ("Keep the bus", "The town wants to cancel it."));
    // Two spaces at the end of a line are a line break in Markdown.
    assert_eq!(text.body, "Because.  \nReally.");
    let manifest = signed(&folder).expect("a good manifest");
    assert!(!String::from_utf8_lossy(manifest.canonical()).contains("secret"));
}

#[test]
fn lines_that_only_look_like_items_and_questions() {
    let mut files = changed("en/demands.md", "the figures.", "figures for 2026 and\n2027. All of them.");
    files.insert("en/faq.md".to_owned(), "## Who?\n\n```\n## not a question\n```\n".to_owned());
    let folder = Folder::parse(&files).expect("a good folder");
    let text = &folder.texts[&"en".parse().expect("a language")];
    assert_eq!(text.demands[1], "Publish figures for 2026 and 2027. All of them.");
    assert_eq!(text.faq.len(), 1);
}

#[test]
fn numbered_demands() {
    let files = changed("en/demands.md", "- Keep it.\n- Publish", "1. Keep it.\n2) Publish");
    let folder = Folder::parse(&files).expect("a good folder");
    assert_eq!(folder.texts[&"en".parse().expect("a language")].demands, ["Keep it.", "Publish the figures."]);
}

#[test]
fn hints_point_at_lines() {
    let mut files = changed("petition.toml", "goals = [100, 500]", "goals = [5000, 9000]");
    let settings = files.get_mut("petition.toml").expect("the file");
    settings.push_str("\n[publication]\nmin_batch = 500\n");
    files.insert("en/demand.md".to_owned(), "- typo".to_owned());
    let folder = Folder::parse(&files).expect("a good folder");
    let told = |now| {
        let problems = folder.check(now);
        problems.into_iter().map(|problem| (problem.severity, problem.file, problem.line)).collect::<Vec<_>>()
    };
    let settings = |severity, line| (severity, "petition.toml".to_owned(), Some(line));
    let before = "2026-11-01T00:00:00Z".parse().expect("a time");
    let expected =
        [(Severity::Hint, "en/demand.md".to_owned(), None), settings(Severity::Hint, 4), settings(Severity::Hint, 19)];
    assert_eq!(told(before), expected);
    assert!(told(folder.settings.opens_at).contains(&settings(Severity::Hint, 2)));
    assert!(told(folder.settings.closes_at).contains(&settings(Severity::Refused, 3)));
}

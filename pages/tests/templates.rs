//! What every template keeps to, whatever is filled into it.

use std::path::Path;

fn templates() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files = std::fs::read_dir(folder).expect("a folder of ours").map(|file| file.expect("a file").path());
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a text");
        (path.display().to_string(), text)
    };
    files.filter(|path| path.extension().is_some_and(|ending| ending == "html")).map(read).collect()
}

/// Elements of a name, each up to its end.
fn elements<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!("<{name} "))
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(element, _)| element))
        .collect()
}

/// Browsers keep what is typed, and offer it to whoever types there next.
#[test]
fn no_field_is_completed_by_the_browser_and_only_the_code_is_taken_from_a_message() {
    let mut seen = 0;
    for (path, html) in templates() {
        let fields = ["input", "textarea", "form"].into_iter().flat_map(|name| elements(&html, name));
        for field in fields.filter(|field| !field.contains("type=\"hidden\"")) {
            seen += 1;
            let is_off = field.contains("autocomplete=\"off\"");
            let is_code = field.contains("id=\"code\"") && field.contains("autocomplete=\"one-time-code\"");
            assert!(is_off || is_code, "{path}: {field}");
        }
    }
    assert!(seen > 12, "{seen} fields");
}

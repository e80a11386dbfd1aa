/// Takes away the comments of what wasm-bindgen writes, those that stand on lines of their own, and what lines begin with: half of its
/// bytes. What they explain, the types of TypeScript beside it explain too. Nothing else is touched, so a line of the script stays a line.
///
/// It knows no JavaScript; that what it leaves still works is seen in the browser.
pub fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("/*") && !code.contains("*/") {
            // The end of a comment of several lines ends its line.
            lines.by_ref().find(|line| line.trim_end().ends_with("*/"));
        } else if !(code.is_empty() || code.starts_with("//") || code.starts_with("/*") && code.ends_with("*/")) {
            out.push_str(code);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn code_stays_and_comments_go() {
        let source = "/* @ts-self-types=\"./x.d.ts\" */\n\n/**\n * Says it.\n * @param {string} word\n */\nexport function say(word) {\n    \
            // Cast.\n    const place = find(\"//\");\n    return `${place} // ${word}`; // said\n}\n";
        let code =
            "export function say(word) {\nconst place = find(\"//\");\nreturn `${place} // ${word}`; // said\n}\n";
        assert_eq!(without_comments(source), code);
        assert_eq!(without_comments(code), code);
    }
}

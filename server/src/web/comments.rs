//! Scripts as browsers get them. What explains a script to who works on it is half of its bytes, and compresses badly.

/// Takes a script's comments away, those that begin a line and types of JSDoc within one, and what lines begin with. Nothing else is
/// touched, so a line of the script stays a line.
///
/// It knows no JavaScript. That no comment of ours stands where this would cut something else is seen by a test; a text of several lines
/// would lose the spaces at their beginnings.
pub fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("/*") && !code.contains("*/") {
            // The end of a comment of several lines ends its line.
            lines.by_ref().find(|line| line.trim_end().ends_with("*/"));
        } else if !(code.is_empty() || code.starts_with("//") || code.starts_with("/*") && code.ends_with("*/")) {
            push_without_types(code, &mut out);
            out.push('\n');
        }
    }
    out
}

fn push_without_types(mut line: &str, out: &mut String) {
    while let Some((before, rest)) = line.split_once("/** @") {
        let Some((_, after)) = rest.split_once("*/") else { break };
        out.push_str(before);
        line = after.trim_start();
    }
    out.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn code_stays_and_comments_go() {
        let source = "// What it is.\n\n/**\n * Says it.\n * @param {string} word\n */\nexport function say(word) {\n  \
            /** @type {string | undefined} */\n  let last;\n  const place = /** @type {HTMLElement} */ (find(\"//\"));\n  \
            return `${place} // ${word}`; // said\n}\n";
        let code = "export function say(word) {\nlet last;\nconst place = (find(\"//\"));\n\
            return `${place} // ${word}`; // said\n}\n";
        assert_eq!(without_comments(source), code);
        assert_eq!(without_comments(code), code);
    }
}

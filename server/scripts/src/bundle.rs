//! A page's scripts as one: what is sixteen modules to who works on them is one request to who waits for it.
//!
//! Each module becomes a function that is called once and gives back what it exports, in the order in which they need each other. That
//! takes modules as ours are written: every `import {…} from "./…"` is a line of its own without `as`, what is exported is a function, a
//! class or a constant at the start of a line, and no two modules import each other. A module that is otherwise is a mistake of ours, and
//! no server is built with it.

use std::collections::{BTreeMap, BTreeSet};

/// Puts a module and all that it imports together.
///
/// # Arguments
/// * `modules` – every module's source by its path
///
/// # Panics
/// Where a module is missing, or two import each other.
pub fn bundle(entry: &str, modules: &BTreeMap<&str, String>) -> String {
    let mut order = Vec::new();
    visit(entry, modules, &mut BTreeSet::new(), &mut order);
    order.iter().map(|path| if *path == entry { last(path, modules) } else { wrapped(path, modules) }).collect()
}

/// The module that the others are for. What it exports is for a script that fetches it when it is needed.
fn last(path: &str, modules: &BTreeMap<&str, String>) -> String {
    match body(path, modules) {
        (body, exports) if exports.is_empty() => body,
        (body, exports) => format!("{body}export {{ {} }};\n", exports.join(", ")),
    }
}

/// What a module needs comes before it.
fn visit<'a>(
    path: &'a str,
    modules: &'a BTreeMap<&str, String>,
    above: &mut BTreeSet<String>,
    order: &mut Vec<String>,
) {
    if order.iter().any(|done| done == path) {
        return;
    }
    assert!(above.insert(path.to_owned()), "{path} imports itself, by way of others");
    for line in source(path, modules).lines() {
        if let Some((_, from)) = import(line) {
            visit(&resolve(path, from), modules, above, order);
        }
    }
    above.remove(path);
    order.push(path.to_owned());
}

fn wrapped(path: &str, modules: &BTreeMap<&str, String>) -> String {
    let (body, exports) = body(path, modules);
    format!("const {} = (() => {{\n{body}return {{ {} }};\n}})();\n", variable(path), exports.join(", "))
}

/// A module without the words of modules, and the names that it exports.
fn body(path: &str, modules: &BTreeMap<&str, String>) -> (String, Vec<String>) {
    let (mut body, mut exports) = (String::new(), Vec::new());
    for line in source(path, modules).lines() {
        if let Some((names, from)) = import(line) {
            body += &format!("const {{{names}}} = {};\n", variable(&resolve(path, from)));
            continue;
        }
        let code = line.strip_prefix("export ").unwrap_or(line);
        if code.len() < line.len() {
            exports.push(exported(code).unwrap_or_else(|| panic!("{path} exports in a way that is not known: {line}")));
        }
        body.push_str(code);
        body.push('\n');
    }
    (body, exports)
}

/// The names, with their commas, and where they come from; modules of other folders stay with the browser.
fn import(line: &str) -> Option<(&str, &str)> {
    let (names, from) = line.strip_prefix("import {")?.split_once("} from \"")?;
    let from = from.strip_suffix("\";")?;
    (!from.contains("/client/")).then_some((names, from))
}

fn exported(code: &str) -> Option<String> {
    let kinds = ["async function ", "function ", "class ", "const "];
    let name = kinds.iter().find_map(|kind| code.strip_prefix(kind))?;
    let end = name.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
    Some(name[..end].to_owned())
}

/// `./x.js` and `../folder/x.js`, seen from a module one folder deep.
fn resolve(path: &str, from: &str) -> String {
    match (from.strip_prefix("../"), from.strip_prefix("./"), path.split_once('/')) {
        (Some(other), ..) => other.to_owned(),
        (None, Some(name), Some((folder, _))) => format!("{folder}/{name}"),
        _ => panic!("{path} imports {from}, which is no path of ours"),
    }
}

fn source<'a>(path: &str, modules: &'a BTreeMap<&str, String>) -> &'a str {
    modules.get(path).unwrap_or_else(|| panic!("there is no module {path}"))
}

fn variable(path: &str) -> String {
    format!("${}", path.trim_end_matches(".js").replace('/', "_"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::bundle;

    fn modules<const N: usize>(modules: [(&'static str, &str); N]) -> BTreeMap<&'static str, String> {
        modules.into_iter().map(|(path, source)| (path, source.to_owned())).collect()
    }

    #[test]
    fn modules_stand_before_those_that_need_them_and_once() {
        let modules = modules([
            ("a/main.js", "import { b } from \"./b.js\";\nimport { c, D } from \"../c/c.js\";\nb(c, D);\n"),
            ("a/b.js", "import { c } from \"../c/c.js\";\nexport async function b() {\n  return c;\n}\n"),
            ("c/c.js", "const of = 1;\nexport const c = of;\nexport class D {}\n"),
        ]);
        let expected = "const $c_c = (() => {\nconst of = 1;\nconst c = of;\nclass D {}\nreturn { c, D };\n})();\n\
            const $a_b = (() => {\nconst { c } = $c_c;\nasync function b() {\n  return c;\n}\nreturn { b };\n})();\n\
            const { b } = $a_b;\nconst { c, D } = $c_c;\nb(c, D);\n";
        assert_eq!(bundle("a/main.js", &modules), expected);
    }

    #[test]
    fn what_is_fetched_when_it_is_needed_keeps_its_exports() {
        let modules = modules([
            ("a/late.js", "import { b } from \"./b.js\";\nexport function late() {\n  return b;\n}\n"),
            ("a/b.js", "export const b = 1;\n"),
        ]);
        assert!(bundle("a/late.js", &modules).ends_with("function late() {\n  return b;\n}\nexport { late };\n"));
    }

    #[test]
    #[should_panic(expected = "imports itself")]
    fn modules_that_need_each_other_are_refused() {
        bundle(
            "a/a.js",
            &modules([("a/a.js", "import { b } from \"./b.js\";"), ("a/b.js", "import { a } from \"./a.js\";")]),
        );
    }

    #[test]
    #[should_panic(expected = "not known")]
    fn an_export_of_another_kind_is_refused() {
        let modules = modules([("a/a.js", "import { b } from \"./b.js\";"), ("a/b.js", "export { b };")]);
        bundle("a/a.js", &modules);
    }
}

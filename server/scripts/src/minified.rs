use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// The same script in fewer bytes: without comments and spaces, with short names for what has a name in this script alone. Names of
/// properties stay.
///
/// # Panics
/// Where it is no JavaScript. A script of ours that is none must not become a page.
pub fn minified(script: &str) -> String {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::mjs()).parse();
    assert!(parsed.diagnostics.is_empty(), "no JavaScript: {:?}", parsed.diagnostics);
    let mut program = parsed.program;
    // A page's script is a module, which nobody imports: its own names are nobody else's either.
    let mangle = MangleOptions { top_level: Some(true), ..MangleOptions::default() };
    let options = MinifierOptions { mangle: Some(mangle), ..MinifierOptions::default() };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    Codegen::new().with_options(CodegenOptions::minify()).with_scoping(minified.scoping).build(&program).code
}

#[cfg(test)]
mod tests {
    use super::minified;

    #[test]
    fn names_that_others_know_stay() {
        let script = "// Said.\nimport init, { Heads } from \"../client/a.js\";\n/** @param {Heads} heads */\nfunction find(heads) {\n  \
            return heads.lookedUp(document.title);\n}\nconst heads = new Heads();\nfind(heads);\nfind(await init(heads));\n";
        let short = minified(script);
        for known in ["Heads", "\"../client/a.js\"", ".lookedUp(document.title)"] {
            assert!(short.contains(known), "{short}");
        }
        assert!(!short.contains("Said") && !short.contains("find") && !short.contains('\n'), "{short}");
        assert!(short.len() < script.len() / 2 + 40, "{short}");
    }

    #[test]
    #[should_panic(expected = "no JavaScript")]
    fn what_is_no_script_is_refused() {
        minified("const const = 1;");
    }
}

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::comments::without_comments;
use super::order::by_likeness;

/// Writes a module, its JavaScript and its TypeScript types into a folder: `{name}_bg.wasm`, `{name}.js`, `{name}.d.ts`, and the types
/// of the bare module.
pub fn write(wasm: &Path, name: &str, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(name).typescript(true).omit_default_module_path(false);
    // A module that browsers load as it is, without a bundler.
    bindgen.web(true)?;
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(folder).context("wasm-bindgen could not write the bindings")?;
    // What explains it to editors is in its types.
    let script = folder.join(format!("{name}.js"));
    fs::write(&script, without_comments(&fs::read_to_string(&script)?)).context("could not write the JavaScript")?;
    let module = folder.join(format!("{name}_bg.wasm"));
    fs::write(&module, by_likeness(&fs::read(&module)?)?).context("could not order the functions of a module")
}

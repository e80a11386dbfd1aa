use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// What the files' names begin with.
pub const NAME: &str = "undersign_client";

/// Writes the module, its JavaScript and its TypeScript types into a folder: `undersign_client_bg.wasm`, `undersign_client.js`,
/// `undersign_client.d.ts`, and the types of the bare module.
pub fn write(wasm: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(NAME).typescript(true).omit_default_module_path(false);
    // A module that browsers load as it is, without a bundler.
    bindgen.web(true)?;
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(folder).context("wasm-bindgen could not write the bindings")
}

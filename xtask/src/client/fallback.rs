//! The client as JavaScript, for browsers in which WebAssembly is off: made from the same modules, by binaryen's `wasm2js`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::features::unannounced;
use crate::command::{root, run};
use crate::setup::node;

/// What takes the place of instructions that wasm2js does not know, in wasm-opt's words. 64-bit numbers it takes apart itself.
const LOWER: [&str; 10] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
    "--signext-lowering",
    "--strip-debug",
    "--strip-producers",
    "-Oz",
];

/// How the bindings see that the module's memory has grown, and how they have to here: a memory of JavaScript's own has another buffer
/// after it has grown, but nothing takes the old one away.
const GROWN: [(&str, &str); 2] = [
    ("cachedUint8ArrayMemory0.byteLength === 0", "cachedUint8ArrayMemory0.buffer !== wasm.memory.buffer"),
    (
        "cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && \
         cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "cachedDataViewMemory0.buffer !== wasm.memory.buffer",
    ),
];

/// What the module asks for by this name is where, in the bindings' list of values, those begin that come and go. wasm-bindgen answers it
/// where there are references, and leaves it where there are none.
const FIRST_IMPORT: &str = "__wbindgen_externref_xform__";
const FIRST: &str = "export function __wbindgen_externref_statics_end() { return 1028; }\n";
const FIRST_IN_BINDINGS: &str = "if (idx < 1028) return;";

/// Installs what makes JavaScript of modules.
pub fn install() -> Result<()> {
    node::install(&tools())
}

/// The file that names the programs, each in one version.
pub fn programs() -> PathBuf {
    tools().join("package-lock.json")
}

/// What the file of a module is called.
pub fn file_name(name: &str) -> String {
    format!("{name}_fallback.js")
}

/// Writes `{name}_fallback.js`, one script with the exports of `{module}.js`, with which it can be exchanged, and its types.
pub fn write(wasm: &Path, module: &str, name: &str, folder: &Path) -> Result<()> {
    let parts = folder.join("parts");
    fs::create_dir_all(&parts)?;
    let mut bindgen = Bindgen::new();
    // References and several results are what wasm2js cannot take apart. Where they are not announced, numbers and places in the memory
    // do as well.
    bindgen.input_bytes(module, unannounced(&fs::read(wasm)?)?).bundler(true)?;
    bindgen.typescript(false).remove_name_section(true).remove_producers_section(true);
    bindgen.generate(&parts).context("wasm-bindgen could not write the bindings")?;

    let lowered = parts.join("lowered.wasm");
    run(tool("wasm-opt").arg(parts.join(format!("{module}_bg.wasm"))).args(LOWER).arg("-o").arg(&lowered))?;
    run(tool("wasm2js").arg(&lowered).arg("-Oz").arg("-o").arg(parts.join("module.js")))?;

    edit(&parts.join(format!("{module}_bg.js")), seeing_growth)?;
    let entry = parts.join(format!("{module}.js"));
    edit(&entry, |source| {
        // As the other's: what that one waits for is done here when it is loaded.
        Ok(source.replace(&format!("./{module}_bg.wasm"), "./module.js") + "\nexport default async function () {}\n")
    })?;
    let first = parts.join("first.js");
    fs::write(&first, FIRST).context("could not write a part of the fallback")?;
    let whole = folder.join(file_name(name));
    let mut esbuild = tool("esbuild");
    esbuild.arg(&entry).args(["--bundle", "--minify", "--format=esm", "--log-level=warning"]);
    run(esbuild.arg(with_path("--outfile=", &whole)).arg(with_path(&format!("--alias:{FIRST_IMPORT}="), &first)))?;
    let types = format!("export * from \"./{module}.js\";\nexport {{ default }} from \"./{module}.js\";\n");
    fs::write(whole.with_extension("d.ts"), types).context("could not write the types")?;
    fs::remove_dir_all(&parts).context("could not remove what the fallback was made of")
}

fn edit(file: &Path, change: impl Fn(&str) -> Result<String>) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    fs::write(file, change(&text)?).with_context(|| format!("could not write {}", file.display()))
}

/// Bindings that look at the memory itself.
fn seeing_growth(bindings: &str) -> Result<String> {
    let has_values = bindings.contains("dropObject");
    ensure!(
        !has_values || bindings.contains(FIRST_IN_BINDINGS),
        "wasm-bindgen's list of values begins elsewhere than known here"
    );
    GROWN.into_iter().try_fold(bindings.to_owned(), |bindings, (before, after)| {
        ensure!(
            bindings.contains(before) || !bindings.contains(before.split('.').next().unwrap_or_default()),
            "wasm-bindgen looks at the memory in another way than is known here: xtask/src/client/fallback.rs"
        );
        Ok(bindings.replace(before, after))
    })
}

fn with_path(option: &str, path: &Path) -> OsString {
    let mut word = OsString::from(option);
    word.push(path);
    word
}

fn tools() -> PathBuf {
    root().join("xtask/npm")
}

fn tool(name: &str) -> Command {
    Command::new(tools().join("node_modules/.bin").join(name))
}

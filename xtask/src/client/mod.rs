//! `cargo xtask client`: the npm-ready package of what browsers run, in `target/client/`.
//!
//! A module that comes later is a further row of [`MODULES`] and of `exports` in npm/package.json.

mod bindings;
mod comments;
mod compressed;
mod fallback;
mod features;
mod manifest;
mod order;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::command::{root, run};
use crate::wasm::Toolchain;

/// What browsers fetch, each when it is needed: the crate, what cargo makes of it, and what its files' names begin with.
const MODULES: [(&str, &str, &str); 6] = [
    ("undersign-client-wasm", "undersign_client_wasm.wasm", "undersign_client"),
    ("undersign-withdrawal-wasm", "undersign_withdrawal_wasm.wasm", "undersign_withdrawal"),
    ("undersign-qr-wasm", "undersign_qr_wasm.wasm", "undersign_qr"),
    ("undersign-proof-wasm", "undersign_proof_wasm.wasm", "undersign_proof"),
    ("undersign-audit-wasm", "undersign_audit_wasm.wasm", "undersign_audit"),
    ("undersign-oblivious-wasm", "undersign_oblivious_wasm.wasm", "undersign_oblivious"),
];

/// Of which modules there is JavaScript, for browsers in which WebAssembly is off, and what its file's name begins with. The module that
/// withdraws has all that signs as well: it is made once, and who needs it waits longer anyhow. What proves work is not among them:
/// WebCrypto does it there, many times faster.
const FALLBACKS: [(&str, &str); 4] = [
    ("undersign_withdrawal", "undersign_client"),
    ("undersign_qr", "undersign_qr"),
    ("undersign_audit", "undersign_audit"),
    ("undersign_oblivious", "undersign_oblivious"),
];

/// How much of the package there has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Where Node.js is neither there nor to be had: what runs where WebAssembly is on.
    AtLeastWasm,
}

/// Optimised for size, see the workspace's Cargo.toml.
const PROFILE: &str = "client";

/// Where the finished package is, whether it was built or not.
pub fn directory() -> PathBuf {
    root().join("target/client")
}

/// Builds the crates and, where anything has changed, the package.
///
/// `protocol` and `client-lib` are built for wasm32 by this too: the first crate consists of them.
pub fn build_package(toolchain: Toolchain, extent: Extent) -> Result<()> {
    let has_fallback = match fallback::install() {
        Err(error) if extent == Extent::AtLeastWasm => {
            eprintln!("\nWhere WebAssembly is off, pages cannot sign with what is built here: {error:#}\n");
            false
        }
        installed => installed.map(|()| true)?,
    };
    let packages = MODULES.iter().flat_map(|(package, ..)| ["--package", package]);
    run(toolchain.cargo_build().args(packages).args(["--profile", PROFILE]))?;
    let built = MODULES.map(|(_, output, name)| (toolchain.output(PROFILE).join(output), name));
    let (npm_folder, program) = (npm(), std::env::current_exe()?);
    let mut sources: Vec<&Path> = built.iter().map(|(wasm, _)| wasm.as_path()).collect();
    sources.extend([npm_folder.as_path(), program.as_path()]);
    let (programs, made) = (fallback::programs(), directory().join(fallback::file_name(FALLBACKS[0].1)));
    sources.extend(has_fallback.then_some(programs.as_path()));
    if (made.exists() || !has_fallback) && is_newer_than(&directory().join(manifest::NAME), &sources)? {
        return Ok(());
    }
    // Beside the old one, which a server may be about to read, and which stays whole if this is interrupted.
    let unfinished = root().join("target/client.unfinished");
    remove(&unfinished)?;
    fs::create_dir_all(&unfinished)?;
    for (wasm, name) in &built {
        bindings::write(wasm, name, &unfinished)?;
    }
    if has_fallback {
        for (module, name) in FALLBACKS {
            for (wasm, _) in built.iter().filter(|(_, built)| *built == module) {
                fallback::write(wasm, module, name, &unfinished)?;
            }
        }
    }
    compressed::write_beside(&unfinished)?;
    for (from, name) in [(npm().join("README.md"), "README.md"), (root().join("LICENSE"), "LICENSE")] {
        fs::copy(&from, unfinished.join(name)).with_context(|| format!("could not copy {}", from.display()))?;
    }
    manifest::write(&npm().join(manifest::NAME), &unfinished)?;
    remove(&directory())?;
    fs::rename(&unfinished, directory()).context("could not put the package in its place")?;
    report()
}

/// The files of the package that are not made.
fn npm() -> PathBuf {
    root().join("client-lib/wasm/npm")
}

/// Whether the file was written after each of the others, and after each file in those that are folders. The package depends on what
/// cargo has built, on a few texts and on this program.
fn is_newer_than(file: &Path, others: &[&Path]) -> Result<bool> {
    let Some(written) = modified(file)? else { return Ok(false) };
    for other in others {
        let inside = if other.is_dir() { entries(other)? } else { vec![other.to_path_buf()] };
        for path in inside {
            if modified(&path)?.is_none_or(|changed| changed >= written) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn modified(path: &Path) -> Result<Option<SystemTime>> {
    match fs::metadata(path).and_then(|metadata| metadata.modified()) {
        Ok(time) => Ok(Some(time)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not look at {}", path.display())),
    }
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", directory.display()))
        }
        _ => Ok(()),
    }
}

/// Files of a folder, in the order of their names.
fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| format!("could not read {}", directory.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Says what browsers load: the budget of the first page is 120 kB, compressed by brotli.
fn report() -> Result<()> {
    eprintln!("The client package is in {}:", directory().display());
    for path in entries(&directory())? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        eprintln!("{:>9} bytes  {name}", fs::metadata(&path)?.len());
    }
    Ok(())
}

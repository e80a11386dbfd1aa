//! Compiling for wasm32, with whichever compiler can do it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, in_path, output, root, run};
use crate::setup::packages::{Need, install};

const TARGET: &str = "wasm32-unknown-unknown";

/// A way to compile for wasm32.
#[derive(Clone, Copy)]
pub enum Toolchain {
    /// The compiler of everything else, which has the target's standard library.
    Usual,
    /// Debian's, which compiles that library from its source.
    Debian,
}

/// Finds a compiler for wasm32. What is there is taken before anything is installed; rustup's comes before Debian's.
///
/// # Errors
/// There is none, and none can be installed from here; the message says what to do.
pub fn toolchain() -> Result<Toolchain> {
    if usual_is_ready() {
        return Ok(Toolchain::Usual);
    }
    if debian_is_ready() {
        return Ok(Toolchain::Debian);
    }
    if in_path("rustup") {
        let mut add = Command::new("rustup");
        add.args(["target", "add", TARGET]).current_dir(root());
        // One try: where rustup's server is out of reach it stays so. And no backtrace of what is no fault here.
        add.env("RUSTUP_MAX_RETRIES", "0").env("RUST_BACKTRACE", "0");
        if run(&mut add).is_ok() && usual_is_ready() {
            return Ok(Toolchain::Usual);
        }
        eprintln!("rustup cannot get it; next, Debian's compiler.");
    }
    install(&[Need {
        what: "a compiler for wasm32 (with rustup: rustup target add wasm32-unknown-unknown)",
        packages: &["rustc-web", "cargo-web", "rust-web-src", "lld-19"],
        present: debian_is_ready,
    }])?;
    Ok(Toolchain::Debian)
}

fn usual_is_ready() -> bool {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root()));
    sysroot.is_ok_and(|sysroot| Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn debian_is_ready() -> bool {
    let parts = ["bin/rustc", "bin/cargo", "bin/wasm-ld-19", "lib/rustlib/src/rust/library/Cargo.lock"];
    parts.iter().all(|part| Path::new("/usr").join(part).is_file())
}

impl Toolchain {
    /// The start of a command line that builds for wasm32.
    pub fn cargo_build(self) -> Command {
        let mut command = match self {
            Self::Usual => cargo(["build"]),
            Self::Debian => debian_cargo_build(),
        };
        // Of its own: two compilers in one directory would each discard what the other has built.
        command.args(["--target", TARGET, "--target-dir"]).arg(target_directory());
        command
    }

    /// Where a profile's finished modules are.
    pub fn output(self, profile: &str) -> PathBuf {
        target_directory().join(TARGET).join(profile)
    }
}

fn target_directory() -> PathBuf {
    root().join("target/wasm")
}

fn debian_cargo_build() -> Command {
    let mut command = Command::new("/usr/bin/cargo");
    command
        .args(["build", "-Z", "build-std=std,panic_abort"])
        // A panic ends the page's journey either way; without its words, and with the smaller of two algorithms where the library has
        // both, the module is a quarter smaller.
        .args(["-Z", "build-std-features=panic_immediate_abort,optimize_for_size"])
        .env("RUSTC", "/usr/bin/rustc")
        // `build-std` is unstable; this is how a stable compiler is told to take it all the same.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
        // Set by the cargo that runs this program, and leading to the libraries of its own compiler.
        .env_remove("LD_LIBRARY_PATH")
        .current_dir(root());
    command
}

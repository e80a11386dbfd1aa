//! `cargo xtask wasm`: the crates that browsers run, for wasm32, with whichever compiler can do it.

use std::path::Path;
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

/// Builds both crates, in one go: apart, nearly all of their dependencies would compile twice.
pub fn build() -> Result<()> {
    let packages = ["--package", "undersign-protocol", "--package", "undersign-client-lib", "--no-default-features"];
    run(toolchain()?.cargo_build().args(["--target", TARGET]).args(packages))
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
    fn cargo_build(self) -> Command {
        match self {
            Self::Usual => cargo(["build"]),
            Self::Debian => {
                let mut command = Command::new("/usr/bin/cargo");
                command
                    .args(["build", "-Z", "build-std=std,panic_abort", "--target-dir"])
                    // Of its own: two compilers in one directory would each discard what the other has built.
                    .arg(root().join("target/wasm"))
                    .env("RUSTC", "/usr/bin/rustc")
                    // `build-std` is unstable; this is how a stable compiler is told to take it all the same.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
                    // Set by the cargo that runs this program, and leading to the libraries of its own compiler.
                    .env_remove("LD_LIBRARY_PATH")
                    .current_dir(root());
                command
            }
        }
    }
}

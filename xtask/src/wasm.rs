//! Compiling for wasm32, with whichever compiler can do it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, in_path, output, root, run};
use crate::setup::packages::{Need, install};

const TARGET: &str = "wasm32-unknown-unknown";

/// What is there of the standard library's source.
const SOURCE: &str = "rust/library/Cargo.lock";

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
        add_source();
        return Ok(Toolchain::Usual);
    }
    if debian_is_ready() {
        return Ok(Toolchain::Debian);
    }
    if in_path("rustup") {
        if run(&mut rustup(["target", "add", TARGET])).is_ok() && usual_is_ready() {
            add_source();
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

/// Tries to get the source of the standard library; without it the client is some kilobytes larger.
fn add_source() {
    if Toolchain::Usual.has_source() || !in_path("rustup") {
        return;
    }
    let mut add = rustup(["component", "add", "rust-src"]);
    if run(&mut add).is_err() {
        eprintln!(
            "Without its source, the standard library is taken as it is: the client will be some kilobytes larger."
        );
    }
}

fn rustup<const N: usize>(words: [&str; N]) -> Command {
    let mut command = Command::new("rustup");
    command.args(words).current_dir(root());
    // One try: where rustup's server is out of reach it stays so. And no backtrace of what is no fault here.
    command.env("RUSTUP_MAX_RETRIES", "0").env("RUST_BACKTRACE", "0");
    command
}

fn usual_is_ready() -> bool {
    usual_library().is_some_and(|library| library.join(TARGET).join("lib").is_dir())
}

/// Where the usual compiler has its libraries and their source.
fn usual_library() -> Option<PathBuf> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root())).ok()?;
    Some(Path::new(&sysroot).join("lib/rustlib"))
}

fn debian_is_ready() -> bool {
    let parts = ["bin/rustc", "bin/cargo", "bin/wasm-ld-19", "lib/rustlib/src/rust/library/Cargo.lock"];
    parts.iter().all(|part| Path::new("/usr").join(part).is_file())
}

/// What is told to every compiler. Limbs of 32 bits, because WebAssembly multiplies no wider: with 64 the client's first blinding, which
/// no optimiser has seen yet, takes twice as long, and the code is larger. Hashing in loops instead of unrolled. And no places and no
/// `Debug` in the messages of panics, which nobody sees.
const FLAGS: &str =
    "--cfg cpubits=\"32\" --cfg sha2_backend_soft=\"compact\" -Z location-detail=none -Z fmt-debug=none";

/// A panic ends the page's journey either way: it needs no words.
const ABORT: &str = "-Z unstable-options -C panic=immediate-abort";

impl Toolchain {
    /// The start of a command line that builds for wasm32.
    pub fn cargo_build(self) -> Command {
        let mut command = match self {
            Self::Usual => cargo(["build"]),
            Self::Debian => debian_cargo_build(),
        };
        let has_source = self.has_source();
        if has_source {
            // The library is compiled for this alone, with the smaller of two algorithms where it has both: a tenth less.
            command.args(["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"]);
        }
        let abort = if has_source && self.knows_abort() { ABORT } else { "" };
        command
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", format!("{FLAGS} {abort}"))
            // These flags and options are unstable; this is how a stable compiler is told to take them all the same.
            .env("RUSTC_BOOTSTRAP", "1");
        // Of its own: two compilers in one directory would each discard what the other has built.
        command.args(["--target", TARGET, "--target-dir"]).arg(target_directory());
        command
    }

    /// Where a profile's finished modules are.
    pub fn output(self, profile: &str) -> PathBuf {
        target_directory().join(TARGET).join(profile)
    }

    /// Whether the standard library can be compiled. Without its source the finished one is taken.
    fn has_source(self) -> bool {
        match self {
            Self::Usual => usual_library().is_some_and(|library| library.join("src").join(SOURCE).is_file()),
            Self::Debian => true,
        }
    }

    fn knows_abort(self) -> bool {
        let mut rustc = Command::new(match self {
            Self::Usual => "rustc",
            Self::Debian => "/usr/bin/rustc",
        });
        rustc.args(ABORT.split(' ')).args(["--print", "cfg"]).env("RUSTC_BOOTSTRAP", "1").current_dir(root());
        output(&mut rustc).is_ok()
    }
}

fn target_directory() -> PathBuf {
    root().join("target/wasm")
}

fn debian_cargo_build() -> Command {
    let mut command = Command::new("/usr/bin/cargo");
    command
        .arg("build")
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
        // Set by the cargo that runs this program, and leading to the libraries of its own compiler.
        .env_remove("LD_LIBRARY_PATH")
        .current_dir(root());
    command
}

//! Set-up on a bare machine: each part looks first, and neither does nor says anything where all is there.

pub mod browser;
pub mod node;
pub mod packages;
pub mod postgres;
pub mod proxies;
mod python;

use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, in_path, root, run, succeeds, tools};
use crate::wasm;
use packages::{Need, install};

/// The version that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";

/// What building needs, and with it the demo: nothing but a C compiler and OpenSSL.
///
/// # Errors
/// Something is missing and cannot be installed from here; the message says what.
pub fn compiler() -> Result<()> {
    install(&[
        Need { what: "a C compiler (cc)", packages: &["gcc", "libc6-dev"], present: || in_path("cc") },
        Need { what: "pkg-config", packages: &["pkg-config"], present: || in_path("pkg-config") },
        Need {
            what: "OpenSSL's headers (or build it along, which takes minutes and needs make and perl: cargo build --features \
                   undersign-server/vendored,undersign-cli/vendored)",
            packages: &["libssl-dev"],
            present: openssl_is_ready,
        },
    ])
}

/// What all tasks need: beyond [`compiler`], the tools of the tests, of the wasm32 build and a browser.
///
/// # Errors
/// As [`compiler`].
pub fn everything() -> Result<()> {
    compiler()?;
    install(&[
        Need { what: "strace", packages: &["strace"], present: || in_path("strace") },
        Need {
            what: "poppler's programs, with which the tests look at printed reports",
            packages: &["poppler-utils"],
            present: || in_path("pdftoppm") && in_path("pdftotext"),
        },
        Need {
            what: "Python with its module venv",
            packages: &["python3", "python3-venv"],
            present: || succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])),
        },
    ])?;
    python::install()?;
    proxies::install()?;
    postgres::install()?;
    browser::install()?;
    if !in_path("cargo-deny") && !tools().join("bin/cargo-deny").is_file() {
        // Without optimisation: it compiles in half the time and reads one lock file.
        let install = ["install", "--locked", "--debug", "cargo-deny", "--version", CARGO_DENY, "--root"];
        run(cargo(install).arg(tools()))?;
    }
    wasm::toolchain().map(drop)
}

/// The start of a command line of cargo-deny, wherever it is.
pub fn cargo_deny() -> Command {
    let own = tools().join("bin/cargo-deny");
    let mut command = if own.is_file() { Command::new(own) } else { Command::new("cargo-deny") };
    command.current_dir(root());
    command
}

fn openssl_is_ready() -> bool {
    // The same two ways in which the crate `openssl-sys` finds it.
    std::env::var_os("OPENSSL_DIR").is_some()
        || succeeds(Command::new("pkg-config").args(["--atleast-version=3", "openssl"]))
}

use std::path::PathBuf;

/// A program of this workspace, from the directory in which the tests were built.
///
/// # Panics
/// When it is not there: `cargo build --workspace` makes it.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let directory = test.ancestors().nth(2).expect("tests are built in target/PROFILE/deps");
    let path = directory.join(name);
    assert!(path.exists(), "{} is missing: run `cargo build --workspace` first", path.display());
    path
}

/// Whether the long tier runs (`cargo xtask prove`): larger numbers, same code.
pub fn is_proving() -> bool {
    std::env::var_os("UNDERSIGN_PROVE").is_some()
}

use std::path::PathBuf;

/// A program of this workspace, from the directory in which the tests were built, or the one that `UNDERSIGN_PROGRAMS` names.
///
/// # Panics
/// When it is not there: `cargo build --workspace` makes it.
pub fn program(name: &str) -> PathBuf {
    let path = directory().join(name);
    assert!(path.exists(), "{} is missing: run `cargo build --workspace` first", path.display());
    path
}

fn directory() -> PathBuf {
    if let Some(named) = std::env::var_os("UNDERSIGN_PROGRAMS") {
        return named.into();
    }
    let this = std::env::current_exe().expect("a program has a path");
    let directory = this.parent().expect("a folder");
    // Programs are in target/PROFILE, tests in target/PROFILE/deps.
    directory.parent().filter(|_| directory.ends_with("deps")).unwrap_or(directory).to_owned()
}

/// Whether the long tier runs (`cargo xtask prove`): larger numbers, same code.
pub fn is_proving() -> bool {
    std::env::var_os("UNDERSIGN_PROVE").is_some()
}

/// Whether servers are run on PostgreSQL, by the same tests: `UNDERSIGN_TEST_POSTGRES` is set.
pub fn on_postgres() -> bool {
    std::env::var_os("UNDERSIGN_TEST_POSTGRES").is_some()
}

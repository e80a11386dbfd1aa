use std::fs;
use std::path::Path;

/// A page of the repository.
///
/// # Arguments
/// * `path` – from the root
pub fn page(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The first block of a page that is of this kind.
///
/// # Arguments
/// * `kind` – what stands behind the three marks: `ini`, or `sh backup` where there are several
pub fn block(path: &str, kind: &str) -> String {
    let page = page(path);
    let (_, rest) = page.split_once(&format!("```{kind}\n")).unwrap_or_else(|| panic!("{path} has no {kind}"));
    rest.split_once("```").expect("the block's end").0.to_owned()
}

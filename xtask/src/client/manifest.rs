use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Written last: a folder that has it is whole.
pub const NAME: &str = "package.json";

/// Fills in npm's description of the package. Version and licence are the workspace's, because this crate's are.
pub fn write(template: &Path, folder: &Path) -> Result<()> {
    let text = fs::read_to_string(template).with_context(|| format!("could not read {}", template.display()))?;
    let text = text.replace("{version}", env!("CARGO_PKG_VERSION")).replace("{license}", env!("CARGO_PKG_LICENSE"));
    fs::write(folder.join(NAME), text).context("could not write package.json")
}

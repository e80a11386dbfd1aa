//! Writes what browsers get of the scripts: of each that a page names, with all that it imports.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use undersign_scripts::{bundle, minified};

/// The scripts that pages name, the workers, and what scripts fetch when it is needed.
const ENTRIES: [&str; 9] = [
    "proof/worker.js",
    "share/main.js",
    "sign/confirm.js",
    "sign/main.js",
    "sign/oblivious.js",
    "sign/reminder.js",
    "verify/main.js",
    "verify/worker.js",
    "withdraw/main.js",
];

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=assets");
    let mut modules = BTreeMap::new();
    for folder in ["proof", "share", "sign", "verify", "withdraw"] {
        for file in fs::read_dir(Path::new("assets").join(folder))? {
            let file = file?;
            let name = format!("{folder}/{}", file.file_name().display());
            modules.insert(name, fs::read_to_string(file.path())?);
        }
    }
    let modules = modules.iter().map(|(name, source)| (name.as_str(), source.clone())).collect();
    let out = env::var("OUT_DIR").map_err(std::io::Error::other)?;
    for entry in ENTRIES {
        let path = Path::new(&out).join("scripts").join(entry);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(path, minified(&bundle(entry, &modules)))?;
    }
    Ok(())
}

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::programs::program;

/// What an auditor said last, and how it ended.
#[derive(Debug)]
pub struct Audited {
    /// Its exit code.
    pub code: Option<i32>,
    /// The first object that it wrote.
    pub said: Value,
    /// The most memory that the process had, in kB, where it was watched.
    pub memory: u64,
}

/// Runs `undersign audit --json` and watches its memory.
pub fn undersign_audit(arguments: &[&str]) -> Audited {
    let mut command = Command::new(program("undersign"));
    let mut child =
        command.args(["audit", "--json"]).args(arguments).stdout(Stdio::piped()).spawn().expect("the command starts");
    let mut memory = 0;
    while child.try_wait().expect("its state").is_none() {
        memory = memory.max(peak(child.id()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
    audited(child.wait_with_output().expect("its output"), memory)
}

/// Runs the auditor in Python that was written from the specifications alone.
pub fn python_audit(copy: &Path, petition_id: &str) -> Audited {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository");
    let python: PathBuf = root.join("target/tools/cryptography/bin/python");
    assert!(python.exists(), "{} is missing: run `cargo xtask setup` first", python.display());
    let auditor = root.join("tests/auditor/audit.py");
    let output = Command::new(python).arg(auditor).arg(copy).arg(petition_id).output().expect("the auditor starts");
    audited(output, 0)
}

fn audited(output: std::process::Output, memory: u64) -> Audited {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = text.lines().next().and_then(|line| serde_json::from_str(line).ok());
    let said = said.unwrap_or_else(|| panic!("an object: {text} {}", String::from_utf8_lossy(&output.stderr)));
    Audited { code: output.status.code(), said, memory }
}

/// The kernel's own high-water mark.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use undersign_log_generator::petition::SLUG;
use undersign_log_generator::{Batch, FileServer, Plan, Site, generate_edited};

/// A few batches of three bundles together, some withdrawals, closed.
pub const PLAN: Plan = Plan { signatures: 600, withdrawals: 20, batch: 250, close: true, seed: 1 };

/// A generated log, served, and a folder for what the command writes.
pub struct World {
    pub folder: TempDir,
    pub site: Site,
    pub server: FileServer,
}

/// How the command ended.
pub struct Ended {
    pub code: i32,
    pub events: Vec<Value>,
}

impl World {
    pub fn new() -> Self {
        Self::edited(&PLAN, |_, _| {})
    }

    pub fn edited(plan: &Plan, edit: impl FnMut(u64, &mut Batch)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        let site = generate_edited(plan, &root, edit).unwrap();
        let server = FileServer::start(&root).unwrap();
        Self { folder, site, server }
    }

    /// The petition's link, without a pin.
    pub fn link(&self) -> String {
        format!("{}/p/{SLUG}", self.server.origin())
    }

    pub fn id(&self) -> String {
        self.site.petition.verified.petition_id().to_string()
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Audits with `--json`.
    pub fn audit(&self, arguments: &[&str]) -> Ended {
        let command = [&["audit", "--json"], arguments].concat();
        let output = undersign(&command);
        let text = String::from_utf8(output.stdout).unwrap();
        let events = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Ended { code: output.status.code().unwrap(), events }
    }
}

pub fn undersign(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_undersign")).args(arguments).env("LC_ALL", "C").output().unwrap()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Ended {
    pub fn event(&self, name: &str) -> &Value {
        self.events.iter().find(|event| event["event"] == name).unwrap_or_else(|| panic!("{name}: {:?}", self.events))
    }

    /// It ended with a verdict; here it is.
    pub fn verdict(&self) -> &Value {
        assert_eq!(self.code, 0, "{:?}", self.events);
        self.event("verdict")
    }

    /// It ended with this defect; here is what it said last.
    pub fn defect(&self, name: &str) -> String {
        assert_eq!(self.code, 5, "{:?}", self.events);
        assert_eq!(self.event("defect")["defect"], name, "{:?}", self.events);
        self.message()
    }

    pub fn message(&self) -> String {
        self.event("error")["message"].as_str().unwrap().to_owned()
    }
}

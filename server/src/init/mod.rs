//! `undersign-server init`: what a machine needs before the first start. It makes what is missing, leaves alone what is there, and says
//! what comes next.

mod layout;
mod steps;
mod text;

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

pub use layout::Layout;

use self::layout::{Program, check_directory, check_host, without_port};
use self::text::{Caddyfile, ConfigText, JournaldText, NginxText, UnitText};
use crate::entropy::Entropy;
use crate::key_directory::{KeyDirectory, KeyError};
use crate::{anonymous, identified};

/// What is to be set up.
pub struct Init {
    /// Hosts and sides.
    pub layout: Layout,
    /// The neutral host of links and sender, if there is one.
    pub mail_host: Option<String>,
    /// Where configuration, keys and databases are kept.
    pub directory: PathBuf,
}

/// Why a machine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Not a host name.
    #[error("{0:?} is not a host name, as petitions.example or petitions.example:8443")]
    Host(String),
    /// Two of the hosts are one.
    #[error("the hosts must differ; one name for both sides is --host")]
    SameHost,
    /// A path that some of the files could not hold.
    #[error("{0:?}: the directory's path may have letters, digits, dots, hyphens and underscores alone")]
    Directory(PathBuf),
    /// A page could not be filled in.
    #[error(transparent)]
    Text(#[from] askama::Error),
    /// The file system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Makes what is missing. What comes back is for people: what was made, what was there, what to do next.
pub fn run(init: &Init, entropy: &dyn Entropy) -> Result<String, InitError> {
    let init = init.checked()?;
    let mut report = Report::default();
    make_directory(&init.directory, 0o755)?;
    for program in init.layout.programs() {
        init.make_keys(&program, entropy, &mut report)?;
        report.file(&init.directory.join(program.config), &init.config(&program)?)?;
        let unit = init.directory.join("systemd").join(format!("{}.service", program.name));
        report.file(&unit, &init.unit(&program)?)?;
    }
    report.file(&init.directory.join("systemd/journald@undersign.conf"), &text::render(&JournaldText {})?)?;
    let sites = init.layout.sites(init.mail_host.as_deref());
    report.file(&init.directory.join("proxy/Caddyfile"), &text::render(&Caddyfile { sites: &sites })?)?;
    report.file(&init.directory.join("proxy/nginx.conf"), &text::render(&NginxText::new(&sites))?)?;
    Ok(format!("{}\n{}", report.text, init.next_steps()?))
}

/// What was done, a line each.
#[derive(Default)]
struct Report {
    text: String,
}

impl Report {
    fn line(&mut self, did: &str, path: &Path) {
        self.text += &format!("{did} {}\n", path.display());
    }

    /// Writes a file, unless there is one.
    fn file(&mut self, path: &Path, text: &str) -> Result<(), InitError> {
        if let Some(directory) = path.parent() {
            make_directory(directory, 0o755)?;
        }
        let in_path = |source| InitError::Io(path.to_owned(), source);
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(mut file) => {
                // Nothing in it is secret, and the program's user must be able to read it.
                let readable = file.set_permissions(Permissions::from_mode(0o644));
                readable
                    .and_then(|()| file.write_all(text.as_bytes()))
                    .and_then(|()| file.sync_all())
                    .map_err(in_path)?;
                self.line("made", path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let same = fs::read(path).map_err(in_path)? == text.as_bytes();
                self.line(if same { "kept" } else { "kept, though it differs from what would be made now:" }, path);
            }
            Err(error) => return Err(in_path(error)),
        }
        Ok(())
    }
}

impl Init {
    fn checked(&self) -> Result<Self, InitError> {
        let layout = match &self.layout {
            Layout::OneHost(host) => Layout::OneHost(check_host(host)?),
            Layout::TwoHosts { issuer, origin, side } => {
                Layout::TwoHosts { issuer: check_host(issuer)?, origin: check_host(origin)?, side: *side }
            }
        };
        let mail_host = self.mail_host.as_deref().map(check_host).transpose()?;
        let (issuer, origin) = layout.hosts();
        let mail_is_own = mail_host.as_deref().is_none_or(|mail| mail != issuer && mail != origin);
        if !mail_is_own || (issuer == origin && matches!(layout, Layout::TwoHosts { .. })) {
            return Err(InitError::SameHost);
        }
        Ok(Self { layout, mail_host, directory: check_directory(&self.directory)? })
    }

    /// The folders that nobody else may enter, and the keys in them that are there from the start on.
    fn make_keys(&self, program: &Program, entropy: &dyn Entropy, report: &mut Report) -> Result<(), InitError> {
        for folder in program.folders() {
            let folder = self.directory.join(folder);
            let path = folder.join("keys");
            make_directory(&folder, 0o700)?;
            let keys = KeyDirectory::open(&path)?;
            let before = keys.names()?.len();
            match folder.ends_with("identified") {
                true => identified::make_keys(&keys, entropy)?,
                false => anonymous::make_keys(&keys, entropy)?,
            }
            report.line(if keys.names()?.len() == before { "kept" } else { "made" }, &path);
        }
        Ok(())
    }

    fn config(&self, program: &Program) -> Result<String, InitError> {
        let (issuer, origin) = self.layout.hosts();
        text::render(&ConfigText {
            identified: program.identified,
            anonymous: program.anonymous,
            one_file: program.identified.is_some() && program.anonymous.is_some(),
            issuer,
            origin,
            mail: self.mail_host.as_deref(),
            sender_host: without_port(self.mail_host.as_deref().unwrap_or(issuer)),
            dir: &self.directory.display().to_string(),
        })
    }

    fn unit(&self, program: &Program) -> Result<String, InitError> {
        let path = |folder: &&str| self.directory.join(folder).display().to_string();
        let own = program.folders();
        let others = ["identified", "anonymous"].into_iter().filter(|folder| !own.contains(folder));
        // systemd makes what is below /var/lib by itself, and gives it to the user.
        let below = self.directory.strip_prefix("/var/lib").ok();
        let state_directories =
            below.map(|below| own.iter().map(|folder| below.join(folder).display().to_string()).collect::<Vec<_>>());
        text::render(&UnitText {
            description: program.description(),
            config: &self.directory.join(program.config).display().to_string(),
            side_argument: program.side_argument(),
            user: program.name,
            state_directories: state_directories.map(|directories| directories.join(" ")),
            own: own.iter().map(path).collect(),
            others: others.map(|folder| path(&folder)).collect(),
        })
    }
}

impl Program {
    fn folders(&self) -> Vec<&'static str> {
        let folders = [("identified", self.identified), ("anonymous", self.anonymous)];
        folders.into_iter().filter(|(_, port)| port.is_some()).map(|(folder, _)| folder).collect()
    }

    fn description(&self) -> &'static str {
        match (self.identified, self.anonymous) {
            (Some(_), None) => ", identified side",
            (None, Some(_)) => ", anonymous side",
            _ => "",
        }
    }

    fn side_argument(&self) -> &'static str {
        match (self.identified, self.anonymous) {
            (Some(_), None) => " --side identified",
            (None, Some(_)) => " --side anonymous",
            _ => "",
        }
    }
}

/// Makes a directory with a mode that the process's umask does not take away; one that is there stays as it is.
fn make_directory(path: &Path, mode: u32) -> Result<(), InitError> {
    if path.is_dir() {
        return Ok(());
    }
    let made = fs::create_dir_all(path).and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)));
    made.map_err(|source| InitError::Io(path.to_owned(), source))
}

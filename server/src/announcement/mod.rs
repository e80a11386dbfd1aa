//! What the operator says on every page, and whether signing is paused: a file of its own, read again when the process gets SIGHUP, so
//! that nothing restarts while something is wrong.

mod file;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::signal::unix::{Signal, SignalKind, signal};

pub use file::{Announcement, AnnouncementError};
use undersign_pages::{Announced, Said};

use crate::web::cached::Version;

/// What is announced now. Both sides of a process have one.
#[derive(Clone, Default)]
pub struct Announcements(Arc<Inner>);

#[derive(Default)]
struct Inner {
    path: Option<PathBuf>,
    now: RwLock<Arc<Announcement>>,
    version: Version,
}

impl Announcements {
    /// Reads the file. One that is not there announces nothing: it can be written when there is something to say.
    pub fn open(path: Option<&Path>) -> Result<Self, AnnouncementError> {
        let now = path.map_or(Ok(Announcement::default()), read)?;
        let inner =
            Inner { path: path.map(Path::to_owned), now: RwLock::new(Arc::new(now)), version: Version::default() };
        Ok(Self(Arc::new(inner)))
    }

    /// What is announced now.
    pub fn now(&self) -> Arc<Announcement> {
        // A poisoned lock holds an announcement that was complete when it was set.
        Arc::clone(&self.0.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What pages say of it.
    pub fn announced(&self) -> Announced {
        let announcements = self.clone();
        Announced::new(move |language| {
            let now = announcements.now();
            Said { banner: now.banner(language), is_paused: now.paused().is_some() }
        })
    }

    /// Changes with what is announced.
    pub fn version(&self) -> &Version {
        &self.0.version
    }

    /// Listens for SIGHUP from now on, where there is a file; without one the signal does what it does by itself.
    pub fn listen(&self) -> io::Result<Option<Signal>> {
        self.0.path.as_ref().map(|_| signal(SignalKind::hangup())).transpose()
    }

    /// Reads the file again at each signal, until the process ends.
    pub async fn follow(self, mut hangups: Signal) {
        while hangups.recv().await.is_some() {
            let again = self.clone();
            // A folder on a network may take its time.
            let _ = tokio::task::spawn_blocking(move || again.reload()).await;
        }
    }

    /// Reads the file again. One that cannot be read changes nothing.
    fn reload(&self) {
        let Some(path) = &self.0.path else { return };
        match read(path) {
            Ok(said) => {
                let (is_paused, has_banner) = (said.paused().is_some(), said.has_banner());
                *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(said);
                self.0.version.changed();
                tracing::info!(read_only = is_paused, banner = has_banner, "the announcement was read again");
            }
            Err(error) => {
                let path = path.display();
                tracing::error!("{path} {error}: what was announced before stays");
            }
        }
    }
}

/// What a file says; nothing, where it is not there.
pub fn read(path: &Path) -> Result<Announcement, AnnouncementError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Announcement::parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Announcement::default()),
        Err(error) => Err(AnnouncementError::Unreadable(error.to_string())),
    }
}

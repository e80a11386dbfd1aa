use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::Result;

/// A server of files, on a free port of this machine, until the process ends. For a folder it answers with the `index.json` in it.
pub struct FileServer {
    origin: String,
    shared: Arc<Shared>,
}

struct Shared {
    root: Mutex<PathBuf>,
    served: Mutex<Vec<String>>,
    left: AtomicUsize,
}

impl FileServer {
    /// Serves what is in a folder.
    pub fn start(root: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let origin = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            root: Mutex::new(root.to_owned()),
            served: Mutex::default(),
            left: AtomicUsize::new(usize::MAX),
        });
        let for_all = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&for_all);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Ok(Self { origin, shared })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Serves another folder from now on.
    pub fn set_root(&self, root: &Path) {
        *self.shared.root.lock().unwrap_or_else(|broken| broken.into_inner()) = root.to_owned();
    }

    /// Answers so many more bundles of entries; then refuses them for good.
    pub fn break_after(&self, bundles: usize) {
        self.shared.left.store(bundles, Ordering::SeqCst);
    }

    /// The paths that were answered since this was last asked.
    pub fn take_served(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.served.lock().unwrap_or_else(|broken| broken.into_inner()))
    }
}

impl Shared {
    fn content(&self, path: &str) -> Option<Vec<u8>> {
        let of_petition = path.contains("/tile/entries/") && path.contains("/petitions/");
        let take = |left: usize| left.checked_sub(1);
        if of_petition && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_err() {
            return None;
        }
        let relative = Path::new(path.trim_start_matches('/'));
        if !relative.components().all(|component| matches!(component, Component::Normal(_))) {
            return None;
        }
        let file = self.root.lock().unwrap_or_else(|broken| broken.into_inner()).join(relative);
        let file = if file.is_dir() { file.join("index.json") } else { file };
        let content = std::fs::read(file).ok()?;
        self.served.lock().unwrap_or_else(|broken| broken.into_inner()).push(path.to_owned());
        Some(content)
    }
}

/// One connection, any number of GETs.
fn serve(stream: TcpStream, shared: &Shared) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while let Some(request) = lines.next() {
        // Headers are of no interest, up to the empty line.
        if !lines.by_ref().any(|line| line.is_empty()) {
            return;
        }
        let content = request.split(' ').nth(1).and_then(|path| shared.content(path));
        let status = if content.is_some() { "200 OK" } else { "404 Not Found" };
        let content = content.unwrap_or_default();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", content.len());
        if writer.write_all(&[head.as_bytes(), &content].concat()).is_err() {
            return;
        }
    }
}

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use tempfile::TempDir;
use undersign_test_clusters::TestDatabase;

use crate::programs::program;
use crate::server::TestServer;

/// What a sealed petition key is bound to.
const CONTEXT: &[u8] = b"undersign petition keys v1";

/// A copy of a server's databases and keys.
pub struct Copied {
    directory: TempDir,
    /// PostgreSQL's, which are no files of the server's.
    databases: Option<[TestDatabase; 2]>,
}

impl Copied {
    fn nothing() -> Self {
        Self { directory: tempfile::tempdir().expect("a temporary directory"), databases: None }
    }

    /// Every file. The server must not be running, or the copy is what a thief gets hold of in passing.
    pub fn everything(server: &TestServer) -> Self {
        let mut copied = Self::nothing();
        copied.databases = server.databases().map(|databases| databases.each_ref().map(TestDatabase::copy_of));
        for name in files_of(server.path()) {
            copy(server.path(), copied.path(), &name);
        }
        copied
    }

    /// What docs/operators.md says: `undersign-server backup`, once for each side, while the server runs.
    pub fn backup(server: &TestServer) -> Self {
        let copied = Self::nothing();
        for side in ["identified", "anonymous"] {
            let medium = copied.path().join(side);
            fs::create_dir(&medium).expect("a medium");
            let mut command = Command::new(program("undersign-server"));
            command
                .arg("backup")
                .arg("--config")
                .arg(server.config_path())
                .args(["--side", side])
                .arg("--to")
                .arg(&medium);
            let output = command.output().expect("the program runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        copied
    }

    /// Puts the databases of a backup in the place of the server's, which must not be running, and leaves its keys as they are.
    pub fn restore_databases(&self, server: &TestServer) {
        for side in ["identified", "anonymous"] {
            for end in ["db-wal", "db-shm"] {
                let _ = fs::remove_file(server.database(side).with_extension(end));
            }
            let place = self.path().join(side);
            let files = files_of(&place);
            let name = files.iter().find(|name| name.ends_with("undersign.db")).expect("a database in the backup");
            fs::copy(place.join(name), server.database(side)).expect("restored");
        }
    }

    /// Puts everything back in its place. The server must not be running.
    pub fn restore(&self, server: &TestServer) {
        for (database, copy) in server.databases().into_iter().flatten().zip(self.databases.iter().flatten()) {
            database.replace_with(copy);
        }
        for name in files_of(server.path()).iter().filter(|name| is_data(name)) {
            fs::remove_file(server.path().join(name)).expect("a file is removed");
        }
        for name in files_of(self.path()).iter().filter(|name| is_data(name)) {
            copy(self.path(), server.path(), name);
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Which of these addresses have a row in the databases, by everything that can be tried with these files: each key that lies anywhere
/// opens each sealed key, or is itself the secret of a petition.
pub fn addresses_that_asked(places: &[&Path], addresses: &[String]) -> BTreeSet<String> {
    let (keys, secrets, files) = (keys_of(places), secrets_of(places), all_files(places));
    let databases = files.iter().filter(|(path, _)| is_database(path));
    let rows: HashSet<&[u8]> = databases.flat_map(|(_, bytes)| bytes.windows(32)).collect();
    let has_row = |address: &String| {
        let mut tags = keys.iter().map(|key| hmac(key, address.as_bytes()));
        tags.any(|tag| secrets.iter().any(|secret| rows.contains(hmac(secret, &tag).as_slice())))
    };
    addresses.iter().filter(|address| has_row(address)).cloned().collect()
}

/// Every file that has the size of a key.
pub(crate) fn keys_of(places: &[&Path]) -> Vec<[u8; 32]> {
    all_files(places).iter().filter_map(|(_, bytes)| bytes.as_slice().try_into().ok()).collect()
}

/// Whatever can be the secret of a petition: what one of the keys opens, and the keys themselves.
pub(crate) fn secrets_of(places: &[&Path]) -> Vec<[u8; 32]> {
    let (files, keys) = (all_files(places), keys_of(places));
    let sealed = files.iter().filter(|(path, bytes)| !is_database(path) && bytes.len() > 64 && bytes.len() < 4_096);
    let opened = sealed.flat_map(|(_, sealed)| keys.iter().filter_map(|key| open(key, sealed)));
    opened.chain(keys.iter().copied()).collect()
}

fn all_files(places: &[&Path]) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = places.iter().flat_map(|place| files_of(place).into_iter().map(|name| place.join(name)));
    paths.map(|path| (path.clone(), fs::read(path).expect("a readable file"))).collect()
}

fn is_database(path: &Path) -> bool {
    path.to_string_lossy().contains(".db")
}

fn open(key: &[u8; 32], sealed: &[u8]) -> Option<[u8; 32]> {
    let (nonce, message) = sealed.split_first_chunk::<24>()?;
    let payload = Payload { msg: message, aad: CONTEXT };
    let plain = XChaCha20Poly1305::new(&Key::from(*key)).decrypt(&XNonce::from(*nonce), payload).ok()?;
    plain.first_chunk::<32>().copied()
}

/// HMAC-SHA-256.
pub(crate) fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let key = PKey::hmac(key).expect("a key");
    let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("HMAC");
    let mac = signer.sign_oneshot_to_vec(message).expect("a MAC");
    mac.try_into().expect("32 bytes")
}

/// Databases and keys; not the configuration, nor what was written for people.
fn is_data(name: &Path) -> bool {
    let name = name.to_string_lossy();
    name.contains(".db") || name.starts_with("identified-keys") || name.starts_with("anonymous-keys")
}

/// Paths of all files below a directory, from there.
fn files_of(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = PathBuf::from(entry.file_name());
        if entry.path().is_dir() {
            found.extend(files_of(&entry.path()).into_iter().map(|below| name.join(below)));
        } else {
            found.push(name);
        }
    }
    found
}

fn copy(from: &Path, to: &Path, name: &Path) {
    let target = to.join(name);
    fs::create_dir_all(target.parent().expect("a directory")).expect("a directory is made");
    // With its permissions, without which the server would refuse a key.
    fs::copy(from.join(name), target).expect("a file is copied");
}

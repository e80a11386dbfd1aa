//! A folder whose files say nothing without a passphrase: not what is signed, nor for whom.
//!
//! `key` holds a random key, sealed under the passphrase: `"undersign sealed v1\n" ‖ log2 N (1) ‖ salt (16) ‖ nonce (24) ‖ sealed (48)`,
//! XChaCha20-Poly1305 under scrypt(passphrase, salt, N, r = 8, p = 1), what stands before the nonce as associated data. Every other file is
//! `nonce (24) ‖ sealed` under that key, with its own name as associated data. So scrypt is done once a command and not at every write.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use getrandom::SysRng;
use openssl::pkcs5::scrypt;
use rand_core::{Rng as _, UnwrapErr};
use sha2::{Digest as _, Sha256};
use undersign_protocol::bytes::to_base64url;
use undersign_protocol::petition::PetitionId;
use zeroize::Zeroizing;

use crate::exit::{CommandResult, Exit, Failure};
use crate::files::write_new_secret;

const KEY: &str = "key";
const MAGIC: &[u8] = b"undersign sealed v1\n";
/// Magic, log2 N, salt.
const HEADER: usize = MAGIC.len() + 1 + 16;

/// N = 2^17: some tenths of a second and 128 MiB for each guess.
const WORK_FACTOR: u8 = 17;
/// What somebody else's file may cost us: 1 GiB.
const MOST_WORK: u8 = 20;

/// What opens such a folder.
pub struct Sealing {
    key: Zeroizing<[u8; 32]>,
}

impl Sealing {
    /// Whether a folder was sealed.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(KEY).exists()
    }

    /// Opens a sealed folder, or seals one that exists.
    pub fn of(folder: &Path, passphrase: &str) -> CommandResult<Self> {
        let path = folder.join(KEY);
        let key = match fs::read(&path) {
            Ok(file) => open(&path, &file, passphrase)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path, passphrase)?,
            Err(error) => return Err(Failure::new(Exit::File, format!("{} cannot be read: {error}.", path.display()))),
        };
        Ok(Self { key })
    }

    /// Where a petition's state is. The name tells the petition only to who has the key.
    pub fn path(&self, folder: &Path, petition_id: &PetitionId) -> PathBuf {
        let name = Sha256::new()
            .chain_update(b"undersign state v1")
            .chain_update(*self.key)
            .chain_update(petition_id.as_bytes());
        folder.join(format!("{}.sealed", to_base64url(&name.finalize()[..16])))
    }

    /// Whether a file of the folder is a sealed state.
    pub fn is_state(path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension == "sealed")
    }

    /// Seals a state, for this place alone.
    pub fn seal(&self, path: &Path, state: &[u8]) -> Vec<u8> {
        seal(&self.key, name(path), state)
    }

    /// Opens one; `None` where it is damaged, or was sealed elsewhere.
    pub fn unseal(&self, path: &Path, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        unseal(&self.key, name(path), sealed)
    }
}

fn name(path: &Path) -> &[u8] {
    path.file_name().unwrap_or_default().as_encoded_bytes()
}

fn open(path: &Path, file: &[u8], passphrase: &str) -> CommandResult<Zeroizing<[u8; 32]>> {
    let damaged = || {
        let message = format!(
            "{} is damaged, or of a newer undersign. If nothing was ever kept beside it, remove it and begin again.",
            path.display()
        );
        Failure::new(Exit::File, message)
    };
    let (header, sealed) = file.split_at_checked(HEADER).ok_or_else(damaged)?;
    let work = header[MAGIC.len()];
    if !header.starts_with(MAGIC) || work > MOST_WORK {
        return Err(damaged());
    }
    let wrapping = stretch(passphrase, &header[MAGIC.len() + 1..], work)?;
    let key = unseal(&wrapping, header, sealed).ok_or_else(|| {
        Failure::new(Exit::File, "The passphrase is not the one with which what is kept here was sealed.")
    })?;
    Ok(Zeroizing::new(key.as_slice().try_into().map_err(|_| damaged())?))
}

fn make(path: &Path, passphrase: &str) -> CommandResult<Zeroizing<[u8; 32]>> {
    let (mut key, mut salt) = (Zeroizing::new([0; 32]), [0; 16]);
    UnwrapErr(SysRng).fill_bytes(key.as_mut_slice());
    UnwrapErr(SysRng).fill_bytes(&mut salt);
    let header = [MAGIC, &[WORK_FACTOR], &salt].concat();
    let wrapping = stretch(passphrase, &salt, WORK_FACTOR)?;
    let file = [header.as_slice(), &seal(&wrapping, &header, key.as_slice())].concat();
    write_new_secret(path, &file).map_err(|error| {
        Failure::new(Exit::File, format!("{} cannot be written: {error}. Nothing was sent.", path.display()))
    })?;
    Ok(key)
}

fn stretch(passphrase: &str, salt: &[u8], work: u8) -> CommandResult<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    // 128 r N bytes, and some more beside.
    let memory = (1 << (work + 10)) + (1 << 20);
    scrypt(passphrase.as_bytes(), salt, 1 << work, 8, 1, memory, key.as_mut_slice())
        .map_err(|_| Failure::new(Exit::Unexpected, "This machine has not enough memory to open what is sealed."))?;
    Ok(key)
}

fn seal(key: &[u8; 32], context: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0; 24];
    UnwrapErr(SysRng).fill_bytes(&mut nonce);
    let payload = Payload { msg: plain, aad: context };
    // Unwrap safety: the only failure is a length that no state has.
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).expect("shorter than 2^38 bytes");
    [nonce.as_slice(), &sealed].concat()
}

fn unseal(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
    let payload = Payload { msg: sealed, aad: context };
    cipher(key).decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

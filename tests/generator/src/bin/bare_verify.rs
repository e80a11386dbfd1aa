//! `undersign-bare-verify COPY`: how many tokens a second OpenSSL verifies on all cores when nothing else is done: they are in memory,
//! the key is parsed once a thread. It prints that number, and how many it has verified. What an audit is compared with.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use openssl::bn::BigNum;
use openssl::md::Md;
use openssl::pkey::{PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sha::sha384;
use openssl::sign::RsaPssSaltlen;
use undersign_protocol::issuance::TokenKey;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{Entry, TILE_WIDTH, TilePath, decode_entries};
use undersign_protocol::redemption::{Token, TokenInput};

/// Tokens that are read; the rate does not depend on it.
const MOST: usize = 200_000;

fn main() -> Result<()> {
    let copy: PathBuf = std::env::args_os().nth(1).context("name a folder with a petition's log")?.into();
    let (key, tokens) = read(&copy)?;
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut contexts = (0..threads).map(|_| context(&key)).collect::<Result<Vec<_>>>()?;
    let (valid, elapsed) = timed(|| {
        thread::scope(|scope| {
            let parts = contexts.iter_mut().zip(tokens.chunks(tokens.len().div_ceil(threads)));
            let running: Vec<_> = parts.map(|(context, part)| scope.spawn(move || all_valid(context, part))).collect();
            running.into_iter().all(|thread| thread.join().is_ok_and(|valid| valid))
        })
    });
    ensure!(valid, "a token is not valid");
    println!("{:.0} {}", tokens.len() as f64 / elapsed.as_secs_f64(), tokens.len());
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "this program measures")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn all_valid(context: &mut PkeyCtx<Public>, tokens: &[[u8; Token::SIZE]]) -> bool {
    tokens.iter().all(|token| {
        let (message, signature) = token.split_at(TokenInput::SIZE);
        context.verify(&sha384(message), signature).unwrap_or(false)
    })
}

fn context(key: &TokenKey) -> Result<PkeyCtx<Public>> {
    let rsa = Rsa::from_public_components(BigNum::from_slice(key.modulus())?, BigNum::from_u32(65_537)?)?;
    let key = PKey::from_rsa(rsa)?;
    let mut context = PkeyCtx::new(&key)?;
    context.verify_init()?;
    context.set_rsa_padding(Padding::PKCS1_PSS)?;
    context.set_signature_md(Md::sha384())?;
    context.set_rsa_mgf1_md(Md::sha384())?;
    context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(48))?;
    Ok(context)
}

/// The key, and the tokens of the full bundles up to the limit.
fn read(copy: &Path) -> Result<(TokenKey, Vec<[u8; Token::SIZE]>)> {
    let (mut key, mut tokens) = (None, Vec::new());
    for index in 0.. {
        let path = TilePath { level: None, index, width: TILE_WIDTH };
        let Ok(bundle) = std::fs::read(copy.join(format!("log/tile/{path}"))) else { break };
        for entry in decode_entries(&bundle, TILE_WIDTH)? {
            match Entry::decode(entry)? {
                Entry::Manifest { manifest, organiser_signature } => {
                    key = Some(VerifiedManifest::verify(&manifest, organiser_signature)?.manifest().issuer.token_key);
                }
                Entry::Signature(_) => tokens.push(entry[1..].try_into()?),
                _ => {}
            }
        }
        if tokens.len() >= MOST {
            break;
        }
    }
    ensure!(!tokens.is_empty(), "there is no full bundle of entries");
    Ok((key.context("the log does not begin with a petition")?, tokens))
}

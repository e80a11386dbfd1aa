use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use openssl::error::ErrorStack;
use undersign_protocol::public_log::TilePath;

use super::{AuditFailure, Recount, Tokens, Verdict, VerifiedTokens};
use crate::pss::PssVerifier;

/// Bundles that wait for each thread: enough that none is ever idle, 90 kB each.
const WAITING_PER_THREAD: usize = 4;

/// How far a recount is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Entries that were taken.
    pub entries: u64,
    /// Signatures that were verified.
    pub signatures: u64,
}

/// Why a recount gives no verdict.
#[derive(Debug, thiserror::Error)]
pub enum RecountError<E> {
    /// A bundle could not be had.
    #[error("{0}")]
    Source(E),
    /// The log is not what it should be.
    #[error("{0}")]
    Failure(AuditFailure),
    /// OpenSSL could not be set up.
    #[error("OpenSSL: {0}")]
    OpenSsl(ErrorStack),
}

/// Results of the threads, as they come.
struct Results {
    receiver: Receiver<Result<VerifiedTokens, AuditFailure>>,
    /// The failure that stands first in the log, of those that came.
    failure: Option<AuditFailure>,
    progress: Progress,
}

/// Recounts with one thread for each core. Entries are taken in this thread, in order; signatures are verified in the others, each of
/// which has parsed the key once.
///
/// # Arguments
/// * `fetch` – gives the bundle at a path; called for each in order
/// * `show` – told now and then how far it is
///
/// # Errors
/// Of several failures the one that stands first in the log, whichever thread found it and whenever.
pub fn on_all_cores<E>(
    mut recount: Recount,
    mut fetch: impl FnMut(TilePath) -> Result<Vec<u8>, E>,
    mut show: impl FnMut(Progress),
) -> Result<Verdict, RecountError<E>> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let key = recount.petition().manifest().issuer.token_key;
    let verifiers: Result<Vec<_>, _> = (0..threads).map(|_| PssVerifier::new(&key)).collect();
    let verifiers = verifiers.map_err(RecountError::OpenSsl)?;
    let (jobs, waiting) = sync_channel::<Tokens>(threads * WAITING_PER_THREAD);
    let (done, receiver) = channel();
    let waiting = Mutex::new(waiting);
    let mut results = Results { receiver, failure: None, progress: Progress::default() };
    thread::scope(|scope| {
        for verifier in verifiers {
            let (waiting, done) = (&waiting, done.clone());
            scope.spawn(move || work(verifier, waiting, &done));
        }
        // The last one goes with its thread, which ends the waiting below.
        drop(done);
        let stopped = feed(&mut recount, &mut fetch, &jobs, &mut results, &mut show);
        drop(jobs);
        while let Ok(result) = results.receiver.recv() {
            results.take(result, &mut recount);
            show(results.progress);
        }
        // Tokens are handed out before what comes after them is looked at, so a signature's failure is the earlier one.
        match (results.failure, stopped) {
            (Some(failure), _) => Err(RecountError::Failure(failure)),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => recount.finish().map_err(RecountError::Failure),
        }
    })
}

/// Takes bundle after bundle, until the log's end or a failure.
fn feed<E>(
    recount: &mut Recount,
    fetch: &mut impl FnMut(TilePath) -> Result<Vec<u8>, E>,
    jobs: &SyncSender<Tokens>,
    results: &mut Results,
    show: &mut impl FnMut(Progress),
) -> Result<(), RecountError<E>> {
    while let Some(path) = recount.next_bundle() {
        let bundle = fetch(path).map_err(RecountError::Source)?;
        let (tokens, stopped) = match recount.take(&bundle) {
            Ok(tokens) => (tokens, Ok(())),
            Err(stopped) => (stopped.tokens, Err(RecountError::Failure(stopped.failure))),
        };
        // Fails only where every thread has gone, which none does before `jobs`.
        let _ = jobs.send(tokens);
        while let Ok(result) = results.receiver.try_recv() {
            results.take(result, recount);
        }
        results.progress.entries = recount.entries();
        show(results.progress);
        stopped?;
        if results.failure.is_some() {
            return Ok(());
        }
    }
    Ok(())
}

fn work(
    mut verifier: PssVerifier,
    waiting: &Mutex<Receiver<Tokens>>,
    done: &Sender<Result<VerifiedTokens, AuditFailure>>,
) {
    loop {
        // Held while waiting, too: the others then wait here instead of there.
        let Ok(Ok(tokens)) = waiting.lock().map(|waiting| waiting.recv()) else { return };
        let result = tokens.verify(|message, signature| verifier.verify(message, signature));
        if done.send(result).is_err() {
            return;
        }
    }
}

impl Results {
    fn take(&mut self, result: Result<VerifiedTokens, AuditFailure>, recount: &mut Recount) {
        match result {
            Ok(verified) => {
                self.progress.signatures += verified.count();
                recount.verified(verified);
            }
            Err(failure) => {
                if self.failure.as_ref().is_none_or(|first| failure.entry < first.entry) {
                    self.failure = Some(failure);
                }
            }
        }
    }
}

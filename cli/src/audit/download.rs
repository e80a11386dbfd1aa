//! Fetching entry bundles: several at once, given on in their order, each tried again after a passing failure.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;
use undersign_client_lib::checked::CheckedPetition;
use undersign_client_lib::native::Transport;
use undersign_protocol::public_log::{TILE_WIDTH, TilePath};

use super::copy::Folder;
use crate::exit::{CommandResult, Exit, Failure};
use crate::problems;

/// Requests under way at the same time: enough to fill a line with a long way, few enough for a small server.
const AT_ONCE: usize = 8;
/// Bundles that wait for the recount, 90 kB each.
const WAITING: usize = 8;
/// Tries of one bundle, with pauses of 1, 2, 4, … seconds in between.
const TRIES: u32 = 5;

/// Fetches the bundles of a tree of this size.
///
/// # Arguments
/// * `keep` – where bundles are kept; those that are there already are not fetched again
///
/// # Returns
/// The bundles, in order. After a failure comes nothing more.
pub fn download(
    transport: Arc<Transport>,
    petition: Arc<CheckedPetition>,
    tree_size: u64,
    keep: Option<Folder>,
) -> Receiver<CommandResult<Vec<u8>>> {
    let (sender, receiver) = channel(WAITING);
    tokio::spawn(async move {
        let mut paths = (0..tree_size.div_ceil(TILE_WIDTH)).map(|index| {
            let width = (tree_size - index * TILE_WIDTH).min(TILE_WIDTH);
            TilePath { level: None, index, width }
        });
        let mut under_way = VecDeque::new();
        loop {
            while under_way.len() < AT_ONCE {
                let Some(path) = paths.next() else { break };
                under_way.push_back(begin(&transport, &petition, keep.clone(), path));
            }
            let Some(front) = under_way.pop_front() else { return };
            let bundle = front.await.unwrap_or_else(|_| Err(Failure::new(Exit::Unexpected, "A download broke off.")));
            let failed = bundle.is_err();
            if failed && keep.is_some() {
                // What is under way was asked for already; kept, it need not be asked for again.
                while let Some(other) = under_way.pop_front() {
                    let _ = other.await;
                }
            }
            // Nobody takes it where the recount has ended with a failure.
            if sender.send(bundle).await.is_err() || failed {
                under_way.iter().for_each(JoinHandle::abort);
                return;
            }
        }
    });
    receiver
}

fn begin(
    transport: &Arc<Transport>,
    petition: &Arc<CheckedPetition>,
    keep: Option<Folder>,
    path: TilePath,
) -> JoinHandle<CommandResult<Vec<u8>>> {
    let (transport, petition) = (Arc::clone(transport), Arc::clone(petition));
    tokio::spawn(async move {
        if let Some(kept) = keep.as_ref().and_then(|folder| folder.bundle(&path)) {
            return Ok(kept);
        }
        let bundle = fetch(&transport, &petition, &path).await?;
        if let Some(folder) = keep {
            folder.keep_bundle(&path, &bundle)?;
        }
        Ok(bundle)
    })
}

async fn fetch(transport: &Transport, petition: &CheckedPetition, path: &TilePath) -> CommandResult<Vec<u8>> {
    let base = &petition.endpoints().origin;
    let request = petition.bundle_request(path);
    let mut tries = 1;
    loop {
        let failure = match transport.send(&request).await {
            Ok(answer) if answer.status == 200 => return Ok(answer.body),
            Ok(answer) if !answer.refusal().is_transient() => return Err(problems::refused(base, &answer.refusal())),
            Ok(answer) => problems::refused(base, &answer.refusal()),
            Err(error) => {
                let message =
                    format!("{base}: {error}. Repeat the command; with --export it goes on where it stopped.");
                Failure::new(Exit::Unreachable, message)
            }
        };
        if tries == TRIES {
            return Err(failure);
        }
        tokio::time::sleep(Duration::from_secs(1 << (tries - 1))).await;
        tries += 1;
    }
}

use std::path::Path;

use anyhow::{Context as _, Result};
use undersign_protocol::json::Raw;
use undersign_protocol::petition::{LoggedNotice, NoticeList, SignedNotice, VerifiedManifest, VerifiedNotice};
use undersign_protocol::public_log::{Checkpoint, Entry, Hash, HashRange, InclusionProof};

/// The notices of a log, with their places: what a server shows of them. One that no client would take is left out, as a server that
/// lies would leave it out.
#[derive(Default)]
pub struct Notices {
    found: Vec<(u64, SignedNotice)>,
}

impl Notices {
    /// Notes an entry that is about to be appended, if it is a notice.
    pub fn note(&mut self, petition: &VerifiedManifest, leaf_index: u64, entry: Entry) {
        let Entry::Notice(signed) = entry else { return };
        if VerifiedNotice::verify(signed.clone(), petition).is_ok() {
            self.found.push((leaf_index, signed));
        }
    }

    /// The list, with proofs made of the tiles in a folder.
    pub fn list(self, log: &Path, tree: &Checkpoint, checkpoint: String) -> Result<NoticeList> {
        let logged = self.found.into_iter().map(|(leaf_index, signed)| {
            let plan = InclusionProof::plan(leaf_index, tree.tree_size).context("the notice is in the log")?;
            Ok(LoggedNotice {
                notice: Raw::new(String::from_utf8(signed.notice)?)?,
                signature: signed.signature,
                leaf_index,
                inclusion_proof: plan
                    .hashes(|range| read(log, range, tree.tree_size))
                    .context("the tiles are there")?,
            })
        });
        Ok(NoticeList { checkpoint, notices: logged.collect::<Result<_>>()? })
    }
}

fn read(log: &Path, range: &HashRange, tree_size: u64) -> Option<Vec<Hash>> {
    let path = range.tile(tree_size);
    let tile = std::fs::read(log.join(format!("tile/{path}"))).ok()?;
    range.of_tile(&path.decode_hashes(&tile).ok()?)
}

use undersign_protocol::petition::Notice;
use undersign_protocol::public_log::{Entry, TilePath, decode_entries};
use undersign_protocol::tally::Tally;

use super::Verdict;

/// How a petition grew: its publication batches in the order of the log. Nothing in a log says when an entry came but the dates of
/// notices, and within a batch the order is that of hashes; so nothing finer than a batch can be had, nor is there a day.
#[derive(Debug, Clone, Default)]
pub struct Growth {
    batches: Vec<BatchCounts>,
    notices: Vec<PlacedNotice>,
    tally: Tally,
    entries: u64,
}

/// A batch, with the counts of the whole log at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchCounts {
    /// Signatures in it.
    pub signatures: u64,
    /// Withdrawals in it.
    pub withdrawals: u64,
    /// Size of the tree at its end.
    pub tree_size: u64,
    /// Counts of that tree.
    pub tally: Tally,
}

/// A notice, and where it stands among the batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedNotice {
    /// How many batches stand before it.
    pub after_batch: usize,
    /// Its place in the log.
    pub leaf_index: u64,
    /// What it says.
    pub notice: Notice,
}

impl Growth {
    /// Looks at a bundle on its way to the recount. It checks nothing: what cannot be read is passed over here and refused there.
    pub fn see(&mut self, path: TilePath, bundle: &[u8]) {
        for bytes in decode_entries(bundle, path.width).unwrap_or_default() {
            let leaf_index = self.entries;
            self.entries += 1;
            if let Ok(entry) = Entry::decode(bytes) {
                self.add(&entry, leaf_index);
            }
        }
    }

    /// The same, now that the log was found true.
    ///
    /// # Returns
    /// `None` where these are not the counts of this verdict.
    pub fn confirmed_by(self, verdict: &Verdict) -> Option<Self> {
        (self.entries == verdict.tree_size() && self.tally == *verdict.tally()).then_some(self)
    }

    /// In the order of the log.
    pub fn batches(&self) -> &[BatchCounts] {
        &self.batches
    }

    /// In the order of the log.
    pub fn notices(&self) -> &[PlacedNotice] {
        &self.notices
    }

    fn add(&mut self, entry: &Entry, leaf_index: u64) {
        self.tally.add(entry);
        match entry {
            Entry::IssuanceStatement(_) => {
                let batch = BatchCounts { signatures: 0, withdrawals: 0, tree_size: 0, tally: self.tally };
                self.batches.push(batch);
            }
            Entry::Signature(_) | Entry::Withdrawal(_) => {
                let Some(batch) = self.batches.last_mut() else { return };
                let is_signature = matches!(entry, Entry::Signature(_));
                batch.signatures += u64::from(is_signature);
                batch.withdrawals += u64::from(!is_signature);
                batch.tree_size = leaf_index + 1;
                batch.tally = self.tally;
            }
            Entry::Notice(signed) => {
                if let Ok(notice) = signed.parse() {
                    self.notices.push(PlacedNotice { after_batch: self.batches.len(), leaf_index, notice });
                }
            }
            Entry::Manifest { .. } | Entry::CloseStatement(_) => {}
        }
    }
}

use undersign_protocol::public_log::{Checkpoint, Hash};
use undersign_protocol::tally::{Tally, TotalDocument};

use super::{AuditFailure, Defect};

/// What is said about a log and is to be found true on the way through it: signed heads, the head of an earlier audit, a total. All
/// heads were opened with the log's key before.
#[derive(Debug, Clone)]
pub struct Claims {
    /// In ascending order of size.
    heads: Vec<Head>,
}

#[derive(Debug, Clone)]
struct Head {
    tree_size: u64,
    root: Hash,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Checkpoint,
    Remembered,
    Total(Tally),
}

impl Claims {
    /// The head that is audited.
    pub fn new(checkpoint: &Checkpoint) -> Self {
        Self { heads: vec![Head { tree_size: checkpoint.tree_size, root: checkpoint.root, what: What::Checkpoint }] }
    }

    /// Adds a total with the head that it is of. The recount goes to the larger one of the two heads.
    ///
    /// # Errors
    /// [`Defect::Forked`]: both are of one size and differ.
    pub fn with_total(self, total: &TotalDocument) -> Result<Self, AuditFailure> {
        let tally = Tally { signatures: total.signatures, withdrawals: total.withdrawals, issued: total.issued };
        self.with(Head { tree_size: total.tree_size, root: total.root, what: What::Total(tally) })
    }

    /// Adds the head of an earlier audit: every entry below it must still be there, unchanged. To be called last.
    ///
    /// # Errors
    /// [`Defect::Forked`] as above; [`Defect::Shrunk`]: the log that is shown now is smaller.
    pub fn with_remembered(self, checkpoint: &Checkpoint) -> Result<Self, AuditFailure> {
        let (remembered, shown) = (checkpoint.tree_size, self.tree_size());
        if remembered > shown {
            return Err(AuditFailure::of_log(Defect::Shrunk { remembered, shown }));
        }
        self.with(Head { tree_size: remembered, root: checkpoint.root, what: What::Remembered })
    }

    fn with(mut self, head: Head) -> Result<Self, AuditFailure> {
        let tree_size = head.tree_size;
        if self.heads.iter().any(|other| other.tree_size == tree_size && other.root != head.root) {
            return Err(AuditFailure::of_log(Defect::Forked { tree_size }));
        }
        self.heads.push(head);
        self.heads.sort_by_key(|head| head.tree_size);
        Ok(self)
    }

    /// Size of the largest tree: how many entries are audited.
    pub fn tree_size(&self) -> u64 {
        self.heads.last().map_or(0, |head| head.tree_size)
    }

    /// Root of the largest tree.
    pub fn root(&self) -> Option<Hash> {
        self.heads.last().map(|head| head.root)
    }

    /// Compares what is said of trees of this size with what was recounted of them.
    ///
    /// # Returns
    /// Sizes of remembered trees that this log does not hold. That the *log* was rewritten is true only if it does hold what it has
    /// signed now; otherwise someone serves entries that are not the log's.
    pub(super) fn check(
        &self,
        tree_size: u64,
        root: impl FnOnce() -> Hash,
        tally: &Tally,
    ) -> Result<Option<u64>, AuditFailure> {
        if !self.heads.iter().any(|head| head.tree_size == tree_size) {
            return Ok(None);
        }
        let root = root();
        let mut rewritten = None;
        for head in self.heads.iter().filter(|head| head.tree_size == tree_size) {
            match (&head.what, head.root == root) {
                (What::Remembered, false) => rewritten = Some(tree_size),
                (_, false) => return Err(AuditFailure::of_log(Defect::Root { tree_size })),
                (What::Total(shown), true) => check_total(shown, tally).map_err(AuditFailure::of_log)?,
                (What::Checkpoint | What::Remembered, true) => {}
            }
        }
        Ok(rewritten)
    }
}

fn check_total(shown: &Tally, counted: &Tally) -> Result<(), Defect> {
    let numbers = [
        ("signatures", shown.signatures, counted.signatures),
        ("withdrawals", shown.withdrawals, counted.withdrawals),
        ("issued tokens", shown.issued, counted.issued),
    ];
    match numbers.into_iter().find(|(_, shown, counted)| shown != counted) {
        Some((number, shown, counted)) => Err(Defect::Total { number, shown, counted }),
        None => Ok(()),
    }
}

use std::num::NonZeroUsize;
use std::thread;

use anyhow::{Result, anyhow};
use undersign_protocol::issuance::IssuanceStatement;
use undersign_protocol::petition::NoticeContent;
use undersign_protocol::public_log::{CloseStatement, Entry, Hash};
use undersign_protocol::redemption::{Token, TokenInput, Withdrawal, WithdrawalKey};

use crate::petition::Petition;
use crate::plan::Plan;
use crate::seed;

/// Entries that are appended together, encoded.
pub type Batch = Vec<Vec<u8>>;

/// Entry 0.
pub fn first(petition: &Petition) -> Batch {
    let manifest = petition.verified.canonical().to_vec();
    vec![Entry::Manifest { manifest, organiser_signature: *petition.verified.organiser_signature() }.encode()]
}

/// A batch, counted from 0: the statement, then signatures and withdrawals in the order of their leaf hashes. A withdrawal stands in
/// the batch after that of its signature; those of the last batch stand in it. After the first batch stands a notice.
pub fn batch(plan: &Plan, petition: &Petition, number: u64) -> Result<Batch> {
    let range = |number: u64| number * plan.batch..((number + 1) * plan.batch).min(plan.signatures);
    let numbers: Vec<u64> = range(number).collect();
    let mut entries = tokens(plan, petition, &numbers)?;
    let is_last = number + 1 == plan.batches();
    let of_former = number.checked_sub(1).into_iter().flat_map(range);
    let of_this = is_last.then(|| range(number)).into_iter().flatten();
    let withdrawn = of_former.chain(of_this).filter(|signature| plan.is_withdrawn(*signature));
    entries
        .extend(withdrawn.map(|signature| Entry::Withdrawal(Withdrawal::of(withdrawal_key(plan, signature))).encode()));
    entries.sort_by_cached_key(|entry| Hash::of_leaf(entry));
    let statement =
        IssuanceStatement::sign(&petition.verified.petition_id(), issued(range(number).end), &petition.statement_key);
    entries.insert(0, Entry::IssuanceStatement(statement).encode());
    if number == 0 {
        entries.push(Entry::Notice(petition.notice("The first signatures", NoticeContent::Update {})?).encode());
    }
    Ok(entries)
}

/// The close statement, and the notice that follows it.
pub fn last(plan: &Plan, petition: &Petition, tree_size: u64) -> Result<Batch> {
    let petition_id = petition.verified.petition_id();
    let close = CloseStatement::sign(&petition_id, issued(plan.signatures), &petition.statement_key);
    let delivery = petition.notice("Handed over", NoticeContent::Delivery { tree_size: tree_size + 1 })?;
    Ok(vec![Entry::CloseStatement(close).encode(), Entry::Notice(delivery).encode()])
}

/// Some who asked for a token did not use it.
fn issued(signatures: u64) -> u64 {
    signatures + signatures / 20 + 1
}

/// The withdrawal key behind a signature's nonce.
pub fn withdrawal_key(plan: &Plan, signature: u64) -> WithdrawalKey {
    WithdrawalKey::from_bytes(seed::bytes(plan.seed, "withdrawal key", signature))
}

/// Signs on all cores.
fn tokens(plan: &Plan, petition: &Petition, numbers: &[u64]) -> Result<Batch> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        let chunks = numbers.chunks(numbers.len().div_ceil(threads).max(1));
        let running: Vec<_> = chunks
            .map(|chunk| {
                scope
                    .spawn(move || chunk.iter().map(|number| token(plan, petition, *number)).collect::<Result<Batch>>())
            })
            .collect();
        let mut entries = Vec::new();
        for thread in running {
            entries.extend(thread.join().map_err(|_| anyhow!("a thread that signs has panicked"))??);
        }
        Ok(entries)
    })
}

fn token(plan: &Plan, petition: &Petition, number: u64) -> Result<Vec<u8>> {
    let nonce = withdrawal_key(plan, number).nonce();
    let input = TokenInput::of_petition(petition.verified.manifest(), &petition.verified.petition_id(), nonce);
    let salt = seed::long(plan.seed, "salt", number);
    let authenticator = petition.token_key.sign(&input.encode(), &salt)?;
    Ok(Entry::Signature(Token { input, authenticator }).encode())
}

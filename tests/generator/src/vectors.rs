use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::{ChallengeDigest, IssuanceStatement, TokenKeyId};
use undersign_protocol::petition::{EarlierTotal, NoticeContent, PetitionId, SignedNotice};
use undersign_protocol::public_log::{Checkpoint, CloseStatement, Entry, Hash, tree_root};
use undersign_protocol::redemption::{Token, TokenInput, Withdrawal};
use undersign_protocol::tally::Tally;

use crate::entries::{Batch, batch, first, last, withdrawal_key};
use crate::petition::Petition;
use crate::plan::Plan;
use crate::seed;

/// Two batches, a notice between them, two withdrawals in the second one, a close, and then two more notices.
const PLAN: Plan = Plan { signatures: 6, withdrawals: 2, batch: 3, close: true, seed: 1 };
/// The number of a signature that the log does not have.
const OTHER: u64 = 77;

/// A small log, and a list of what can be wrong with it; `specs/vectors/README.md` says how to read them.
pub fn vectors() -> Result<Value> {
    let maker = Maker::new()?;
    let mut cases: Vec<Value> = maker.cases()?.into_iter().map(|case| maker.case(case)).collect::<Result<_>>()?;
    cases.extend(maker.cases_of_the_whole()?);
    let honest = &maker.honest;
    Ok(json!({
        "about": "A small log and what can be wrong with it, by `undersign-audit-vectors`; specs/vectors/README.md says how to read it.",
        "petition_id": maker.petition.verified.petition_id(),
        "entries": honest.iter().map(|entry| hex(entry)).collect::<Vec<_>>(),
        "checkpoint": maker.checkpoint(honest)?,
        "total": maker.total(honest)?,
        "cases": cases,
    }))
}

/// A log with one defect.
struct Case {
    defect: &'static str,
    /// The entry at which it is found, encoded; `None` where it is about the log as a whole.
    at: Option<usize>,
    entries: Batch,
}

struct Maker {
    petition: Petition,
    honest: Batch,
}

impl Maker {
    fn new() -> Result<Self> {
        let petition = Petition::of_seed(PLAN.seed)?;
        let mut honest = first(&petition);
        honest.extend(batch(&PLAN, &petition, 0)?);
        honest.extend(batch(&PLAN, &petition, 1)?);
        honest.extend(last(&PLAN, &petition, honest.len() as u64)?);
        honest.push(elsewhere(&petition)?);
        Ok(Self { petition, honest })
    }

    fn cases(&self) -> Result<Vec<Case>> {
        let id = self.petition.verified.petition_id();
        let input =
            TokenInput::of_petition(self.petition.verified.manifest(), &id, withdrawal_key(&PLAN, OTHER).nonce());
        let other_key = seed::key(PLAN.seed, "of nobody");
        let key_id = {
            let mut bytes = *input.token_key_id.as_bytes();
            bytes[0] ^= 1;
            TokenKeyId::from(bytes)
        };
        let repeated = TokenInput { nonce: withdrawal_key(&PLAN, 0).nonce(), ..input };
        let mut wrongly_signed = self.token(input)?;
        wrongly_signed.authenticator[255] ^= 1;
        let withdrawal = |number| Entry::Withdrawal(Withdrawal::of(withdrawal_key(&PLAN, number))).encode();
        let mut without_key = withdrawal(0);
        without_key[64] ^= 1;
        let statement =
            |issued, key: &SecretKey| Entry::IssuanceStatement(IssuanceStatement::sign(&id, issued, key)).encode();
        let key = &self.petition.statement_key;
        let close = |issued, key| Entry::CloseStatement(CloseStatement::sign(&id, issued, key)).encode();
        let closing = self.place(4)?;
        Ok(vec![
            self.with("entry", 2, &[[&[77], &self.honest[2][1..]].concat()]),
            self.without("first-entry", 0, 0),
            self.with("manifest", 0, &[flipped(&self.honest[0])]),
            self.with("petition-id", 0, &first(&Petition::of_seed(PLAN.seed + 1)?)),
            self.inserted("second-manifest", closing, &[self.honest[0].clone()]),
            self.more("key-id", 20, &[self.token_entry(TokenInput { token_key_id: key_id, ..input })?]),
            self.more(
                "challenge",
                20,
                &[self.token_entry(TokenInput { challenge_digest: ChallengeDigest::from([1; 32]), ..input })?],
            ),
            self.more("nonce-twice", 20, &[self.token_entry(repeated)?]),
            self.more("signature", 20, &[Entry::Signature(wrongly_signed).encode()]),
            self.more("withdrawal-key", 20, &[without_key]),
            self.more("withdrawn-twice", 20, &[withdrawal(2)]),
            self.more("withdrawal-of-nothing", 20, &[withdrawal(OTHER)]),
            self.more("more-than-issued", 7, &[self.token_entry(input)?, self.token_entry_of(OTHER + 1)?]),
            self.inserted("outside-batch", self.place(5)? + 1, &[self.token_entry(input)?]),
            self.swapped("unsorted", 3, 4, 4),
            self.inserted("empty-batch", self.place(5)?, &[statement(7, key)]).found_later(1),
            self.with("statement-signature", 1, &[statement(4, &other_key)]),
            self.with("issued-fell", 6, &[statement(3, key)]),
            self.with("close-signature", closing, &[close(7, &other_key)]),
            self.inserted("after-close", closing + 1, &[statement(9, key)]),
            self.with("notice", 5, &[self.signed_notice(b"{}")]),
            self.with("notice", 5, &[self.notice_with("{\"kind\":\"news\"}")?]),
            self.with("notice", 5, &[self.notice_with("{\"kind\":\"update\",\"tree_size\":1}")?]),
            self.with("notice", 5, &[self.notice_with("{\"count\":2984,\"kind\":\"earlier_total\"}")?]),
            self.with("notice-petition", 5, &[self.notice_about_another()?]),
            self.with("notice-signature", 5, &[flipped(&self.honest[5])]),
        ])
    }

    /// With the entry at this place changed, which is found there.
    fn with(&self, defect: &'static str, place: usize, entries: &[Vec<u8>]) -> Case {
        let mut changed = self.honest.clone();
        changed.splice(place..=place, entries.iter().cloned());
        Case { defect, at: Some(place), entries: changed }
    }

    fn without(&self, defect: &'static str, place: usize, at: usize) -> Case {
        let mut changed = self.honest.clone();
        changed.remove(place);
        Case { defect, at: Some(at), entries: changed }
    }

    fn swapped(&self, defect: &'static str, one: usize, other: usize, at: usize) -> Case {
        let mut changed = self.honest.clone();
        changed.swap(one, other);
        Case { defect, at: Some(at), entries: changed }
    }

    fn inserted(&self, defect: &'static str, place: usize, entries: &[Vec<u8>]) -> Case {
        let mut changed = self.honest.clone();
        changed.splice(place..place, entries.iter().cloned());
        Case { defect, at: Some(place), entries: changed }
    }

    /// With one more batch before the close, honest but for these entries; the last of them is the wrong one.
    fn more(&self, defect: &'static str, issued: u64, entries: &[Vec<u8>]) -> Case {
        let closing = self.honest.len() - 3;
        let id = self.petition.verified.petition_id();
        let statement = IssuanceStatement::sign(&id, issued, &self.petition.statement_key);
        let mut batch = entries.to_vec();
        batch.sort_by_cached_key(|entry| Hash::of_leaf(entry));
        // The issuer's final count must not be below this one.
        let close = CloseStatement::sign(&id, issued, &self.petition.statement_key);
        let mut changed = self.honest[..closing].to_vec();
        changed.push(Entry::IssuanceStatement(statement).encode());
        changed.extend(batch);
        let at = Some(changed.len() - 1);
        changed.push(Entry::CloseStatement(close).encode());
        changed.extend_from_slice(&self.honest[closing + 1..]);
        Case { defect, at, entries: changed }
    }

    /// Where the first entry of a kind stands.
    fn place(&self, kind: u8) -> Result<usize> {
        self.honest.iter().position(|entry| entry[0] == kind).context("every kind stands in the log")
    }

    fn token(&self, input: TokenInput) -> Result<Token> {
        let salt = seed::long(PLAN.seed, "salt of a vector", 0);
        Ok(Token { input, authenticator: self.petition.token_key.sign(&input.encode(), &salt)? })
    }

    fn token_entry(&self, input: TokenInput) -> Result<Vec<u8>> {
        Ok(Entry::Signature(self.token(input)?).encode())
    }

    fn token_entry_of(&self, number: u64) -> Result<Vec<u8>> {
        let nonce = withdrawal_key(&PLAN, number).nonce();
        let verified = &self.petition.verified;
        self.token_entry(TokenInput::of_petition(verified.manifest(), &verified.petition_id(), nonce))
    }

    fn notice_about_another(&self) -> Result<Vec<u8>> {
        let honest = self.petition.notice("The first signatures", NoticeContent::Update {})?;
        let text = String::from_utf8(honest.notice)?;
        let (own, other) = (self.petition.verified.petition_id().to_string(), PetitionId::from([9; 32]).to_string());
        Ok(self.signed_notice(text.replace(&own, &other).as_bytes()))
    }

    /// The honest notice with other content.
    fn notice_with(&self, content: &str) -> Result<Vec<u8>> {
        let honest = self.petition.notice("The first signatures", NoticeContent::Update {})?;
        let text = String::from_utf8(honest.notice)?;
        Ok(self.signed_notice(text.replace("{\"kind\":\"update\"}", content).as_bytes()))
    }

    fn signed_notice(&self, notice: &[u8]) -> Vec<u8> {
        let signature = self.petition.organiser_key.sign(&[b"undersign notice v1\n".as_slice(), notice].concat());
        Entry::Notice(SignedNotice { notice: notice.to_vec(), signature }).encode()
    }

    /// An entry of the honest log is named by its index there.
    fn case(&self, case: Case) -> Result<Value> {
        let name = |entry: &Vec<u8>| match self.honest.iter().position(|honest| honest == entry) {
            Some(index) => json!(index),
            None => json!(hex(entry)),
        };
        Ok(json!({
            "defect": case.defect, "entry": case.at, "entries": case.entries.iter().map(name).collect::<Vec<_>>(),
            "checkpoint": self.checkpoint(&case.entries)?, "total": self.total(&case.entries)?,
        }))
    }

    /// Entries that the signed head does not have, and a total that the entries do not have.
    fn cases_of_the_whole(&self) -> Result<[Value; 2]> {
        let honest: Vec<usize> = (0..self.honest.len()).collect();
        let mut moved = honest.clone();
        // The notice, from the end of a batch to its beginning.
        moved[1..=5].rotate_right(1);
        let (checkpoint, total) = (self.checkpoint(&self.honest)?, self.total(&self.honest)?);
        let mut larger = total.clone();
        for number in ["total", "signatures"] {
            larger[number] = json!(total[number].as_u64().unwrap_or_default() + 1);
        }
        Ok([
            json!({ "defect": "root", "entry": null, "entries": moved, "checkpoint": checkpoint, "total": total }),
            json!({ "defect": "total", "entry": null, "entries": honest, "checkpoint": checkpoint, "total": larger }),
        ])
    }

    fn checkpoint(&self, entries: &[Vec<u8>]) -> Result<String> {
        Ok(self.head(entries).sign(&self.petition.log_key)?)
    }

    fn head(&self, entries: &[Vec<u8>]) -> Checkpoint {
        let leaves: Vec<Hash> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
        let origin = self.petition.verified.log_origin();
        Checkpoint { origin, tree_size: leaves.len() as u64, root: tree_root(&leaves) }
    }

    fn total(&self, entries: &[Vec<u8>]) -> Result<Value> {
        let mut tally = Tally::default();
        entries.iter().filter_map(|entry| Entry::decode(entry).ok()).for_each(|entry| tally.add(&entry));
        let head = self.head(entries);
        Ok(json!({
            "total": tally.total(), "signatures": tally.signatures, "withdrawals": tally.withdrawals,
            "issued": tally.issued, "tree_size": head.tree_size, "root": head.root,
            "checkpoint": head.sign(&self.petition.log_key)?,
        }))
    }
}

impl Case {
    /// It shows only at a later entry than the changed one.
    fn found_later(self, by: usize) -> Self {
        Self { at: self.at.map(|at| at + by), ..self }
    }
}

/// What was collected before, elsewhere: it changes no number of the log.
fn elsewhere(petition: &Petition) -> Result<Vec<u8>> {
    let source = [("en".parse()?, "On paper, in three towns".to_owned())].into();
    let earlier = EarlierTotal { count: 2_984, counted_on: "2026-06-30T00:00:00Z".parse()?, source };
    let notice = petition.notice("What we bring along", NoticeContent::EarlierTotal(earlier))?;
    Ok(Entry::Notice(notice).encode())
}

/// With the last bit of its signature changed.
fn flipped(entry: &[u8]) -> Vec<u8> {
    let mut changed = entry.to_vec();
    if let Some(last) = changed.last_mut() {
        *last ^= 1;
    }
    changed
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

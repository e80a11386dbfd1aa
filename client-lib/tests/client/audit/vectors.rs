//! `specs/vectors/audit.json`, as another implementation reads it.

use serde_json::Value;
use undersign_client_lib::audit::{AuditFailure, Claims, NonceKey, Recount, Verdict, petition_of};
use undersign_client_lib::blind::verify_signature;
use undersign_client_lib::checked::check_total;
use undersign_protocol::petition::{PetitionId, VerifiedManifest};
use undersign_protocol::public_log::{Checkpoint, CheckpointKey, encode_entries};

const FILE: &str = include_str!("../../../../specs/vectors/audit.json");

struct Vectors {
    file: Value,
    petition: VerifiedManifest,
}

impl Vectors {
    fn read() -> Self {
        let file: Value = serde_json::from_str(FILE).unwrap();
        let entries = file["entries"].as_array().unwrap();
        let petition = petition_of(&bundle(entries, entries), entries.len() as u64).unwrap();
        let id: PetitionId = file["petition_id"].as_str().unwrap().parse().unwrap();
        assert_eq!(petition.petition_id(), id);
        Self { file, petition }
    }

    /// A case, or the file itself.
    fn audit(&self, case: &Value) -> Result<Verdict, AuditFailure> {
        let key = CheckpointKey::new(self.petition.log_origin(), self.petition.manifest().log.public_key);
        let checkpoint = Checkpoint::open(case["checkpoint"].as_str().unwrap(), &key).unwrap();
        let total = check_total(serde_json::from_value(case["total"].clone()).unwrap(), &key);
        let mut claims = Claims::new(&checkpoint);
        // Some defects make even the shown numbers contradict each other.
        if let Ok(total) = total {
            claims = claims.with_total(&total)?;
        }
        let token_key = self.petition.manifest().issuer.token_key;
        let is_valid = |message: &[u8], signature: &[u8]| verify_signature(&token_key, message, signature).is_ok();
        let mut recount = Recount::new(self.petition.clone(), claims, NonceKey::from([4; 32]));
        let bundle = bundle(case["entries"].as_array().unwrap(), self.file["entries"].as_array().unwrap());
        match recount.take(&bundle) {
            Ok(tokens) => recount.verified(tokens.verify(is_valid)?),
            Err(stopped) => {
                let _ = stopped.tokens.verify(is_valid)?;
                return Err(stopped.failure);
            }
        }
        recount.finish()
    }
}

/// Numbers stand for entries of the honest log.
fn bundle(entries: &[Value], honest: &[Value]) -> Vec<u8> {
    let bytes = |entry: &Value| match entry.as_u64() {
        Some(index) => hex(honest[index as usize].as_str().unwrap()),
        None => hex(entry.as_str().unwrap()),
    };
    let entries: Vec<Vec<u8>> = entries.iter().map(bytes).collect();
    encode_entries(entries.iter().map(Vec::as_slice))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap()).collect()
}

#[test]
fn the_log_of_the_vectors_is_confirmed() {
    let vectors = Vectors::read();
    let verdict = vectors.audit(&vectors.file).unwrap();
    let tally = verdict.tally();
    assert_eq!((tally.signatures, tally.withdrawals, tally.total()), (6, 2, 4));
    // Said, and counted nowhere.
    assert_eq!(verdict.notices().earlier_total.as_ref().unwrap().count, 2_984);
}

#[test]
fn every_defect_of_the_vectors_is_found_at_its_entry() {
    let vectors = Vectors::read();
    let cases = vectors.file["cases"].as_array().unwrap();
    assert!(cases.len() > 20);
    for case in cases {
        let failure = vectors.audit(case).expect_err(case["defect"].as_str().unwrap());
        assert_eq!(failure.defect.name(), case["defect"], "{failure}");
        assert_eq!(failure.entry, case["entry"].as_u64(), "{failure}");
    }
}

//! Who asks for a receipt finds out what became of the signature, and the log does not find out who looks.

use undersign_client_lib::journey::Keys;
use undersign_client_lib::published::WatchError;
use undersign_client_lib::receipt::{Finding, ReceiptCheck, Standing};
use undersign_client_lib::withdrawal::{ReadError, Withdrawing, read};
use undersign_protocol::public_log::{Entry, TlogProof};
use undersign_protocol::redemption::{Receipt, ReceiptError};
use undersign_protocol::timestamp::Timestamp;

use crate::support::server::TestServer;
use crate::support::signed;

fn look(server: &mut TestServer, receipt: &Receipt, now: Timestamp) -> Result<Finding, WatchError> {
    let check = ReceiptCheck::new(receipt.clone());
    let (reading, requests) = check.opened(&server.answer(&check.checkpoint_request()))?;
    let responses = server.answer_all(&requests);
    check.read(reading, &responses, now)
}

#[test]
fn there_is_a_receipt_only_for_who_may_want_one_and_until_it_is_declined() {
    let mut server = TestServer::new(1);
    assert!(signed(&mut server, 0, Keys::Forget, 1).receipt().is_none());
    let mut server = TestServer::new(1);
    let mut signed = signed(&mut server, 0, Keys::Keep, 1);
    let receipt = signed.receipt().expect("a receipt");
    assert_eq!((receipt.petition_id(), receipt.leaf_hash()), (signed.petition_id(), signed.leaf_hash()));
    assert!(receipt.promise().is_some());
    assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt));
    signed.forget_receipt();
    assert!(signed.receipt().is_none());
}

#[test]
fn a_signature_is_pending_then_counted_then_withdrawn() {
    let mut server = TestServer::new(1);
    let receipt = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    let now = server.now;
    let publish_by = receipt.promise().unwrap().publish_by;
    assert_eq!(look(&mut server, &receipt, now).unwrap().standing, Standing::Pending { publish_by });
    server.publish_batch(0);
    let finding = look(&mut server, &receipt, publish_by.plus(86_400)).unwrap();
    assert_eq!((finding.standing, finding.checkpoint.tree_size), (Standing::Included { leaf_index: 2 }, 3));

    let ready = Withdrawing::new(receipt.withdrawal_code());
    let answer = server.answer(&ready.petition_request());
    let ready = ready.petition_answered(&answer).unwrap();
    server.answer(&ready.withdrawal_request());
    assert_eq!(look(&mut server, &receipt, now).unwrap().standing, Standing::Included { leaf_index: 2 });
    server.publish_batch(0);
    assert_eq!(look(&mut server, &receipt, now).unwrap().standing, Standing::Withdrawn { leaf_index: 4 });
}

#[test]
fn a_broken_promise_is_told_with_evidence_that_convicts_and_names_nobody() {
    let mut server = TestServer::new(1);
    let receipt = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    server.petitions[0].pool.clear();
    server.publish_batch(0);
    let promise = *receipt.promise().unwrap();
    // Clocks may differ by ten minutes.
    let patient = look(&mut server, &receipt, promise.publish_by.plus(600)).unwrap();
    assert_eq!(patient.standing, Standing::Pending { publish_by: promise.publish_by });
    let late = promise.publish_by.plus(601);
    let Standing::PromiseBroken(evidence) = look(&mut server, &receipt, late).unwrap().standing else {
        panic!("the log does not hold it")
    };
    assert_eq!((evidence.promise, evidence.seen_at), (promise, late));
    assert_eq!(evidence.verify().unwrap(), server.petitions[0].log.head());
    let text = String::from_utf8(evidence.encode().unwrap()).unwrap();
    assert!(!text.contains(receipt.withdrawal_code().withdrawal_key.to_text().as_str()));
}

#[test]
fn a_signature_without_a_promise_that_is_not_there_is_missing() {
    let mut server = TestServer::new(1);
    let first = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    server.publish_batch(0);
    // The same token again: it is in the log already, and nothing is promised.
    let receipt = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    assert_eq!((receipt.leaf_hash(), receipt.promise()), (first.leaf_hash(), None));
    server.petitions[0].log.entries.truncate(2);
    let now = server.now;
    assert_eq!(look(&mut server, &receipt, now).unwrap().standing, Standing::Missing);
}

#[test]
fn looking_asks_for_every_leaf_and_so_for_none() {
    let mut server = TestServer::new(1);
    let receipt = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    server.publish_batch(0);
    let statement = server.petitions[0].log.entries[1].clone();
    server.petitions[0].log.entries.extend(std::iter::repeat_n(statement, 600));
    server.seen.clear();
    let now = server.now;
    assert_eq!(look(&mut server, &receipt, now).unwrap().standing, Standing::Included { leaf_index: 2 });
    let log = format!("GET /v1/petitions/{}/log", receipt.petition_id());
    let expected = ["checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/91"].map(|path| format!("{log}/{path}"));
    assert_eq!(server.seen, expected);
}

/// What is kept of a look proves to others, and later, that the signature is in the log; whatever the size of the tree.
#[test]
fn a_proof_of_a_look_is_verified_without_the_log() {
    let mut server = TestServer::new(1);
    let receipt = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    server.publish_batch(0);
    let now = server.now;
    let statement = server.petitions[0].log.entries[1].clone();
    for size in [3, 4, 5, 255, 256, 257, 700] {
        server.petitions[0].log.entries.resize(size, statement.clone());
        let finding = look(&mut server, &receipt, now).unwrap();
        let proof = finding.proof.clone().unwrap();
        let kept = TlogProof::parse(&proof.encode()).unwrap();
        let check = ReceiptCheck::new(receipt.clone());
        assert_eq!(check.read_proof(&kept), Ok(finding));
        // Nothing else is proved by it.
        let elsewhere = TlogProof { leaf_index: proof.leaf_index + 1, ..proof.clone() };
        assert!(check.read_proof(&elsewhere).is_err());
        let mut server = TestServer::new(1);
        let other = signed(&mut server, 0, Keys::Keep, 2).receipt().unwrap();
        assert!(ReceiptCheck::new(other).read_proof(&kept).is_err());
    }
}

#[test]
fn a_log_that_does_not_hold_what_it_has_signed_is_not_believed() {
    let mut server = TestServer::new(1);
    let receipt = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    server.publish_batch(0);
    let check = ReceiptCheck::new(receipt);
    let (reading, requests) = check.opened(&server.answer(&check.checkpoint_request())).unwrap();
    server.petitions[0].log.entries[1] = Entry::Withdrawal(undersign_protocol::redemption::Withdrawal::of(
        undersign_protocol::redemption::WithdrawalKey::from_bytes([7; 32]),
    ))
    .encode();
    let responses = server.answer_all(&requests);
    assert!(matches!(check.read(reading, &responses, server.now), Err(WatchError::Log(_))));
}

#[test]
fn receipts_and_codes_are_read_as_people_paste_them() {
    let mut server = TestServer::new(1);
    let receipt = signed(&mut server, 0, Keys::Keep, 1).receipt().unwrap();
    let code = receipt.withdrawal_code();
    let text = code.to_text();
    let (start, end) = text.split_at(60);
    let file = String::from_utf8(receipt.encode().to_vec()).unwrap();
    for pasted in [text.to_string(), format!("  {start}\n{end}\r\n"), file.clone(), format!("\n{file}\n")] {
        assert_eq!(read(pasted.as_bytes()).as_ref(), Ok(&code));
    }
    assert_eq!(read(&file.as_bytes()[..file.len() - 1]), Err(ReadError::Receipt(ReceiptError::Form)));
    for other in ["", "{}", "hello", &text[..80], "\u{feff}undersign1"] {
        assert!(read(other.as_bytes()).is_err(), "{other}");
    }
}

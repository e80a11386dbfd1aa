//! Taking a signature back, at a server that may lie about it.

use undersign_client_lib::journey::{Counted, Keys, PromiseError};
use undersign_client_lib::withdrawal::{PetitionError, ReadyToWithdraw, WithdrawalError, Withdrawing};
use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::{Promise, Receipt, RedemptionAnswer, WithdrawalCode, WithdrawalKey};

use crate::support::petition::log_key;
use crate::support::server::{TestServer, answer, problem};
use crate::support::signed;

fn receipt(server: &mut TestServer) -> Receipt {
    signed(server, 0, Keys::Keep, 1).receipt().unwrap()
}

fn ready(server: &mut TestServer, code: WithdrawalCode) -> ReadyToWithdraw {
    let withdrawing = Withdrawing::new(code);
    let answer = server.answer(&withdrawing.petition_request());
    withdrawing.petition_answered(&answer).unwrap()
}

#[test]
fn a_withdrawal_is_promised_and_then_published() {
    let mut server = TestServer::new(2);
    let receipt = receipt(&mut server);
    server.publish_batch(0);
    let ready = ready(&mut server, receipt.withdrawal_code());
    assert_eq!((ready.slug(), ready.petition_id()), (receipt.slug(), receipt.petition_id()));
    let withdrawn = ready.withdrawn(&server.answer(&ready.withdrawal_request()), server.now).unwrap();
    assert_eq!(withdrawn.leaf_hash(), receipt.withdrawal_leaf_hash());
    let Counted::Promised(promise) = withdrawn.counted() else { panic!("a promise") };
    assert_eq!(promise.leaf_hash, withdrawn.leaf_hash());

    let mut watch = withdrawn.watch();
    server.publish_batch(0);
    let (reading, requests) = watch.opened(&server.answer(&watch.checkpoint_request())).unwrap();
    let inclusion = watch.read(reading, &server.answer_all(&requests)).unwrap().unwrap();
    assert_eq!(inclusion.leaf_index, 4);
    let again = ready.withdrawn(&server.answer(&ready.withdrawal_request()), server.now).unwrap();
    assert_eq!(again.counted(), Counted::Published { leaf_index: 4 });
}

/// Before the answer is there, the key has gone to the origin alone, in the one request that reveals it.
#[test]
fn the_key_is_in_no_request_but_the_last() {
    let mut server = TestServer::new(1);
    let code = receipt(&mut server).withdrawal_code();
    let key = code.withdrawal_key.to_text();
    let withdrawing = Withdrawing::new(code.clone());
    let first = withdrawing.petition_request();
    assert!(!first.url().contains(key.as_str()) && first.content().is_empty() && first.headers().is_empty());
    let ready = ready(&mut server, code);
    let last = ready.withdrawal_request();
    assert!(!last.url().contains(key.as_str()));
    let body = std::str::from_utf8(last.content()).unwrap();
    assert_eq!(body.matches(key.as_str()).count(), 1);
}

#[test]
fn another_petition_under_the_same_id_is_not_withdrawn_from() {
    let mut server = TestServer::new(2);
    let code = receipt(&mut server).withdrawal_code();
    let other = format!("v1/petitions/{}", server.petitions[1].petition.petition_id());
    let other = server.answer_to("GET", &other, "", &[]);
    let rejected = Withdrawing::new(code).petition_answered(&other).unwrap_err();
    assert_eq!(rejected.error, PetitionError::Another);
    let rejected = rejected.state.petition_answered(&problem(Problem::UnknownPetition)).unwrap_err();
    assert!(
        matches!(rejected.error, PetitionError::Answer(error) if error.problem() == Some(Problem::UnknownPetition))
    );
}

#[test]
fn an_answer_must_be_about_this_withdrawal_by_this_log_and_in_time() {
    let mut server = TestServer::new(1);
    let receipt = receipt(&mut server);
    let (own, now) = (receipt.withdrawal_leaf_hash(), server.now);
    let ready = ready(&mut server, receipt.withdrawal_code());
    let origin = receipt.log_origin();
    let publish_by = receipt.promise().unwrap().publish_by;
    let late = publish_by.plus(1);
    // The signature's own promise is none for its withdrawal.
    let signature = Promise::sign(&origin, receipt.leaf_hash(), publish_by, &log_key(0));
    let too_late = PromiseError::TooLate { promised: late, allowed: publish_by };
    for (lie, error) in [
        (signature, PromiseError::LeafHash),
        (Promise::sign(&origin, own, publish_by, &log_key(1)), PromiseError::Signature),
        (Promise::sign(&origin, own, late, &log_key(0)), too_late),
    ] {
        let body = serde_json::to_vec(&RedemptionAnswer::from(lie)).unwrap();
        let refused = ready.withdrawn(&answer(200, "application/json", body), now).unwrap_err();
        assert_eq!(refused, WithdrawalError::Promise(error));
    }
}

#[test]
fn refusals_are_told_apart() {
    let mut server = TestServer::new(1);
    let code = receipt(&mut server).withdrawal_code();
    let foreign = WithdrawalCode { withdrawal_key: WithdrawalKey::from_bytes([7; 32]), ..code.clone() };
    let foreign = ready(&mut server, foreign);
    let refused = server.answer(&foreign.withdrawal_request());
    assert_eq!(foreign.withdrawn(&refused, server.now).unwrap_err(), WithdrawalError::NotValid);
    let ready = ready(&mut server, code);
    assert_eq!(ready.withdrawn(&problem(Problem::Closed), server.now).unwrap_err(), WithdrawalError::Closed);
    let away = ready.withdrawn(&problem(Problem::Unavailable), server.now).unwrap_err();
    assert!(matches!(away, WithdrawalError::Answer(error) if error.is_transient()));
}

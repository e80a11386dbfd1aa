use undersign_client_lib::journey::{Bundle, IssuanceFailure, Spoiled};
use undersign_client_lib::response::AnswerError;
use undersign_client_lib::state::Saved;
use undersign_protocol::issuance::{BatchTokenResponse, TokenRequest, media_type};
use undersign_protocol::problem::Problem;

use crate::support::keys::blind_sign;
use crate::support::petition::now;
use crate::support::server::{TestServer, answer, problem};
use crate::support::{confirmed, prepared, token_held};

fn spoiled(failure: IssuanceFailure) -> Spoiled {
    match failure {
        IssuanceFailure::Spoiled(spoiled) => spoiled,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 1);
    let confirmed = confirmed(&mut server, prepared);
    let lost = server.answer(&confirmed.token_request());
    let again = server.answer(&confirmed.token_request());
    assert_eq!(lost.body, again.body);
    confirmed.token_answered(&again, now()).unwrap();
}

#[test]
fn another_request_of_the_same_address_is_already_issued() {
    for (bundle, seed) in [(Bundle::WholeRun, 2), (Bundle::OnlyThis, 3)] {
        let mut server = TestServer::new(2);
        let first = prepared(&mut server, 0, Bundle::OnlyThis, 100);
        let first = confirmed(&mut server, first);
        token_held(&mut server, first);

        let second = prepared(&mut server, 0, bundle, seed);
        let second = confirmed(&mut server, second);
        let response = server.answer(&second.token_request());
        match second.token_answered(&response, now()).unwrap_err() {
            IssuanceFailure::AlreadyIssued(others) => {
                // The other petition of the run was new to the address; its token is not lost.
                assert_eq!(others.len(), usize::from(bundle == Bundle::WholeRun));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn all_refused_is_already_issued() {
    let mut server = TestServer::new(2);
    let first = prepared(&mut server, 0, Bundle::WholeRun, 4);
    let first = confirmed(&mut server, first);
    token_held(&mut server, first);
    let second = prepared(&mut server, 0, Bundle::WholeRun, 5);
    let second = confirmed(&mut server, second);
    let response = server.answer(&second.token_request());
    assert_eq!(response.status, 400);
    assert!(matches!(
        second.token_answered(&response, now()).unwrap_err(),
        IssuanceFailure::AlreadyIssued(others) if others.is_empty()
    ));
}

#[test]
fn a_wrong_blind_signature_spoils_the_request_for_ever() {
    let mut server = TestServer::new(1);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 6);
    let confirmed = confirmed(&mut server, prepared);
    let mut response = server.answer(&confirmed.token_request());
    response.body[100] ^= 1;
    let spoiled = spoiled(confirmed.token_answered(&response, now()).unwrap_err());
    assert_eq!(spoiled.slug().as_str(), "petition-0");

    // What is left on disk holds nothing to try again with.
    let saved = spoiled.save();
    assert!(matches!(Saved::read(&saved).unwrap(), Saved::Spoiled(same) if same == spoiled));
    assert!(!String::from_utf8(saved.to_vec()).unwrap().contains("nonce"));
}

#[test]
fn a_signature_of_another_key_spoils_it_too() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::OnlyThis, 7);
    let confirmed = confirmed(&mut server, prepared);
    let request = TokenRequest::decode(confirmed.token_request().content()).unwrap();
    let mut reduced = request.blinded_msg;
    // Below the other modulus too, whose first bit is set.
    reduced[0] &= 0x7f;
    let response = answer(200, media_type::TOKEN_RESPONSE, blind_sign(1, &reduced).to_vec());
    spoiled(confirmed.token_answered(&response, now()).unwrap_err());
}

#[test]
fn numbers_out_of_range_are_no_signatures() {
    for blind_sig in [[0; 256], [0xff; 256]] {
        let mut server = TestServer::new(1);
        let prepared = prepared(&mut server, 0, Bundle::WholeRun, 8);
        let confirmed = confirmed(&mut server, prepared);
        let response = answer(200, media_type::TOKEN_RESPONSE, blind_sig.to_vec());
        spoiled(confirmed.token_answered(&response, now()).unwrap_err());
    }
}

/// Screening (checking a product of signatures) would take two swapped signatures; each is checked alone.
#[test]
fn swapped_signatures_of_a_run_are_found() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 9);
    let confirmed = confirmed(&mut server, prepared);
    let mut response = server.answer(&confirmed.token_request());
    let mut batch = BatchTokenResponse::decode(&response.body).unwrap();
    batch.token_responses.swap(0, 1);
    response.body = batch.encode();
    spoiled(confirmed.token_answered(&response, now()).unwrap_err());
}

#[test]
fn a_wrong_signature_for_another_petition_costs_only_that_one() {
    let mut server = TestServer::new(3);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 10);
    let confirmed = confirmed(&mut server, prepared);
    let mut response = server.answer(&confirmed.token_request());
    let mut batch = BatchTokenResponse::decode(&response.body).unwrap();
    batch.token_responses[1].as_mut().unwrap().blind_sig[7] ^= 1;
    response.body = batch.encode();
    let held = confirmed.token_answered(&response, now()).unwrap();
    let others: Vec<_> = held.other_tokens().iter().map(|token| token.slug().as_str()).collect();
    assert_eq!(others, ["petition-2"]);
}

#[test]
fn what_is_no_answer_keeps_the_state() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 11);
    let mut confirmed = confirmed(&mut server, prepared);
    let good = server.answer(&confirmed.token_request()).body;
    let one_less = {
        let mut batch = BatchTokenResponse::decode(&good).unwrap();
        batch.token_responses.pop();
        batch.encode()
    };
    let cases = [
        (problem(Problem::Unavailable), true),
        (problem(Problem::TooManyRequests), true),
        (answer(200, media_type::BATCH_RESPONSE, good[..good.len() - 1].to_vec()), true),
        (answer(200, media_type::BATCH_RESPONSE, one_less), true),
        (answer(200, "text/html", good.clone()), false),
        (answer(302, media_type::BATCH_RESPONSE, good.clone()), false),
        (problem(Problem::TokenRequestNotValid), false),
        (problem(Problem::Closed), false),
    ];
    for (response, transient) in cases {
        match confirmed.token_answered(&response, now()).unwrap_err() {
            IssuanceFailure::Again(rejected) => {
                assert_eq!(rejected.error.is_transient(), transient, "{:?}", rejected.error);
                confirmed = rejected.state;
            }
            other => panic!("{other:?}"),
        }
    }
    confirmed.token_answered(&answer(200, media_type::BATCH_RESPONSE, good), now()).unwrap();
}

#[test]
fn a_forgotten_confirmation_goes_back_to_the_mail() {
    let mut server = TestServer::new(1);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 12);
    let confirmed_once = confirmed(&mut server, prepared);
    server.confirmed.clear();
    let response = server.answer(&confirmed_once.token_request());
    let IssuanceFailure::NotConfirmed(prepared) = confirmed_once.token_answered(&response, now()).unwrap_err() else {
        panic!("not confirmed");
    };
    let confirmed_again = confirmed(&mut server, prepared);
    token_held(&mut server, confirmed_again);
}

#[test]
fn a_problem_names_its_row_and_prints_no_control_characters() {
    let document = Problem::Internal.document(Some("\u{1b}[2Jred\u{7}".into()));
    let response = answer(500, "application/problem+json; charset=utf-8", serde_json::to_vec(&document).unwrap());
    let refusal = response.refusal();
    assert_eq!(refusal.problem, Some(Problem::Internal));
    assert_eq!(refusal.detail.as_deref(), Some("[2Jred"));
    assert!(AnswerError::from(refusal).is_transient());
}

use undersign_client_lib::journey::{Bundle, Counted, Keys, PollError, Prepared, TokenHeld};
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::{BatchTokenRequest, TokenRequest, media_type};
use undersign_protocol::redemption::TokenBindingError;

use crate::support::keys::{openssl_takes, token_key};
use crate::support::rng::TestRng;
use crate::support::server::{TestServer, header};
use crate::support::{EMAIL, checked, confirmed, prepared, token_held};

#[test]
fn one_petition_is_signed_and_counted_once() {
    let mut server = TestServer::new(1);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 1);
    let request = prepared.token_request();
    assert_eq!(header(&request, "content-type").as_deref(), Some(media_type::TOKEN_REQUEST));
    assert_eq!(header(&request, "prefer").as_deref(), Some("wait=20"));
    assert_eq!(request.content().len(), TokenRequest::SIZE);

    let confirmed = confirmed(&mut server, prepared);
    let held = token_held(&mut server, confirmed);
    let request = held.redemption_request(server.now).unwrap();
    assert!(request.content().is_empty());
    let answer = server.answer(&request);
    let repeat = server.answer(&request);
    assert_eq!(answer.body, repeat.body);
    let signed = held.redeemed(&answer, server.now).unwrap();
    assert!(matches!(signed.counted(), Counted::Promised(_)));

    server.publish_batch(0);
    let log = &server.petitions[0].log;
    assert_eq!(log.entries.iter().filter(|entry| entry[0] == 1).count(), 1);
}

#[test]
fn a_run_gives_a_token_for_each_petition() {
    let mut server = TestServer::new(3);
    let prepared = prepared(&mut server, 1, Bundle::WholeRun, 2);
    let request = prepared.token_request();
    assert_eq!(header(&request, "content-type").as_deref(), Some(media_type::BATCH_REQUEST));
    assert_eq!(header(&request, "accept").as_deref(), Some(media_type::BATCH_RESPONSE));

    let confirmed = confirmed(&mut server, prepared);
    let held = token_held(&mut server, confirmed);
    let others: Vec<_> = held.other_tokens().iter().map(|token| token.slug().as_str()).collect();
    assert_eq!(others, ["petition-0", "petition-2"]);
    assert!(openssl_takes(0, &held.other_tokens()[0].token()));
    assert!(openssl_takes(2, &held.other_tokens()[1].token()));
    // Made for its own petition, as its own manifest will be read.
    let other = &server.petitions[2].petition;
    held.other_tokens()[1].token().input.check_binding(other.manifest(), &other.petition_id()).unwrap();

    let answer = server.answer(&held.redemption_request(server.now).unwrap());
    let signed = held.redeemed(&answer, server.now).unwrap();
    assert_eq!(signed.slug().as_str(), "petition-1");

    // The others can be signed with at once, each for its own petition alone.
    let mut others = signed.into_other_tokens();
    let third = others.pop().unwrap();
    let petition_0 = checked(&mut server, 0);
    let first = TokenHeld::of_other(&petition_0, others.pop().unwrap(), server.now).unwrap();
    assert_eq!(TokenHeld::of_other(&petition_0, third, server.now).unwrap_err(), TokenBindingError::KeyId);
    let answer = server.answer(&first.redemption_request(server.now).unwrap());
    first.redeemed(&answer, server.now).unwrap();
}

#[test]
fn only_this_one_asks_for_one() {
    let mut server = TestServer::new(3);
    let prepared = prepared(&mut server, 1, Bundle::OnlyThis, 3);
    let body = prepared.token_request().content().to_vec();
    let request = TokenRequest::decode(&body).unwrap();
    assert_eq!(request.truncated_token_key_id, token_key(1).id().truncated());
    assert_eq!(prepared.run().count(), 1);
}

/// What is sent does not tell which petition of the run is wanted: with the same randomness it is the same, byte for byte, up to the
/// moment of redemption.
#[test]
fn the_request_does_not_depend_on_the_wanted_petition() {
    let requests: Vec<_> = (0..3)
        .map(|wanted| {
            let mut server = TestServer::new(3);
            let prepared = prepared(&mut server, wanted, Bundle::WholeRun, 4);
            let verification = prepared.verification_request(EMAIL, &"ru".parse().unwrap());
            let tokens = prepared.token_request();
            let sent = |request: &undersign_client_lib::request::Request| {
                (request.url().to_owned(), request.headers().to_vec(), request.content().to_vec())
            };
            (sent(&verification), sent(&tokens))
        })
        .collect();
    assert_eq!(requests[0], requests[1]);
    assert_eq!(requests[1], requests[2]);

    let batch = BatchTokenRequest::decode(&requests[0].1.2).unwrap();
    let bytes: Vec<u8> = batch.token_requests.iter().map(|request| request.truncated_token_key_id).collect();
    let expected: Vec<u8> = (0..3).map(|index| token_key(index).id().truncated()).collect();
    assert_eq!(bytes, expected, "the run in the list's order");
}

#[test]
fn nothing_is_drawn_twice() {
    let mut server = TestServer::new(2);
    let petition = checked(&mut server, 0);
    let mut rng = TestRng::new(5);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let prepared = Prepared::new(&petition, Bundle::WholeRun, Keys::Keep, &mut rng).unwrap();
        let batch = BatchTokenRequest::decode(prepared.token_request().content()).unwrap();
        seen.extend(batch.token_requests.into_iter().map(|request| request.blinded_msg));
    }
    assert_eq!(seen.len(), 6);
}

#[test]
fn the_digest_is_of_the_body_that_is_posted() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 6);
    assert_eq!(prepared.request_digest(), RequestDigest::of(prepared.token_request().content()));
    let request = prepared.verification_request(EMAIL, &"ru".parse().unwrap());
    let body: serde_json::Value = serde_json::from_slice(request.content()).unwrap();
    assert_eq!(body["request_digest"], prepared.request_digest().to_string());
    assert_eq!(body["email"], EMAIL);
    assert_eq!(body["locale"], "ru");
}

/// The link is opened in another browser: the waiting client finds out by asking.
#[test]
fn a_link_opened_elsewhere_confirms() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 7);
    let answer = server.answer(&prepared.verification_request(EMAIL, &"en".parse().unwrap()));
    let prepared = prepared.verification_answered(&answer).unwrap();

    let answer = server.answer(&prepared.token_request());
    let rejected = prepared.poll(&answer).unwrap_err();
    assert_eq!(rejected.error, PollError::NotConfirmed);
    let prepared = rejected.state;

    server.confirmed.insert(prepared.request_digest());
    let answer = server.answer(&prepared.token_request());
    let held = prepared.poll(&answer).unwrap().token_answered(&answer, server.now).unwrap();
    assert_eq!(held.slug().as_str(), "petition-0");
}

#[test]
fn a_wrong_code_gives_the_state_back() {
    let mut server = TestServer::new(1);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 8);
    assert!(prepared.confirm_with_code(&"0000-0000".parse().unwrap()).is_none(), "no mail was asked for");
    let answer = server.answer(&prepared.verification_request("nobody", &"en".parse().unwrap()));
    let rejected = prepared.verification_answered(&answer).unwrap_err();
    assert_eq!(rejected.error, undersign_client_lib::journey::VerificationError::Address);

    let prepared = rejected.state;
    let answer = server.answer(&prepared.verification_request(EMAIL, &"en".parse().unwrap()));
    let prepared = prepared.verification_answered(&answer).unwrap();
    let answer = server.answer(&prepared.confirm_with_code(&"0000-0000".parse().unwrap()).unwrap());
    let rejected = prepared.code_answered(&answer).unwrap_err();
    assert_eq!(rejected.error, undersign_client_lib::journey::ConfirmationError::WrongCode);
    let confirmed = confirmed(&mut server, rejected.state);
    token_held(&mut server, confirmed);
}

/// The order of requests on the two sides: the token's URL is the only one that names the petition after the first look.
#[test]
fn requests_before_redemption_name_no_petition() {
    let mut server = TestServer::new(2);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 9);
    server.seen.clear();
    let confirmed = confirmed(&mut server, prepared);
    let held = token_held(&mut server, confirmed);
    let request = held.redemption_request(server.now).unwrap();
    server.answer(&request);
    let id = server.petitions[0].petition.petition_id();
    assert_eq!(
        server.seen,
        [
            "POST /v1/email-verifications".to_owned(),
            "POST /v1/email-verifications/confirm".to_owned(),
            "POST /v1/token-requests".to_owned(),
            format!("POST /v1/petitions/{id}/signatures"),
        ]
    );
}

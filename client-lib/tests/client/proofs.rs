//! A mail that needs work first.

use undersign_client_lib::journey::{Bundle, ChallengeError, Rejected, VerificationError};
use undersign_protocol::email_verification::proof_of_work::{Challenge, SolverError};
use undersign_protocol::problem::Problem;

use crate::support::server::TestServer;
use crate::support::{EMAIL, prepared};

#[test]
fn a_mail_is_asked_for_with_a_proof_for_the_same_request() {
    let mut server = TestServer::new(2);
    server.proofs.are_needed = true;
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 1);
    let (digest, english) = (prepared.request_digest(), "en".parse().unwrap());
    let refused = server.answer(&prepared.verification_request(EMAIL, &english));
    let Err(Rejected { state: prepared, error: VerificationError::Answer(error) }) =
        prepared.verification_answered(&refused)
    else {
        panic!("taken without a proof");
    };
    assert_eq!((error.problem(), error.is_transient()), (Some(Problem::ProofRequired), false));

    let request = prepared.challenge_request();
    assert!(!String::from_utf8_lossy(request.content()).contains('@'), "no address is named for a challenge");
    let mut solver = prepared.challenge_answered(&server.answer(&request)).unwrap();
    assert_eq!((solver.run(4), solver.part()), (Ok(None), 4.0 / 7.0));
    let proof = solver.run(4).unwrap().unwrap();
    let answer = server.answer(&prepared.proven_verification_request(EMAIL, &english, proof));
    let prepared = prepared.verification_answered(&answer).map_err(|rejected| rejected.error).unwrap();
    assert!(prepared.mail_was_asked());
    assert_eq!(prepared.request_digest(), digest);
}

#[test]
fn no_server_makes_a_client_work_for_something_else_or_without_end() {
    let mut server = TestServer::new(1);
    let prepared = prepared(&mut server, 0, Bundle::WholeRun, 1);
    let honest = server.answer(&prepared.challenge_request());
    let lie = |change: fn(&mut Challenge)| {
        let mut challenge: Challenge = serde_json::from_slice(&honest.body).unwrap();
        change(&mut challenge);
        let body = serde_json::to_vec(&challenge).unwrap();
        let response = undersign_client_lib::response::Response {
            status: honest.status,
            media_type: honest.media_type.clone(),
            retry_after: None,
            body,
        };
        prepared.challenge_answered(&response).err()
    };
    assert_eq!(lie(|_| {}), None);
    let other = lie(|challenge| challenge.parameters.data.request_digest = [0; 32].into());
    assert_eq!(other, Some(ChallengeError::Solver(SolverError::OtherRequest)));
    let endless = lie(|challenge| challenge.parameters.data.most_tries = u32::MAX);
    assert_eq!(endless, Some(ChallengeError::Solver(SolverError::TooHard)));
    server.proofs.are_unknown = true;
    let unknown = prepared.challenge_answered(&server.answer(&prepared.challenge_request())).err();
    assert!(matches!(unknown, Some(ChallengeError::Answer(_))), "{unknown:?}");
}

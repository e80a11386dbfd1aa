//! What is at addresses where nothing is.

use undersign_protocol::problem::Problem;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

/// No answer is kept by anyone, is a frame of anything, or loads anything.
fn check_headers(answer: &Answer) {
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("set-cookie").is_empty() && answer.header("server").is_empty());
}

#[tokio::test]
async fn unknown_addresses_are_problem_documents() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    for (path, problem) in [
        ("/nothing", Problem::NotFound),
        ("/v1", Problem::NotFound),
        ("/v1/petitions/", Problem::NotFound),
        ("/v1/petitions/trees/nothing", Problem::NotFound),
        ("/v1/petitions/trees/log", Problem::NotFound),
        ("/confirm/", Problem::NotFound),
        ("/.well-known/security.txt", Problem::NotFound),
        ("/../etc/passwd", Problem::NotFound),
        ("/v1/petitions/nothing", Problem::UnknownPetition),
        ("/v1/petitions/TREES", Problem::UnknownPetition),
        ("/v1/petitions/%FF", Problem::NotFound),
        ("/v1/petitions/nothing/total", Problem::UnknownPetition),
        ("/v1/petitions/%FF/total", Problem::NotFound),
        ("/v1/petitions/nothing/issued", Problem::UnknownPetition),
        ("/v1/petitions/%FF/issued", Problem::NotFound),
        ("/v1/petitions/%FF/log/checkpoint", Problem::NotFound),
        ("/v1/petitions/%FF/log/tile/0/000", Problem::NotFound),
        ("/v1/log/tile/%FF", Problem::NotFound),
    ] {
        let answer = wire.get(&wire.origin(path)).await;
        assert_eq!(answer.problem(), problem, "{path}");
        check_headers(&answer);
    }
    let answer = wire.post(&wire.origin("/v1/petitions/%FF/signatures"), "application/json", "").await;
    assert_eq!(answer.problem(), Problem::NotFound);
}

#[tokio::test]
async fn other_methods_are_problem_documents() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let put = reqwest::Method::PUT;
    for (method, path) in [
        (put.clone(), "/confirm"),
        (reqwest::Method::DELETE, "/v1/petitions"),
        (put.clone(), "/v1/petitions/prepare"),
        (put, "/v1/petitions/trees"),
        (reqwest::Method::GET, "/v1/token-requests"),
        (reqwest::Method::GET, "/v1/email-verifications"),
        (reqwest::Method::GET, "/v1/email-verifications/confirm"),
        (reqwest::Method::GET, "/v1/petitions/trees/signatures"),
        (reqwest::Method::POST, "/v1/petitions/trees/total"),
        (reqwest::Method::POST, "/v1/log/checkpoint"),
        (reqwest::Method::POST, "/.well-known/private-token-issuer-directory"),
    ] {
        let answer = wire.send(wire.client().request(method.clone(), wire.origin(path))).await;
        assert_eq!(answer.problem(), Problem::MethodNotAllowed, "{method} {path}");
        assert!(!answer.header("allow").is_empty(), "{method} {path}");
        check_headers(&answer);
    }
}

#[tokio::test]
async fn each_side_serves_its_own_routes_alone() {
    let server = TestServer::with_petitions(Options { apart: true, ..Options::default() }, &["trees"]).await;
    let wire = Wire::new(&server);
    for path in ["/v1/log/key", "/v1/log/checkpoint", "/v1/petitions/trees/total"] {
        assert_eq!(wire.get(&wire.origin(path)).await.status, 200, "{path}");
        assert_eq!(wire.get(&wire.issuer(path)).await.problem(), Problem::NotFound, "{path}");
    }
    for path in ["/confirm?t=a", "/v1/petitions/trees/issued", "/.well-known/private-token-issuer-directory"] {
        assert_eq!(wire.get(&wire.issuer(path)).await.status, 200, "{path}");
        assert_eq!(wire.get(&wire.origin(path)).await.problem(), Problem::NotFound, "{path}");
    }
    for path in ["/v1/email-verifications", "/v1/email-verifications/confirm", "/v1/token-requests"] {
        let answer = wire.post(&wire.origin(path), "application/json", "{}").await;
        assert_eq!(answer.problem(), Problem::NotFound, "{path}");
    }
    let answer = wire.post(&wire.issuer("/v1/petitions/trees/signatures"), "application/json", "{}").await;
    assert_eq!(answer.problem(), Problem::NotFound);
}

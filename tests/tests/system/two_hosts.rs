//! What holds where the sides are two processes: who may ask whom, and what happens while one of them is away.

use std::fs;
use std::time::Duration;

use reqwest::Method;
use undersign_protocol::petition::VerifiedManifest;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

async fn apart() -> (TestServer, VerifiedManifest) {
    TestServer::with_petition(Options { apart: true, ..Options::default() }).await
}

/// What a browser asks before it sends what a page on `origin` wants to send.
async fn preflight(wire: &Wire, url: &str, method: &str, headers: &str, origin: &str) -> Answer {
    let request = wire.client().request(Method::OPTIONS, url).header("origin", origin);
    let request = request.header("access-control-request-method", method);
    wire.send(request.header("access-control-request-headers", headers)).await
}

async fn asked_from(wire: &Wire, url: &str, origin: &str) -> Answer {
    wire.send(wire.client().get(url).header("origin", origin)).await
}

#[tokio::test]
async fn each_host_answers_the_pages_of_the_other_and_of_nobody_else() {
    let (server, petition) = apart().await;
    let wire = Wire::new(&server);
    let (issuer, origin) = (server.issuer().to_string(), server.origin().to_string());
    let id = petition.petition_id();
    let at_issuer = [
        ("/v1/email-verifications".to_owned(), "POST", "content-type"),
        ("/v1/email-verifications/confirm".to_owned(), "POST", "content-type"),
        ("/v1/token-requests".to_owned(), "POST", "accept,content-type,prefer"),
        ("/v1/petitions".to_owned(), "GET", ""),
        (format!("/v1/petitions/{id}"), "GET", ""),
        (format!("/v1/petitions/{id}/issued"), "GET", ""),
        ("/.well-known/private-token-issuer-directory".to_owned(), "GET", ""),
    ];
    let at_origin = [
        ("/v1/petitions".to_owned(), "GET", ""),
        (format!("/v1/petitions/{id}/total"), "GET", ""),
        (format!("/v1/petitions/{id}/log/checkpoint"), "GET", ""),
        ("/v1/log/key".to_owned(), "GET", ""),
    ];
    let strangers = ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1"];
    for (own, other, routes) in [(&issuer, &origin, at_issuer.as_slice()), (&origin, &issuer, &at_origin)] {
        for (path, method, headers) in routes {
            let url = format!("{own}{path}");
            let answer = preflight(&wire, &url, method, headers, other).await;
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, other.as_str()), "{url}");
            assert!(answer.header("access-control-allow-methods").contains(method), "{url}");
            let allowed: Vec<_> = answer.header("access-control-allow-headers").split(", ").collect();
            assert!(
                headers.split(',').all(|header| header.is_empty() || allowed.contains(&header)),
                "{url}: {allowed:?}"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{url}");
            for stranger in strangers.iter().copied().chain([own.as_str()]) {
                let answer = preflight(&wire, &url, method, headers, stranger).await;
                assert_eq!(answer.header("access-control-allow-origin"), "", "{url} from {stranger}");
                assert_eq!(answer.header("access-control-allow-methods"), "", "{url} from {stranger}");
            }
            if *method == "GET" {
                let answer = asked_from(&wire, &url, other).await;
                assert_eq!(
                    (answer.status, answer.header("access-control-allow-origin")),
                    (200, other.as_str()),
                    "{url}"
                );
                let vary = answer.headers.get_all("vary").iter().any(|value| value == "origin");
                assert!(vary, "{url}: what is answered to one origin is kept for no other");
                let answer = asked_from(&wire, &url, "https://evil.example").await;
                assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""), "{url}");
            }
        }
    }
    // A page of the other host reads refusals too, and when to come back.
    let answer = wire.client().post(wire.issuer("/v1/token-requests")).header("origin", &origin).body("no request");
    let answer = wire.send(answer.header("content-type", "application/private-token-request")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (422, origin.as_str()));
    assert_eq!(answer.header("access-control-expose-headers"), "retry-after");
}

#[tokio::test]
async fn no_page_can_be_read_by_another_and_the_page_in_mails_names_no_other_host() {
    let (server, _) = apart().await;
    let wire = Wire::new(&server);
    let (issuer, origin) = (server.issuer().to_string(), server.origin().to_string());
    for (url, from) in [(wire.issuer("/confirm?t=a"), &origin), (wire.origin("/p/trees"), &issuer)] {
        let answer = asked_from(&wire, &url, from).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""), "{url}");
    }
    let page = asked_from(&wire, &wire.issuer("/confirm?t=a"), &origin).await;
    let told = format!("{:?}{}", page.headers, page.text());
    assert!(!told.contains(origin.trim_start_matches("http://")), "{told}");
}

#[tokio::test]
async fn a_page_may_connect_to_its_own_host_and_the_issuer_s_and_nowhere_else() {
    let (server, _) = apart().await;
    let wire = Wire::new(&server);
    let page = wire.get(&wire.origin("/en/p/trees")).await;
    let policy = page.header("content-security-policy");
    let connect = policy.split("; ").find(|rule| rule.starts_with("connect-src")).expect("a rule");
    assert_eq!(connect, format!("connect-src 'self' {}", server.issuer()));
    let list = wire.get(&wire.origin("/en/")).await;
    assert!(list.header("content-security-policy").contains("connect-src 'self'; "));
}

#[tokio::test]
async fn one_host_answers_no_other_page_at_all() {
    let (server, _) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    for origin in [server.origin().to_string().as_str(), "https://evil.example"] {
        let answer = asked_from(&wire, &wire.origin("/v1/petitions"), origin).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""));
    }
}

#[tokio::test]
async fn while_the_issuer_is_away_the_batch_waits_and_is_published_when_it_is_back() {
    let (mut server, petition) = apart().await;
    let wire = Wire::new(&server);
    let id = petition.petition_id();
    let token = wire.token("anna@example.org", &petition).await;
    server.kill_identified();
    assert_eq!(wire.redeem(&id, &token).await.status, 200);
    server.wait_for_output("a batch waits").await;
    assert_eq!(wire.total(&id).await, 0);
    // It is taken all the same, once.
    assert_eq!(wire.redeem(&id, &token).await.status, 200);
    server.start_identified().await;
    wire.wait_for_total(&id, 1).await;
}

#[tokio::test]
async fn a_count_that_another_key_has_signed_publishes_nothing() {
    let (mut server, petition) = apart().await;
    let id = petition.petition_id();
    let token = Wire::new(&server).token("anna@example.org", &petition).await;
    server.kill_identified();
    let key = server.path().join("identified-keys/statement.key");
    let own = fs::read(&key).expect("the statement key");
    fs::write(&key, [9; 32]).expect("another one");
    server.start_identified().await;
    let wire = Wire::new(&server);
    assert_eq!(wire.redeem(&id, &token).await.status, 200);
    server.wait_for_output("its signature is not valid").await;
    assert_eq!(wire.total(&id).await, 0);
    server.kill_identified();
    fs::write(&key, own).expect("the own one");
    server.start_identified().await;
    wire.wait_for_total(&id, 1).await;
}

#[tokio::test]
async fn a_proxy_that_is_not_named_is_told_of_once() {
    let (server, _) = apart().await;
    let wire = Wire::new(&server);
    for _ in 0..3 {
        let body = r#"{"email":"anna@example.org","locale":"en","request_digest":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
        let request = wire.client().post(wire.issuer("/v1/email-verifications")).body(body);
        let request = request.header("content-type", "application/json").header("x-forwarded-for", "192.0.2.77");
        assert_eq!(wire.send(request).await.status, 202);
    }
    server.wait_for_output("not in trusted_proxies").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.output().matches("not in trusted_proxies").count(), 1);
    assert!(!server.output().contains("192.0.2.77"));
}

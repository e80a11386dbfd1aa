//! Whether a relay passes on what it should, and nothing else of anybody.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use undersign_protocol::oblivious::{
    ENCAPSULATED_REQUEST_SIZE, ENCAPSULATED_RESPONSE_SIZE, REQUEST_MEDIA_TYPE, RESPONSE_MEDIA_TYPE,
};
use undersign_tests::oblivious::{HOST, Oblivious, TestRelay};
use undersign_tests::programs::program;
use undersign_tests::recorder::{Recorder, answer};
use undersign_tests::server::Options;
use undersign_tests::signer::Sender;

/// What a client of no care would send about itself, and a hostile one about others.
const HEADERS: [(&str, &str); 15] = [
    ("accept-language", "tlh"),
    ("authorization", "Basic c2VjcmV0"),
    ("cookie", "name=secret"),
    ("forwarded", "for=192.0.2.60"),
    ("from", "anna@example.org"),
    ("origin", "https://petitions.example"),
    ("priority", "u=7"),
    ("referer", "https://petitions.example/p/trees"),
    ("sec-ch-ua", "secret"),
    ("user-agent", "Secret/1.0"),
    ("via", "1.1 secret"),
    ("x-forwarded-for", "192.0.2.61"),
    ("x-real-ip", "192.0.2.62"),
    ("x-undersign", "secret"),
    ("prefer", "wait=20"),
];

fn sealed() -> Vec<u8> {
    (0..ENCAPSULATED_REQUEST_SIZE).map(|index| (index % 251) as u8).collect()
}

/// A gateway's answer, with more than a relay passes back.
fn gateway_answer() -> Vec<u8> {
    let head = format!(
        "200 OK\nContent-Type: {RESPONSE_MEDIA_TYPE}\nSet-Cookie: name=secret\nServer: Secret/1.0\nVia: 1.1 secret\n\
         Location: https://elsewhere.example/\nAccess-Control-Allow-Origin: *\nX-Secret: secret"
    );
    answer(&head, &[7; ENCAPSULATED_RESPONSE_SIZE])
}

async fn relay_for(gateway: &Recorder, more: &str) -> TestRelay {
    let mut relay = TestRelay::reserve();
    relay.start(&gateway.url(), more).await;
    relay
}

#[tokio::test]
async fn the_body_alone_goes_on_and_the_media_type_and_status_alone_come_back_with_it() {
    let gateway = Recorder::start(gateway_answer()).await;
    let relay = relay_for(&gateway, "").await;
    let mut request = Sender::new(None).client().post(relay.url()).header("content-type", REQUEST_MEDIA_TYPE);
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    let answer = request.body(sealed()).send().await.expect("an answer");
    let names: Vec<_> = answer.headers().keys().map(|name| name.as_str().to_owned()).collect();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], RESPONSE_MEDIA_TYPE);
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://petitions.example", "the relay's own");
    for foreign in ["set-cookie", "server", "via", "location", "x-secret"] {
        assert!(!names.iter().any(|name| name == foreign), "{names:?}");
    }
    assert_eq!(answer.bytes().await.expect("a body"), vec![7; ENCAPSULATED_RESPONSE_SIZE]);

    let requests = gateway.take();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    let (head, body) = request.split_at(request.len() - ENCAPSULATED_REQUEST_SIZE);
    assert_eq!(body, sealed());
    let head = String::from_utf8_lossy(head);
    let mut lines = head.trim_end().split("\r\n");
    assert_eq!(lines.next(), Some("POST /.well-known/ohttp-gateway HTTP/1.1"));
    let mut names: Vec<_> = lines.map(|line| line.split(':').next().unwrap_or_default().to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["accept", "content-length", "content-type", "host"], "{head}");
    assert!(head.contains("accept: */*\r\n"), "{head}");
    // The control: what was sent would be found.
    let planted = String::from_utf8_lossy(&gateway_answer()).to_lowercase();
    assert!(planted.contains("secret") && !head.to_lowercase().contains("secret"));
}

#[tokio::test]
async fn what_is_not_in_the_list_is_asked_by_nobody() {
    let (gateway, elsewhere) = (Recorder::start(gateway_answer()).await, Recorder::start(gateway_answer()).await);
    let relay = relay_for(&gateway, "").await;
    let port = elsewhere.url().rsplit_once(':').expect("a port").1.to_owned();
    let content = format!("Content-Type: {REQUEST_MEDIA_TYPE}\r\nContent-Length: {ENCAPSULATED_REQUEST_SIZE}\r\n");
    for (target, status) in [
        ("/".to_owned(), 404),
        ("/other.example".to_owned(), 404),
        (format!("/127.0.0.1:{port}"), 404),
        (format!("/{HOST}/"), 404),
        (format!("/{HOST}/.well-known/ohttp-gateway"), 404),
        (format!("/{HOST}?url=http://127.0.0.1:{port}/"), 404),
        (format!("/{HOST}@127.0.0.1:{port}"), 404),
        (format!("/{HOST}%2f..%2f"), 404),
        (format!("//127.0.0.1:{port}/"), 404),
        (format!("http://127.0.0.1:{port}/"), 404),
        (format!("http://127.0.0.1:{port}/{HOST}"), 400),
        (format!("http://{HOST}/{HOST}"), 400),
    ] {
        for host in [HOST.to_owned(), format!("127.0.0.1:{port}")] {
            let head = format!("POST {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{content}\r\n");
            let answer = raw(&relay, &[head.as_bytes(), &sealed()].concat()).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target}: {answer}");
        }
    }
    let tunnel = format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let tunnel = raw(&relay, tunnel.as_bytes()).await;
    assert!(tunnel.starts_with("HTTP/1.1 4"), "{tunnel}");
    // The gateway's own answers to others than a relay are not to be read through here.
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS] {
        let request = Sender::new(None).client().request(method.clone(), relay.url());
        let answer = request.header("content-type", REQUEST_MEDIA_TYPE).body(sealed()).send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.headers().get("allow").is_some()), (405, true), "{method}");
    }
    assert_eq!((gateway.take().len(), elsewhere.take().len()), (0, 0));
    assert_eq!(post(&relay, sealed()).await, (200, vec![7; ENCAPSULATED_RESPONSE_SIZE]), "the control");
    assert_eq!(gateway.take().len(), 1);
}

#[tokio::test]
async fn no_answer_but_a_gateways_comes_back_and_no_redirect_is_followed() {
    let elsewhere = Recorder::start(gateway_answer()).await;
    let body = [7; ENCAPSULATED_RESPONSE_SIZE];
    let problem = br#"{"type":"https://iana.org/assignments/http-problem-types#ohttp-key","title":"x","status":422}"#;
    let redirect =
        |status: &str| format!("{status}\nLocation: {}/\nContent-Type: {RESPONSE_MEDIA_TYPE}", elsewhere.url());
    for (head, body, status) in [
        ("422 No\nContent-Type: application/problem+json".to_owned(), problem.as_slice(), 422),
        (redirect("302 Found"), &body, 502),
        (redirect("307 Temporary Redirect"), &body, 502),
        (redirect("308 Permanent Redirect"), &body, 502),
        ("200 OK\nContent-Type: text/html".to_owned(), b"<p>secret", 502),
        (format!("200 OK\nContent-Type: {RESPONSE_MEDIA_TYPE}"), &body[1..], 502),
        ("404 No\nContent-Type: text/plain".to_owned(), b"secret", 502),
        ("503 No\nContent-Type: text/plain".to_owned(), b"secret", 502),
    ] {
        let gateway = Recorder::start(answer(&head, body)).await;
        let relay = relay_for(&gateway, "").await;
        let (found, text) = post(&relay, sealed()).await;
        assert_eq!(found, status, "{head}");
        assert_eq!(text == body, status == 422, "{head}");
        assert!(!String::from_utf8_lossy(&text).contains("secret"));
        // Once more where a kept connection had died, never oftener.
        assert!((1..=2).contains(&gateway.take().len()), "{head}");
    }
    assert!(elsewhere.take().is_empty());
    let gone = Recorder::start(Vec::new()).await;
    let relay = relay_for(&gone, "").await;
    drop(gone);
    assert_eq!(post(&relay, sealed()).await.0, 502);
}

#[tokio::test]
async fn pages_of_the_host_may_ask_and_no_others() {
    let gateway = Recorder::start(gateway_answer()).await;
    let relay = relay_for(&gateway, "").await;
    let client = Sender::new(None).client().clone();
    for (origin, path, allowed) in [
        ("https://petitions.example", HOST, true),
        ("https://elsewhere.example", HOST, false),
        ("https://petitions.example", "other.example", false),
        ("null", HOST, false),
    ] {
        let url = format!("{}/{path}", relay.base());
        let question = client.request(Method::OPTIONS, &url).header("origin", origin);
        let question = question.header("access-control-request-method", "POST");
        let answer = question.header("access-control-request-headers", "content-type").send().await.expect("an answer");
        assert_eq!(answer.status() == 204, allowed, "{origin} {path}");
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
        assert_eq!(header("access-control-allow-origin"), allowed.then(|| origin.to_owned()), "{origin} {path}");
        if allowed {
            assert_eq!(header("access-control-allow-methods").as_deref(), Some("POST"));
            assert_eq!(header("access-control-allow-headers").as_deref(), Some("content-type"));
            // What is refused says so to pages, too: they go to another relay.
            let refused = client.post(&url).header("origin", origin).body("x").send().await.expect("an answer");
            assert_eq!(refused.status(), 415);
            assert_eq!(refused.headers()["access-control-allow-origin"], origin);
        }
        assert!(header("access-control-allow-credentials").is_none());
    }
    assert!(gateway.take().is_empty());
}

#[tokio::test]
async fn a_relay_that_is_full_sends_away_and_one_that_runs_writes_down_nobody() {
    // A gateway that never answers: it reads and waits.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let mut relay = TestRelay::reserve();
    relay.start(&url, "at_once = 1").await;
    let request = || {
        let request = Sender::with(None, "Secret/1.0").client().post(relay.url()).body(sealed());
        request.header("content-type", REQUEST_MEDIA_TYPE)
    };
    let under_way = tokio::spawn(request().send());
    let (stream, _) = listener.accept().await.expect("a connection");
    let full = request().send().await.expect("an answer");
    assert_eq!((full.status().as_u16(), full.headers().contains_key("retry-after")), (429, true));
    // It goes on when there is room again: the host went away, and the one whose request it was is told.
    drop((stream, listener));
    assert_eq!(under_way.await.expect("no panic").expect("an answer").status(), 502);
    assert_eq!(request().send().await.expect("an answer").status(), 502);
    // Not even that the host is away: a line at this moment would tell when somebody came.
    assert_eq!(relay.output().lines().collect::<Vec<_>>(), ["ready"]);
}

#[tokio::test]
async fn check_config_says_whether_hosts_have_gateways_and_relays_know_the_host() {
    let check = |words: &[&str], config: &Path| {
        let mut command = Command::new(program("undersign-server"));
        let output = command.arg("check-config").args(words).arg("--config").arg(config).output().expect("the program");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (mut relay, server) = TestRelay::with_server(Options::default()).await;
    Oblivious::new(&relay, &server).await;
    let (usable, said) = check(&["--relay"], &relay.config());
    assert!(usable && said.lines().count() == 1, "{said}");
    // The test's relay is on this machine, as the host is, and knows it under another name.
    let (usable, said) = check(&[], &server.config_path());
    for words in ["is of this service", "is not https: clients pass it over", "takes nothing for this host"] {
        assert_eq!(said.matches(words).count(), 1, "{words}: {said}");
    }
    assert!(!usable);
    relay.kill();
    drop(server);
    let (usable, said) = check(&["--relay"], &relay.config());
    assert!(usable && said.contains("warning: gateways: petitions.example has no gateway"), "{said}");
}

/// Sends bytes, and reads what comes back until the connection ends.
async fn raw(relay: &TestRelay, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", relay.port())).await.expect("a connection");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    // Where it refuses before it has read all, the rest may come as a reset.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn post(relay: &TestRelay, body: Vec<u8>) -> (u16, Vec<u8>) {
    let request = Sender::new(None).client().post(relay.url()).header("content-type", REQUEST_MEDIA_TYPE);
    let answer = request.body(body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.bytes().await.expect("a body").to_vec())
}

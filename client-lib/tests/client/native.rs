use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use undersign_client_lib::checks::check;
use undersign_client_lib::endpoints::Base;
use undersign_client_lib::journey::{Bundle, Keys, Prepared};
use undersign_client_lib::lookup;
use undersign_client_lib::native::{Proxy, ProxyError, Transport, TransportError};
use undersign_client_lib::request::Request;

use crate::support::rng::TestRng;
use crate::support::server::TestServer;
use crate::support::{EMAIL, confirmed, documents, link, token_held};

pub const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A listener that answers every request with one text and keeps what it was sent, one list a connection.
pub struct Listener {
    base: Base,
    seen: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Listener {
    pub fn start(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&seen);
        thread::spawn(move || {
            for (index, stream) in listener.incoming().enumerate() {
                store.lock().unwrap().push(Vec::new());
                let (store, answer) = (Arc::clone(&store), answer.clone());
                thread::spawn(move || {
                    serve(stream.unwrap(), &answer, |request| store.lock().unwrap()[index].push(request))
                });
            }
        });
        Self { base, seen }
    }

    pub fn address(&self) -> SocketAddr {
        self.base.authority().parse().unwrap()
    }

    fn get(&self) -> Request {
        lookup::start(&self.base, &link(0)).1.remove(0)
    }

    fn connections(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Reads requests (headers, then as much body as they announce) and answers each.
fn serve(mut stream: TcpStream, answer: &str, mut keep: impl FnMut(String)) {
    let (mut received, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        received.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if received.len() - head.len() - 4 >= length.unwrap_or(0) {
            keep(format!("{head}\r\n\r\n{body}"));
            received.clear();
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn through(proxy: &str) -> Transport {
    Transport::through(proxy.parse().unwrap(), &mut TestRng::new(7))
}

/// Requests of a whole journey to this base: verification, tokens, redemption.
pub fn journey(base: &Base) -> [Request; 3] {
    let mut server = TestServer::new(1);
    let documents = documents(&mut server, 0);
    let petition = check(base, &link(0), &documents).unwrap();
    let prepared = Prepared::new(&petition, Bundle::WholeRun, Keys::Forget, &mut TestRng::new(1)).unwrap();
    let verification = prepared.verification_request(EMAIL, &"en".parse().unwrap());
    let tokens = prepared.token_request();
    let confirmed = confirmed(&mut server, prepared);
    let held = token_held(&mut server, confirmed);
    [verification, tokens, held.redemption_request(server.now).unwrap()]
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_asked_for() {
    let listener = Listener::start(OK.into());
    let transport = Transport::direct();
    for request in journey(&listener.base) {
        assert_eq!(transport.send(&request).await.unwrap().status, 200);
    }
    let seen = listener.seen.lock().unwrap().concat();
    let names = |request: &str| {
        let head = request.split_once("\r\n\r\n").unwrap().0.to_owned();
        let mut names: Vec<String> =
            head.lines().skip(1).map(|line| line.split_once(':').unwrap().0.to_ascii_lowercase()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(
        seen.iter().map(|request| names(request)).collect::<Vec<_>>(),
        [
            "accept content-length content-type host",
            "accept content-length content-type host prefer",
            "accept authorization content-length host",
        ]
    );
    assert!(seen[0].contains(EMAIL), "the control: the address is in the one request that is meant to hold it");
    assert!(seen[1..].iter().all(|request| !request.contains(EMAIL)));
}

#[tokio::test]
async fn stages_share_no_connection() {
    let listener = Listener::start(OK.into());
    let transport = Transport::direct();
    let [verification, tokens, redemption] = journey(&listener.base);
    for request in [&verification, &tokens, &redemption, &redemption] {
        transport.send(request).await.unwrap();
    }
    let seen = listener.seen.lock().unwrap();
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 2], "kept open within a stage, and never shared");
    assert!(seen[2].iter().all(|request| request.contains("/signatures")));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Listener::start(OK.into());
    let listener = Listener::start(format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}/\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n",
        target.base
    ));
    let transport = Transport::direct();
    assert_eq!(transport.send(&listener.get()).await.unwrap().status, 307);
    transport.send(&listener.get()).await.unwrap();
    assert_eq!(target.connections(), 0);
    let seen = listener.seen.lock().unwrap().concat();
    assert!(seen.len() == 2 && !seen[1].to_ascii_lowercase().contains("cookie"), "no cookie comes back");
}

#[tokio::test]
async fn too_much_is_cut_off() {
    let body = "x".repeat(8 * 1024 * 1024 + 1);
    let listener = Listener::start(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
    let transport = Transport::direct();
    assert_eq!(transport.send(&listener.get()).await.err(), Some(TransportError::TooLarge));
}

#[tokio::test]
async fn a_dead_proxy_is_not_gone_around() {
    let listener = Listener::start(OK.into());
    let dead = {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap()
    };
    let dead_ones = [("socks5h", TransportError::ProxyAway), ("http", TransportError::Connect)];
    for (scheme, error) in dead_ones {
        let transport = through(&format!("{scheme}://{dead}"));
        assert_eq!(transport.send(&listener.get()).await.err(), Some(error));
        assert!(error.is_transient());
    }
    assert_eq!(listener.connections(), 0);
}

/// This machine's name server is not asked for it (RFC 7686), not even once.
#[tokio::test]
async fn an_onion_service_is_not_looked_for_without_a_proxy() {
    let onion = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx.onion";
    for base in [format!("http://{onion}"), format!("https://{onion}:8443"), format!("https://www.{onion}")] {
        let request = lookup::start(&base.parse().unwrap(), &link(0)).1.remove(0);
        let error = Transport::direct().send(&request).await.err();
        assert_eq!(error, Some(TransportError::OnionWithoutProxy));
        assert!(!TransportError::OnionWithoutProxy.is_transient(), "it is not tried again for a day");
    }
}

#[test]
fn proxies_that_leak_names_are_refused() {
    let refused = |text: &str| text.parse::<Proxy>().err();
    for leaks in ["socks5", "socks4", "socks4a", "socks", "SOCKS5"] {
        assert_eq!(refused(&format!("{leaks}://127.0.0.1:9050")), Some(ProxyError::Resolves), "{leaks}");
    }
    for other in ["ftp://127.0.0.1:9050", "127.0.0.1:9050", "", "socks5h://", "socks5h:9050", "none"] {
        assert_eq!(refused(other), Some(ProxyError::Form), "{other}");
    }
    for mistyped in ["socks5h://127.0.0.1:9050/x", "socks5h://127.0.0.1:9050?x", "socks5h://127.0.0.1:9050#x"] {
        assert_eq!(refused(mistyped), Some(ProxyError::Form), "{mistyped}");
    }
    for right in ["socks5h://127.0.0.1:9050", "socks5h://[::1]:9050/", "socks5h://name:word@proxy.example:1080"] {
        assert_eq!(refused(right), None, "{right}");
    }
}

/// Runs the next test in a process whose environment names a proxy.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let proxy = Listener::start(OK.into());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "native::a_request_goes_straight_to_its_host"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, proxy.base.to_string());
    }
    let output = child.output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_request_goes_straight_to_its_host() {
    let listener = Listener::start(OK.into());
    Transport::direct().send(&listener.get()).await.unwrap();
    assert_eq!(listener.connections(), 1);
}

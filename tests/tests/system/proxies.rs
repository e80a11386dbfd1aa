//! Two machines as `init` sets them up, behind each of the two proxies that it configures.

use std::collections::BTreeSet;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use undersign_protocol::bytes::to_base64url;
use undersign_tests::relay::Relay;
use undersign_tests::two_hosts::{CLIENT, Logging, Proxy, SLUG, TwoHosts, publish, sign};

#[tokio::test]
async fn a_petition_is_published_signed_and_counted_through_caddy() {
    is_published_signed_and_counted(Proxy::Caddy).await;
}

#[tokio::test]
async fn a_petition_is_published_signed_and_counted_through_nginx() {
    is_published_signed_and_counted(Proxy::Nginx).await;
}

#[tokio::test]
async fn caddy_passes_on_what_each_name_is_for_and_writes_down_nobody() {
    each_name_is_for_something_and_nobody_is_written_down(Proxy::Caddy).await;
}

#[tokio::test]
async fn nginx_passes_on_what_each_name_is_for_and_writes_down_nobody() {
    each_name_is_for_something_and_nobody_is_written_down(Proxy::Nginx).await;
}

async fn is_published_signed_and_counted(proxy: Proxy) {
    let hosts = TwoHosts::start(proxy).await;
    let relay = Relay::start(CLIENT.into()).await;
    let link = publish(&hosts, &relay).await;

    let events = sign(&hosts, &relay, &link, "anna@example.org").await.expect("signed");
    assert_eq!(events.last().expect("events")["event"], "published");

    let total = hosts.tally().await;
    assert_eq!((&total["total"], &total["issued"]), (&1.into(), &1.into()));
    let both = [hosts.issuer(), hosts.origin()].map(|url| url.trim_start_matches("https://").to_owned());
    assert_eq!(relay.asked(), BTreeSet::from(both), "the command line speaks with the two hosts and nobody else");
}

async fn each_name_is_for_something_and_nobody_is_written_down(proxy: Proxy) {
    let mut hosts = TwoHosts::start(proxy).await;
    let relay = Relay::start(CLIENT.into()).await;
    publish(&hosts, &relay).await;
    let client = hosts.client();
    let (issuer, origin, mail) = (hosts.issuer(), hosts.origin(), hosts.mail());
    let token = to_base64url(b"a token of a link in a mail");
    let link = format!("{mail}/confirm?t={token}");

    let page = client.get(&link).send().await.expect("an answer");
    assert_eq!(page.status(), 200);
    assert!(page.headers().get("server").is_none_or(|server| server == "nginx"), "{:?}", page.headers());
    let loaded = loads(&page.text().await.expect("a page"));
    assert!(loaded.len() > 2, "{loaded:?}");
    for path in &loaded {
        let answer = client.get(format!("{mail}{path}")).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        if path.ends_with("confirm.js") {
            for module in imports(&answer.text().await.expect("a script")) {
                let folder = path.rsplit_once('/').expect("a folder").0;
                let answer = client.get(format!("{mail}{folder}/{module}")).send().await.expect("an answer");
                assert_eq!(answer.status(), 200, "{module}");
            }
        }
    }
    let other_script = loaded.iter().find(|path| path.ends_with("confirm.js")).expect("a script");
    let other_script = other_script.replace("confirm.js", "main.js");
    for (url, status) in [
        (format!("{mail}/"), 404),
        (format!("{mail}{other_script}"), 404),
        (format!("{mail}/p/{SLUG}"), 404),
        (format!("{mail}/v1/petitions"), 404),
        (format!("{mail}/confirm/x"), 404),
        (format!("{issuer}/"), 404),
        (format!("{issuer}/confirm?t=a"), 404),
        (format!("{issuer}/p/{SLUG}"), 404),
        (format!("{issuer}{other_script}"), 404),
        (format!("{issuer}/v1/petitions"), 200),
        (format!("{issuer}/v1/petitions/{SLUG}/issued"), 200),
        (format!("{issuer}/.well-known/private-token-issuer-directory"), 200),
        (format!("{issuer}/v1/log/key"), 404),
        (format!("{origin}/"), 200),
        (format!("{origin}/p/{SLUG}"), 200),
        (format!("{origin}{other_script}"), 200),
        (format!("{origin}/v1/log/key"), 200),
        (format!("{origin}/confirm?t=a"), 404),
        (format!("{origin}/v1/petitions/{SLUG}/issued"), 404),
        (format!("{origin}/.well-known/private-token-issuer-directory"), 404),
    ] {
        assert_eq!(client.get(&url).send().await.expect("an answer").status(), status, "{url}");
    }
    for path in ["/v1/email-verifications", "/v1/email-verifications/confirm", "/v1/token-requests"] {
        for (host, expected) in [(&issuer, [400, 415, 422].as_slice()), (&origin, &[404]), (&mail, &[404])] {
            let answer = client.post(format!("{host}{path}")).header("content-type", "application/json").body("{}");
            let status = answer.send().await.expect("an answer").status().as_u16();
            assert!(expected.contains(&status), "{host}{path}: {status}");
        }
    }

    // As made: whether all goes well or nothing is behind the proxy.
    let [identified, anonymous] = hosts.ports();
    hosts.kill("identified");
    hosts.kill("anonymous");
    assert_eq!(client.get(&link).send().await.expect("an answer").status(), 502);
    assert_eq!(client.get(format!("{origin}/p/{SLUG}")).send().await.expect("an answer").status(), 502);
    let secrets = ["127.7.7.77".to_owned(), token.clone(), format!("/p/{SLUG}"), "/confirm".to_owned()];
    let found = |logs: &str| secrets.iter().filter(|secret| logs.contains(secret.as_str())).count();
    assert_eq!(found(&hosts.proxy_logs()), 0, "{}", hosts.proxy_logs());

    // What the programs are told: the identified side who asks, the anonymous side nothing.
    for (port, url, told) in [
        (identified, format!("{issuer}/v1/petitions"), vec!["127.7.7.77"]),
        (identified, link.clone(), vec![]),
        (anonymous, format!("{origin}/v1/petitions"), vec![]),
    ] {
        let head = head_at(port, client.get(&url).header("x-forwarded-for", "192.0.2.1")).await;
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let forwarded: Vec<_> =
            lines.filter(|(name, _)| name.eq_ignore_ascii_case("x-forwarded-for")).map(|(_, value)| value).collect();
        assert_eq!(forwarded, told, "{url}: {head}");
        assert_eq!(head.contains("127.7.7.77"), !told.is_empty(), "{url}: {head}");
    }

    // The control: without what forbids it, every one of them is written down, in lines of requests and of errors.
    hosts.start_proxy(Logging::Usual).await;
    assert_eq!(client.get(&link).send().await.expect("an answer").status(), 502);
    assert_eq!(client.get(format!("{origin}/p/{SLUG}")).send().await.expect("an answer").status(), 502);
    assert_eq!(found(&hosts.proxy_logs()), secrets.len(), "{}", hosts.proxy_logs());
}

/// The head of the one request that comes to a port.
async fn head_at(port: u16, request: reqwest::RequestBuilder) -> String {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port of a program that was killed");
    let asked = tokio::spawn(request.send());
    let (mut stream, _) = listener.accept().await.expect("the proxy");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a head"));
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await.expect("an answer");
    assert_eq!(asked.await.expect("no panic").expect("an answer").status(), 204);
    String::from_utf8(head).expect("text")
}

/// What a page loads from its own host.
fn loads(html: &str) -> Vec<String> {
    let starts = ["src=\"/", "href=\"/assets"];
    let paths = starts.iter().flat_map(|start| html.split(start).skip(1).map(move |rest| (start, rest)));
    let path = |(start, rest): (&&str, &str)| {
        let begin = start.split_once('"').map_or("", |(_, begin)| begin);
        format!("{begin}{}", rest.split('"').next().unwrap_or_default())
    };
    paths.map(path).collect()
}

/// The names of the modules beside a script that it imports.
fn imports(script: &str) -> Vec<&str> {
    script.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

//! Petitions as people read them: complete without JavaScript, in three languages, with nothing from anywhere else.

use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::wire::{Answer, Wire};

async fn page(wire: &Wire, path: &str, languages: &str) -> Answer {
    wire.send(wire.client().get(wire.origin(path)).header("accept-language", languages)).await
}

/// What every page keeps: to itself, from this host, with no word or style of a script's own.
fn check_page(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{}", answer.text());
    let policy = answer.header("content-security-policy");
    let rules = [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ];
    let (common, last) = policy.split_at(policy.find("; trusted-types").expect("a rule about types"));
    assert_eq!(common.split("; ").collect::<Vec<_>>(), rules);
    // Where one signs, one script may start a worker, for proofs of work.
    let own = if answer.text().contains("id=\"sign\"") {
        "; trusted-types work; worker-src 'self'"
    } else {
        "; trusted-types 'none'"
    };
    assert_eq!(last, own);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("set-cookie", ""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    for denied in ["camera=()", "microphone=()", "geolocation=()", "interest-cohort=()"] {
        assert!(answer.header("permissions-policy").contains(denied), "{denied}");
    }
    let html = answer.text();
    for forbidden in [
        "<script>",
        "<style",
        " style=",
        " onclick",
        " onload",
        " onerror",
        "javascript:",
        "<iframe",
        "<img",
        "src=\"http",
        "action=",
    ] {
        assert!(!html.contains(forbidden), "{forbidden} in {html}");
    }
    html
}

/// Paths that the page loads.
fn loaded(html: &str) -> Vec<String> {
    let attributes =
        ["<script type=\"module\" src=\"", "<link rel=\"stylesheet\" href=\"", "<link rel=\"icon\" href=\""];
    let of =
        |start: &'static str| html.split(start).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    attributes.into_iter().flat_map(of).collect()
}

#[tokio::test]
async fn a_petition_is_read_in_full_in_the_reader_s_language() {
    let server = TestServer::with_petitions(Options::default(), &["trees", "rivers"]).await;
    let wire = Wire::new(&server);
    for (path, languages, tag, words) in [
        ("/p/trees", "en", "en", "undersign sign"),
        ("/p/trees", "ru-RU,ru;q=0.9,en;q=0.8", "ru", "Подписать"),
        ("/en/p/trees", "ru", "en", "Check it yourself"),
        ("/ru/p/trees", "en", "ru", "Проверьте сами"),
        ("/p/trees", "fa-IR,fa;q=0.9,en;q=0.8", "fa", "خودتان بررسی کنید"),
    ] {
        let answer = page(&wire, path, languages).await;
        assert_eq!(answer.status, 200, "{path}");
        let html = check_page(&answer);
        assert!(
            html.contains(&format!("<html lang=\"{tag}\" dir=")) && html.contains(words),
            "{path} {languages}: {html}"
        );
        assert!(html.contains("Petition trees") && html.contains("Test organiser"), "{html}");
        assert!(html.contains("<noscript>") && html.contains(&server.link_to("trees")), "{html}");
        assert!(html.contains("Petition rivers"), "the other petition of the run: {html}");
        assert!(answer.header("vary").contains("accept-language"));
    }
    for (path, languages, words) in
        [("/", "ru", "Петиции"), ("/en/", "ru", "Petitions"), ("/ru/", "en", "Петиции"), ("/ru", "en", "Петиции")]
    {
        let html = check_page(&page(&wire, path, languages).await);
        assert!(html.contains(words) && html.contains("/p/trees\"") && html.contains("/p/rivers\""), "{path}: {html}");
    }
}

#[tokio::test]
async fn the_count_of_the_page_is_the_total() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let (wire, link) = (Wire::new(&server), server.link_to("trees"));
    assert!(check_page(&page(&wire, "/p/trees", "en").await).contains("data-total=\"0\""));
    let signer = Signer::new(&server, "anna@example.org");
    signer.sign(&link).await;
    assert_eq!(signer.wait_for_total(&link, 1).await.total, 1);
    assert!(check_page(&page(&wire, "/p/trees", "en").await).contains("data-total=\"1\""));
}

#[tokio::test]
async fn what_a_page_loads_is_here_and_never_changes() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let mut paths = loaded(&check_page(&page(&wire, "/p/trees", "en").await));
    // Its script, with all that belongs to it, its style and its icon.
    assert_eq!(paths.len(), 3, "{paths:?}");
    paths.extend(loaded(&check_page(&page(&wire, "/p/trees/withdraw", "en").await)));
    assert!(paths.iter().any(|path| path.ends_with("/withdraw/main.js")), "{paths:?}");
    for path in paths {
        let answer = wire.get(&wire.origin(&path)).await;
        assert_eq!(answer.status, 200, "{path}");
        let media_type = match path.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(answer.header("content-type"), media_type, "{path}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert!(!answer.text().contains("http://") || path.ends_with("svg"), "{path} names another place");
    }
    let unknown = wire.get(&wire.origin("/assets/0000000000000000/page.css")).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn the_page_to_take_back_a_signature_says_what_it_means_without_javascript() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    for (path, words) in [
        ("/en/p/trees/withdraw", "It is for good"),
        ("/ru/p/trees/withdraw", "Это окончательно"),
        ("/p/trees/withdraw", "The public count falls by one."),
    ] {
        let html = check_page(&page(&wire, path, "en").await);
        assert!(html.contains(words) && html.contains("undersign withdraw"), "{path}: {html}");
    }
    assert_eq!(page(&wire, "/en/p/nothing/withdraw", "en").await.status, 404);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_words() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    for (path, words) in [("/ru/p/nothing", "Такой петиции нет"), ("/en/p/nothing", "There is no such petition")]
    {
        let answer = page(&wire, path, "de").await;
        assert_eq!(answer.status, 404);
        assert!(check_page(&answer).contains(words));
    }
    // Without a client package the page does not pretend.
    let html = check_page(&page(&wire, "/en/p/trees", "en").await);
    assert!(
        html.contains("<div data-panel=\"no-client\">") && html.contains("<div data-panel=\"begin\" hidden>"),
        "{html}"
    );
}

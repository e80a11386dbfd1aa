//! What the operator says on every page, and what a pause stops: by a file and a signal, while the server runs.

use undersign_protocol::problem::Problem;
use undersign_protocol::redemption::WithdrawalKey;
use undersign_tests::audit::audit;
use undersign_tests::blinding::Blinding;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

const ANNA: &str = "anna@example.org";
const PAGES: [&str; 8] =
    ["/", "/p/trees", "/p/trees/share", "/p/trees/verify", "/p/trees/withdraw", "/safety", "/forget", "/p/nothing"];
const PAUSED: &str = "read_only = true\nretry_after = 77\n";

fn announcing(text: &str, apart: bool) -> Options {
    Options { announcement: Some(text.to_owned()), apart, ..Options::default() }
}

async fn in_language(wire: &Wire, url: String, language: &str) -> String {
    wire.send(wire.client().get(url).header("accept-language", language)).await.text()
}

/// The texts of a page's banners.
fn banners(html: &str) -> Vec<String> {
    let ends = |rest: &str| rest.split_once('>').and_then(|(_, rest)| rest.split("</p>").next()).map(str::to_owned);
    html.split("<p class=\"banner ").skip(1).filter_map(ends).collect()
}

fn check_paused(answer: &Answer) {
    assert_eq!(answer.problem(), Problem::ReadOnly);
    assert_eq!(answer.header("retry-after"), "77");
}

#[tokio::test]
async fn a_banner_stands_on_every_page_once_the_signal_came() {
    let server = TestServer::with_petitions(announcing("", true), &["trees"]).await;
    let wire = Wire::new(&server);
    let places = |wire: &Wire| {
        let mut urls: Vec<String> = PAGES.iter().map(|path| wire.origin(path)).collect();
        urls.push(wire.origin(&format!("/o/{}", server.organiser().public_key())));
        urls.push(wire.issuer("/confirm?t=a"));
        urls
    };
    let text = "[banner]\nlevel = \"warning\"\nen = \"We move at <noon> & come back\"\nru = \"В полдень переезд\"\n";
    server.write_announcement(text);
    for url in places(&wire) {
        assert_eq!(banners(&in_language(&wire, url, "en").await), Vec::<String>::new(), "nobody has read it yet");
    }
    server.announce(text).await;
    let english = "We move at &#60;noon&#62; &#38; come back";
    for (language, words) in [("en", english), ("ru", "В полдень переезд"), ("fa", english)] {
        for url in places(&wire) {
            let html = in_language(&wire, url.clone(), language).await;
            assert_eq!(banners(&html), [words], "{language} {url}: {html}");
            let own = if language == "ru" { "ru" } else { "en" };
            assert!(html.contains(&format!("<p class=\"banner message\" role=\"status\" lang=\"{own}\" dir=\"ltr\">")));
        }
    }
    server.announce("[banner]\nen = \"We are back\"\n").await;
    let html = in_language(&wire, wire.origin("/p/trees"), "en").await;
    assert!(html.contains("<p class=\"banner note\"") && banners(&html) == ["We are back"], "{html}");
    std::fs::remove_file(server.announcement_path()).expect("removed");
    server.hang_up().await;
    assert_eq!(banners(&in_language(&wire, wire.origin("/p/trees"), "en").await), Vec::<String>::new());
}

#[tokio::test]
async fn a_pause_refuses_what_signers_write_and_nothing_is_lost() {
    let (server, trees) = TestServer::with_petition(announcing("", false)).await;
    let (wire, id) = (Wire::new(&server), trees.petition_id());
    // One in each step of the way, when the pause comes.
    let mailed = Blinding::new(&trees);
    let verification = wire.verification(ANNA, &mailed.digest()).await;
    let mail = wire.mail(ANNA, 1).await;
    let confirmed = Blinding::new(&trees);
    wire.confirm("berta@example.org", &confirmed.digest()).await;
    let (token, key) = wire.token_and_key("carla@example.org", &trees).await;
    let waiting = wire.token("doris@example.org", &trees).await;
    assert_eq!(wire.redeem(&id, &waiting).await.status, 200);

    server.announce(PAUSED).await;
    let new = Blinding::new(&trees);
    check_paused(&wire.ask("eva@example.org", &new.digest()).await);
    check_paused(&wire.confirm_code(&verification, &mail.code()).await);
    check_paused(&wire.confirm_link(&mail.link_token(), &mailed.check().to_string()).await);
    check_paused(&wire.token_request(&confirmed.body()).await);
    check_paused(&wire.redeem(&id, &token).await);
    check_paused(&wire.withdraw(&id, &key).await);
    check_paused(&wire.withdraw(&id, &WithdrawalKey::from_bytes([1; 32])).await);
    assert!(server.mailbox().mails_to("eva@example.org").is_empty());

    // What was taken before is published, and whoever reads and recounts sees it.
    wire.wait_for_total(&id, 1).await;
    assert_eq!(audit(&server, &trees).await.0.total(), 1);
    for path in ["/v1/petitions", "/v1/petitions/trees/total", "/v1/log/key", "/en/p/trees/news.atom"] {
        assert_eq!(wire.get(&wire.origin(path)).await.status, 200, "{path}");
    }
    for (language, words) in [("en", "Signing is paused"), ("ru", "приостановлено"), ("fa", "متوقف است")]
    {
        let html = in_language(&wire, wire.origin("/p/trees"), language).await;
        let (_, panel) = html.split_once("data-panel=\"not-open\"").expect("the panel");
        let (attributes, panel) = panel.split_once('>').expect("its end");
        assert!(!attributes.contains("hidden") && panel.split("</div>").next().expect("it").contains(words), "{html}");
        assert!(html.contains("data-panel=\"begin\" hidden") && !html.contains("<noscript>"), "{html}");
    }
    let paused = "Taking back is paused for a while";
    assert!(
        wire.get(&wire.origin("/en/p/trees/withdraw")).await.text().contains(&format!("<p class=\"message\">{paused}"))
    );
    let link = format!("/confirm?t={}", mail.link_token());
    assert!(in_language(&wire, wire.issuer(&link), "en").await.contains("Nothing can be confirmed for a while"));
    let filled = format!("t={}&check={}", mail.link_token(), mailed.check());
    let form = "application/x-www-form-urlencoded";
    let page = wire.post(&wire.issuer("/confirm"), form, filled.clone()).await;
    assert_eq!((page.status, page.header("retry-after")), (503, "77"));
    assert!(page.text().contains("Nothing is lost") && page.text().contains("data-step=\"ask\""), "{}", page.text());
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");

    // The very same requests, after it.
    server.announce("").await;
    let html = in_language(&wire, wire.origin("/p/trees"), "en").await;
    assert!(html.contains("data-panel=\"not-open\" hidden") && html.contains("<noscript>"), "{html}");
    let page = wire.get(&wire.origin("/en/p/trees/withdraw")).await.text();
    assert!(!page.contains(&format!("<p class=\"message\">{paused}")), "{page}");
    assert_eq!(wire.post(&wire.issuer("/confirm"), form, filled).await.status, 200);
    assert_eq!(wire.token_request(&mailed.body()).await.status, 200);
    assert_eq!(wire.token_request(&confirmed.body()).await.status, 200);
    assert_eq!(wire.redeem(&id, &token).await.status, 200);
    assert_eq!(wire.withdraw(&id, &key).await.status, 200);
    assert_eq!(wire.ask("eva@example.org", &new.digest()).await.status, 202);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_changes_nothing_and_is_one_line() {
    let banner = "[banner]\nen = \"What was said before\"\n";
    let server = TestServer::with_petitions(announcing(&format!("{PAUSED}{banner}"), false), &["trees"]).await;
    let wire = Wire::new(&server);
    let digest = [7; 32].into();
    for broken in ["read_only = maybe", "[banner]\nen = \"\"\n", "readonly = false\n", "retry_after = 0"] {
        let before = server.output();
        server.announce(broken).await;
        let said = server.output()[before.len()..].to_owned();
        assert_eq!(said.lines().count(), 1, "{broken}: {said}");
        assert!(said.contains("ERROR") && said.contains("announcement.toml"), "{said}");
        check_paused(&wire.ask(ANNA, &digest).await);
        assert_eq!(banners(&in_language(&wire, wire.origin("/p/trees"), "en").await), ["What was said before"]);
    }
    server.announce(banner).await;
    assert_eq!(wire.ask(ANNA, &digest).await.status, 202);
    let told = TestServer::refuses_to_start(announcing("read_only = maybe", false)).await;
    assert!(told.contains("announcement.toml"), "{told}");
}

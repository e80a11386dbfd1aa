//! What an operator sets about pages, what other sites may have of them, and what wipes them.

use undersign_protocol::petition::{NoticeContent, NoticeSigner};
use undersign_tests::noticing::{notice, publish};
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

const PAGES: [&str; 8] =
    ["/", "/p/trees", "/p/trees/share", "/p/trees/verify", "/p/trees/withdraw", "/safety", "/forget", "/p/nothing"];

/// The organiser's page, whose address is a key.
fn organiser(server: &TestServer) -> String {
    format!("/o/{}", server.organiser().public_key())
}

fn all_pages(server: &TestServer) -> Vec<String> {
    PAGES.into_iter().map(str::to_owned).chain([organiser(server)]).collect()
}

async fn get(wire: &Wire, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = wire.client().get(wire.origin(path));
    wire.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn an_operator_s_title_exit_and_onion_service_are_on_every_page() {
    let pages = "neutral_title = \"Notes & more\"\nquick_exit = \"https://weather.example/today\"\n\
                 onion_url = \"http://aaaaaaaaaaaaaaaaaaaa.onion\"\n";
    let server =
        TestServer::with_petitions(Options { pages: Some(pages.to_owned()), ..Options::default() }, &["trees"]).await;
    let wire = Wire::new(&server);
    for page in all_pages(&server) {
        for path in [page.clone(), format!("/ru{page}"), format!("/en{page}")] {
            let answer = get(&wire, &path, &[]).await;
            let html = answer.text();
            assert!(html.contains("<title>Notes &#38; more</title>"), "{path}: {html}");
            assert!(html.contains("/plain.svg\"") && !html.contains("/icon.svg"), "{path}");
            assert!(html.contains("href=\"https://weather.example/today\""), "{path}");
            assert_eq!(answer.header("onion-location"), format!("http://aaaaaaaaaaaaaaaaaaaa.onion{path}"));
        }
    }
}

#[tokio::test]
async fn without_settings_pages_have_titles_of_their_own_and_name_no_other_service() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let mut titles = Vec::new();
    for page in all_pages(&server) {
        let answer = get(&wire, &format!("/en{page}"), &[]).await;
        assert_eq!(answer.header("onion-location"), "");
        let html = answer.text();
        let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
        assert!(html.contains("/icon.svg\""), "{page}");
        titles.push(title.to_owned());
    }
    assert!(titles.contains(&"Petition trees".to_owned()), "{titles:?}");
}

#[tokio::test]
async fn the_number_alone_may_be_asked_for_by_other_sites_pages() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let of_another = [("origin", "https://elsewhere.example")];
    let count = get(&wire, "/v1/petitions/trees/count", &of_another).await;
    assert_eq!((count.status, count.header("access-control-allow-origin")), (200, "*"));
    assert_eq!(count.json(), serde_json::json!({"total": 0, "goal": 10}));
    let badge = get(&wire, "/en/p/trees/badge.svg", &of_another).await;
    assert_eq!(badge.header("content-type"), "image/svg+xml");
    for answer in [&count, &badge] {
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    }
    let others =
        ["/v1/petitions", "/v1/petitions/trees", "/v1/petitions/trees/total", "/v1/log/key", "/en/p/trees/news.atom"];
    for path in others.into_iter().map(str::to_owned).chain(all_pages(&server)) {
        let answer = get(&wire, &path, &of_another).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
    assert_eq!(get(&wire, "/v1/petitions/nothing/count", &[]).await.status, 404);
    assert_eq!(get(&wire, "/p/nothing/badge.svg", &[]).await.status, 404);
    assert_eq!(get(&wire, "/p/nothing/news.atom", &[]).await.status, 404);
}

#[tokio::test]
async fn the_browser_is_told_to_wipe_by_a_form_of_ours_alone() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let post = async |site: Option<&str>| {
        let request = wire.client().post(wire.origin("/en/forget"));
        wire.send(site.iter().fold(request, |request, site| request.header("sec-fetch-site", *site))).await
    };
    // A browser that does not say where a form comes from is too old to obey, or has nothing else to go by.
    for site in [None, Some("same-origin")] {
        let answer = post(site).await;
        assert_eq!((answer.status, answer.header("clear-site-data")), (200, "\"cache\", \"cookies\", \"storage\""));
        assert!(answer.text().contains("<h1>Forgotten</h1>") && !answer.text().contains("<form"));
    }
    for site in ["cross-site", "same-site", "none"] {
        let answer = post(Some(site)).await;
        assert_eq!((answer.status, answer.header("clear-site-data")), (200, ""), "{site}");
        assert!(answer.text().contains("id=\"forget-everything\""), "{site}");
    }
    assert_eq!(get(&wire, "/en/forget", &[]).await.header("clear-site-data"), "");
}

#[tokio::test]
async fn a_text_that_was_taken_down_is_not_spread() {
    let server = TestServer::with_petitions(Options::default(), &["rivers"]).await;
    let trees = server.publish(undersign_tests::petitions::petition("trees", server.now(), 1)).await;
    let wire = Wire::new(&server);
    let places = |server: &TestServer| {
        let organiser = organiser(server);
        [
            "/en/p/trees/share",
            "/en/p/trees/news.atom",
            "/en/p/trees/badge.svg",
            "/en/p/rivers",
            "/en/",
            &format!("/en{organiser}"),
        ]
        .map(str::to_owned)
    };
    let mut shown = 0;
    for path in places(&server) {
        shown += usize::from(get(&wire, &path, &[]).await.text().contains("Petition trees"));
    }
    assert_eq!(shown, 5, "the control: all but the badge name it before");
    let mut take_down = notice(&server, &trees, NoticeContent::TakeDown {});
    take_down.signer = NoticeSigner::Operator;
    publish(&server, &trees, &take_down).await;
    for path in places(&server) {
        let answer = get(&wire, &path, &[]).await;
        assert!(!answer.text().contains("Petition trees"), "{path}: {}", answer.text());
    }
    assert_eq!(get(&wire, "/en/p/trees/share", &[]).await.status, 404);
    assert!(get(&wire, "/en/p/trees/news.atom", &[]).await.text().contains("Title in en"), "the reason stays");
}

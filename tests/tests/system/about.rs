//! Does the site say who runs it, where the operator has written it?

use std::fs;

use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

#[tokio::test]
async fn who_runs_the_site_is_said_in_the_reader_s_language_and_led_to_from_every_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let about = file("about.en.md", "We are **volunteers** <script>alert(1)</script>.\n");
    let russian = file("about.ru.md", "Мы **добровольцы**.\n");
    let contact = file("contact.en.md", "[Write to us](mailto:hello@example.org)\n");
    let pages = format!(
        "name = \"Voices & trees\"\nabout = {{ en = \"{about}\", ru = \"{russian}\" }}\ncontact = {{ en = \"{contact}\" }}\n"
    );
    let options = Options { pages: Some(pages), ..Options::default() };
    let server = TestServer::with_petitions(options, &["trees"]).await;
    let wire = Wire::new(&server);
    for (language, words, title) in [
        ("en", "We are <strong>volunteers</strong>", "About this site"),
        ("ru", "Мы <strong>добровольцы</strong>", "О сайте"),
        ("fa", "<div class=\"prose\" lang=\"en\" dir=\"ltr\">", "دربارهٔ این سایت"),
    ] {
        let answer = wire.get(&wire.origin(&format!("/{language}/about"))).await;
        let html = answer.text();
        assert_eq!(answer.status, 200);
        for words in [words, title, "href=\"mailto:hello@example.org\"", "Voices &#38; trees"] {
            assert!(html.contains(words), "{language} {words}: {html}");
        }
        assert!(!html.contains("alert(1)") && !answer.header("content-security-policy").is_empty(), "{html}");
        for page in ["/", "/p/trees", "/p/trees/verify", "/safety", "/p/nothing"] {
            let html = wire.get(&wire.origin(&format!("/{language}{page}"))).await.text();
            assert!(html.contains(&format!("href=\"/{language}/about\"")), "{language} {page}: {html}");
        }
    }
    let header = wire.client().get(wire.origin("/about")).header("accept-language", "ru");
    assert!(wire.send(header).await.text().contains("добровольцы"));
}

#[tokio::test]
async fn an_operator_who_says_nothing_has_no_page_and_no_link_to_one() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    assert_eq!(wire.get(&wire.origin("/about")).await.status, 404);
    assert!(!wire.get(&wire.origin("/en/p/trees")).await.text().contains("/about"));
    let pages = Some("about = { en = \"/nowhere/about.md\" }".to_owned());
    let told = TestServer::refuses_to_start(Options { pages, ..Options::default() }).await;
    assert!(told.contains("/nowhere/about.md"), "{told}");
}

//! Persian, the language that is written from right to left: every page is its own, mirrored, and says that nobody has checked it.

use serde_json::json;
use undersign_tests::blinding::Blinding;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

const PAGES: [&str; 8] =
    ["/", "/p/trees", "/p/trees/share", "/p/trees/verify", "/p/trees/withdraw", "/safety", "/forget", "/p/nothing"];
const ANNA: &str = "anna@example.org";
const MARK: &str = "<html lang=\"fa\" dir=\"rtl\">";
const UNREVIEWED: [&str; 2] =
    ["هنوز هیچ فارسی‌زبانی بازبینی نکرده است", "were not yet checked by anybody who speaks Persian"];

async fn get(wire: &Wire, url: String, languages: &str) -> Answer {
    wire.send(wire.client().get(url).header("accept-language", languages)).await
}

/// Texts of a page, between its elements and in what is read aloud, that are the name of a message and not its words.
fn keys(html: &str) -> Vec<&str> {
    let between = html.split('>').filter_map(|rest| rest.split('<').next());
    let aloud = ["aria-label=\"", "alt=\"", "title=\"", "placeholder=\""]
        .into_iter()
        .flat_map(|name| html.split(name).skip(1).filter_map(|rest| rest.split('"').next()));
    let is_key =
        |text: &&str| text.contains('-') && text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
    between.chain(aloud).map(str::trim).filter(is_key).collect()
}

fn check(html: &str, path: &str) {
    assert!(html.contains(MARK), "{path}: {html}");
    assert_eq!(keys(html), Vec::<&str>::new(), "{path}");
    for sentence in UNREVIEWED {
        assert!(html.contains(sentence), "{path} does not say that it was not checked: {html}");
    }
}

#[tokio::test]
async fn every_page_in_persian_is_from_right_to_left_translated_and_says_that_nobody_has_checked_it() {
    let server = TestServer::with_petitions(Options::default(), &["trees", "rivers"]).await;
    let (wire, organiser) = (Wire::new(&server), format!("/o/{}", server.organiser().public_key()));
    for path in PAGES.into_iter().chain([organiser.as_str()]) {
        let by_path = get(&wire, wire.origin(&format!("/fa{path}")), "en").await.text();
        check(&by_path, path);
        let by_header = get(&wire, wire.origin(path), "fa-IR,fa;q=0.9,en;q=0.8").await.text();
        assert_eq!(by_path, by_header, "{path}");
        let russian = get(&wire, wire.origin(&format!("/ru{path}")), "fa").await.text();
        assert!(russian.contains("<html lang=\"ru\" dir=\"ltr\">") && !russian.contains("Persian natively"), "{path}");
    }
}

#[tokio::test]
async fn a_petition_stays_in_its_own_language_and_direction_and_so_does_what_is_copied() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let html = get(&wire, wire.origin("/fa/p/trees"), "en").await.text();
    for part in [
        "<article class=\"petition-text\" lang=\"en\" dir=\"ltr\">",
        "<h2 lang=\"fa\" dir=\"rtl\">چه می‌خواهیم</h2>",
        "<pre dir=\"ltr\" tabindex=\"0\"><code>undersign sign '",
        "<input id=\"email\" dir=\"ltr\"",
        "<input id=\"code\" dir=\"ltr\"",
        "<code dir=\"ltr\">",
        "از ۱۰",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let badge = get(&wire, wire.origin("/fa/p/trees/badge.svg"), "en").await.text();
    assert!(badge.contains("direction=\"rtl\"") && badge.contains("۰ از ۱۰ امضا"), "{badge}");
}

#[tokio::test]
async fn the_mail_and_the_page_behind_its_link_are_in_persian_and_take_persian_digits() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    let body = json!({ "email": ANNA, "locale": "fa", "request_digest": blinding.digest().to_string() });
    let answer = wire.post_json(&wire.issuer("/v1/email-verifications"), &body).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let mail = wire.mail(ANNA, 1).await;
    assert!(mail.subject.starts_with(&mail.code()) && mail.subject.contains("کد شماست"), "{}", mail.subject);
    assert!(mail.text.contains("سلام") && mail.text.contains(&mail.code()), "{}", mail.text);
    let url = wire.issuer(&format!("/confirm?t={}", mail.link_token()));
    check(&get(&wire, url, "fa").await.text(), "/confirm");

    let own = |zero: u32| {
        let digits = blinding.check().to_string();
        digits.chars().filter_map(|digit| char::from_u32(zero + digit.to_digit(10)?)).collect::<String>()
    };
    for zero in [0x6f0, 0x660] {
        let body = format!("t={}&check={}", mail.link_token(), own(zero));
        let request = wire.client().post(wire.issuer("/confirm")).header("accept-language", "fa");
        let answer = wire.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(wire.token_request(&blinding.body()).await.status, 200);
}

#[test]
fn a_name_that_stands_in_the_place_of_its_words_is_found() {
    assert_eq!(
        keys("<p>check-now</p><img alt=\"share-badge-alt\"><p class=\"a-b\">well-known words</p>"),
        ["check-now", "share-badge-alt"]
    );
}

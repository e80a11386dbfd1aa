//! What the person sees who opens the link, in whatever browser, and what somebody sees who tampers with it.

use undersign_protocol::problem::Problem;
use undersign_tests::blinding::Blinding;
use undersign_tests::mailbox::Mail;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire, wrong_check};

const ANNA: &str = "anna@example.org";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request for which a mail has come.
struct Asked {
    _server: TestServer,
    wire: Wire,
    blinding: Blinding,
    mail: Mail,
}

async fn asked() -> Asked {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, blinding) = (Wire::new(&server), Blinding::new(&petition));
    wire.verification(ANNA, &blinding.digest()).await;
    let mail = wire.mail(ANNA, 1).await;
    Asked { _server: server, wire, blinding, mail }
}

async fn open(wire: &Wire, token: &str, languages: &str) -> Answer {
    let url = wire.issuer(&format!("/confirm?t={token}"));
    wire.send(wire.client().get(url).header("accept-language", languages)).await
}

async fn fill_in(wire: &Wire, token: &str, check: &str, languages: &str) -> Answer {
    let request = wire.client().post(wire.issuer("/confirm")).header("accept-language", languages);
    wire.send(request.header("content-type", FORM).body(format!("t={token}&check={check}"))).await
}

/// A page of ours: HTML that runs and loads nothing but its own script and style, is kept nowhere, and tells no other site about
/// itself.
fn check_page(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{}", answer.text());
    let policy = answer.header("content-security-policy");
    for rule in
        ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"]
    {
        assert!(policy.split("; ").any(|given| given == rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("set-cookie").is_empty());

    let html = answer.text();
    let small = html.to_lowercase();
    assert_eq!(small.matches("<script").count(), 1, "{html}");
    assert!(small.contains("<script type=\"module\" src=\"/assets/") && small.contains("></script>"), "{html}");
    for forbidden in ["javascript:", "onclick", "onload", "<iframe", "<img", "http:", "https:", "style="] {
        assert!(!small.contains(forbidden), "{forbidden} in {html}");
    }
    for told in ["anna", "example.org", "trees", "test organiser"] {
        assert!(!small.contains(told), "{told} in {html}");
    }
    html
}

#[tokio::test]
async fn the_page_speaks_the_browser_s_language() {
    let Asked { wire, mail, .. } = &asked().await;
    for (languages, russian) in [
        ("ru", true),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", true),
        ("RU", true),
        ("be-BY,ru;q=0.9", true),
        ("en-US,en;q=0.9,ru;q=0.8", false),
        ("de", false),
        ("*", false),
        ("", false),
    ] {
        let answer = open(wire, &mail.link_token(), languages).await;
        assert_eq!(answer.status, 200);
        let html = check_page(&answer);
        let (marker, sentence) =
            if russian { ("lang=\"ru\"", "Двузначное") } else { ("lang=\"en\"", "two-digit") };
        assert!(html.contains(marker) && html.contains(sentence), "{languages}: {html}");
    }
}

#[tokio::test]
async fn the_form_holds_the_token_once_and_hidden() {
    let Asked { wire, mail, .. } = &asked().await;
    let token = mail.link_token();
    let html = check_page(&open(wire, &token, "en").await);
    assert_eq!(html.matches(&token).count(), 1);
    assert!(html.contains(&format!(r#"<input type="hidden" name="t" value="{token}">"#)), "{html}");
    assert!(html.contains(r#"<form id="confirm-form" method="post" action="/confirm" autocomplete="off">"#), "{html}");
}

#[tokio::test]
async fn the_right_number_confirms_and_sends_the_person_back() {
    let Asked { wire, blinding, mail, .. } = &asked().await;
    let (token, check) = (mail.link_token(), blinding.check().to_string());
    for (languages, sentence) in [("en", "Go back to the page"), ("ru", "Вернитесь на страницу")] {
        let answer = fill_in(wire, &token, &check, languages).await;
        assert_eq!(answer.status, 200);
        let html = check_page(&answer);
        assert!(html.contains(sentence) && !html.contains(&token), "{html}");
    }
    assert_eq!(wire.token_request(&blinding.body()).await.status, 200);
}

#[tokio::test]
async fn a_wrong_number_can_be_corrected_until_the_fifth() {
    let Asked { wire, blinding, mail, .. } = &asked().await;
    let (token, wrong) = (mail.link_token(), wrong_check(blinding.check()));
    for _ in 0..5 {
        let answer = fill_in(wire, &token, &wrong, "en").await;
        assert_eq!(answer.status, Problem::WrongCheckNumber.status());
        let html = check_page(&answer);
        assert!(html.contains("This is not the number") && html.contains("<form"), "{html}");
    }
    let answer = fill_in(wire, &token, &blinding.check().to_string(), "en").await;
    assert_eq!(answer.status, Problem::AttemptsExhausted.status());
    let html = check_page(&answer);
    assert!(html.contains("ask for a new mail") && !html.contains("<form"), "{html}");
    assert_eq!(wire.token_request(&blinding.body()).await.problem(), Problem::NotConfirmed);
}

#[tokio::test]
async fn what_is_no_number_costs_no_try() {
    let Asked { wire, blinding, mail, .. } = &asked().await;
    for check in ["", "7", "007", "ab", "%00%00", "-7", "1e1", "%D9%A0%D9%A7%D9%A7", "%E0%A5%A6%E0%A5%AD"] {
        let answer = fill_in(wire, &mail.link_token(), check, "en").await;
        assert_eq!(answer.status, 400, "{check}");
        let html = check_page(&answer);
        assert!(html.contains("two digits") && html.contains("<form"), "{html}");
    }
    let answer = fill_in(wire, &mail.link_token(), &blinding.check().to_string(), "en").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_link_that_is_not_ours_says_what_to_do() {
    let Asked { wire, blinding, mail, .. } = &asked().await;
    let check = blinding.check().to_string();
    let cut = &mail.link_token()[..100];
    for token in ["", "garbage", "%F0%9F%98%80", cut] {
        let answer = fill_in(wire, token, &check, "en").await;
        assert_eq!(answer.status, 403, "{token}");
        let html = check_page(&answer);
        assert!(html.contains("This link no longer works") && !html.contains("<form"), "{html}");
    }
    // Without its fields, twice over, or as something else than a form.
    let others =
        [(FORM, "t=a", 400), (FORM, "", 400), (FORM, "t=a&t=b&check=07", 400), ("application/json", "{}", 415)];
    for (media_type, body, status) in others {
        let answer = wire.post(&wire.issuer("/confirm"), media_type, body).await;
        assert_eq!(answer.status, status, "{body}");
        assert!(check_page(&answer).contains("Open the link in the mail once more"), "{body}");
    }
    for query in ["", "?", "?x=1", "?t=a&t=b", "?t=%FF"] {
        check_page(&wire.get(&wire.issuer(&format!("/confirm{query}"))).await);
    }
}

#[tokio::test]
async fn nothing_in_the_link_becomes_markup() {
    let Asked { wire, .. } = &asked().await;
    for (token, markup) in [
        ("%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "\"><script"),
        ("'%20onfocus=alert(1)%20autofocus='", "' onfocus"),
        ("%3C/main%3E%3Cform%20action=//evil.example%3E", "<form action=//"),
        ("%26quot;%3E%3Cb%3E", "<b>"),
    ] {
        let shown = open(wire, token, "en").await;
        let wrong = fill_in(wire, token, "7", "en").await;
        for answer in [shown, wrong] {
            let html = check_page(&answer);
            assert!(!html.contains(markup), "{html}");
            assert_eq!(html.matches("<input").count(), 2, "{html}");
        }
    }
}

#[tokio::test]
async fn a_form_larger_than_64_kib_is_not_read() {
    let Asked { wire, .. } = &asked().await;
    let answer = fill_in(wire, &"A".repeat(70_000), "07", "en").await;
    assert_eq!(answer.status, 413);
    check_page(&answer);
}

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::world::{PAGE, Preview};

/// One pixel.
const PICTURE: &str = "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8cf500f00038601805a347d6b\
                       0000000049454e44ae426082";

fn picture() -> Vec<u8> {
    let digits: Vec<u32> = PICTURE.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(16 * pair[0] + pair[1]).expect("a byte")).collect()
}

#[test]
fn each_language_has_its_page_and_the_command_says_where() {
    let preview = Preview::of_sample();
    let urls: Vec<&str> =
        preview.said["urls"].as_array().expect("links").iter().filter_map(|url| url.as_str()).collect();
    let origin = preview.said["origin"].as_str().expect("an origin");
    assert_eq!(urls, [format!("{origin}{PAGE}"), format!("{origin}/ru/p/night-bus-17")]);
    let english = preview.page(PAGE);
    for part in [
        "<h1>Keep night bus 17</h1>",
        "<h3>Who takes it</h3>",
        "Transport Department of the Town of Klyukvin",
        "Residents of the Brickworks District",
        "https://example.org/brickworks/notice",
        "Signing is off in a preview.",
        "This count is an example.",
        "nothing of it is published",
    ] {
        assert!(english.contains(part), "{part}");
    }
    let russian = preview.page("/ru/p/night-bus-17");
    assert!(russian.contains("Жители Кирпичного посёлка") && russian.contains("lang=\"ru\""));
    let by_browser = preview.ask("GET", "/p/night-bus-17", "127.0.0.1", "accept-language: ru\r\n");
    assert!(by_browser.text().contains("<html lang=\"ru\""));
}

#[test]
fn every_page_that_leads_on_is_there() {
    let preview = Preview::of_sample();
    let origin = preview.said["origin"].as_str().expect("an origin");
    let organiser = preview.page(PAGE);
    let organiser = organiser.split("href=\"/en/o/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    for (path, part) in [
        ("/".to_owned(), "Keep night bus 17"),
        ("/en/safety".to_owned(), "<h1>"),
        ("/en/forget".to_owned(), "<h1>"),
        (format!("/en/o/{organiser}"), "News of the district"),
        (format!("{PAGE}/share"), "<svg viewBox"),
        (format!("{PAGE}/verify"), "These numbers are examples."),
        (format!("{PAGE}/withdraw"), "undersign withdraw"),
        (format!("{PAGE}/badge.svg"), "<svg"),
        (format!("{PAGE}/news.atom"), "<feed"),
    ] {
        assert!(preview.page(&path).contains(part), "{path}");
    }
    assert!(preview.page(&format!("{PAGE}/share")).contains(&format!("{origin}/p/night-bus-17#")));
}

#[test]
fn the_style_is_the_server_s_and_no_script_of_signing_is_named() {
    let preview = Preview::of_sample();
    for path in [PAGE.to_owned(), format!("{PAGE}/share"), format!("{PAGE}/verify"), format!("{PAGE}/withdraw")] {
        let page = preview.page(&path);
        let scripts: Vec<&str> = page.split("<script").skip(1).filter_map(|rest| rest.split('>').next()).collect();
        assert_eq!(scripts.len(), 1, "{path}: {scripts:?}");
        assert!(scripts[0].contains("/reload.js"), "{path}");
        let style = page.split("<link rel=\"stylesheet\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let style = preview.page(style.expect("a style"));
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pages/assets/page.css");
        assert_eq!(style, fs::read_to_string(ours).expect("the style"));
    }
}

#[test]
fn a_script_in_markdown_does_nothing() {
    let preview = Preview::of_sample();
    let attack = "\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(2)> [here](javascript:alert(3)) **kept**\n";
    let text = fs::read_to_string(preview.path("en/petition.md")).expect("a text");
    preview.write("en/petition.md", text + attack);
    preview.replace("en/faq.md", "## ", "## <script>alert(4)</script> ");
    let answer = preview.get(PAGE);
    let page = answer.text();
    assert!(page.contains("<strong>kept</strong>"), "the control: it was read");
    assert!(page.contains("&#60;script&#62;alert(4)") || page.contains("&lt;script&gt;alert(4)"), "a question is text");
    for trace in ["<script>", "alert(1)", "onerror", "<img src=x", "javascript:"] {
        assert!(!page.contains(trace), "{trace}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn the_organiser_s_picture_and_colour_are_shown() {
    let preview = Preview::of_sample();
    let picture = picture();
    let hash: String = Sha256::digest(&picture).iter().map(|byte| format!("{byte:02x}")).collect();
    preview.write("bus.png", &picture);
    let section =
        format!("[picture]\nsha256 = \"{hash}\"\nalt = {{ en = \"A bus\", ru = \"Автобус\" }}\n\n[organiser]");
    preview.replace("petition.toml", "[organiser]", &section);
    preview.replace("petition.toml", "goals", "accent = \"#7a1f3d\"\ngoals");
    let answer = preview.get(PAGE);
    assert!(answer.text().contains("alt=\"A bus\" width=\"1\" height=\"1\""));
    assert!(answer.text().contains("--accent:#7a1f3d"));
    assert!(answer.header("content-security-policy").contains("style-src 'self' 'sha256-"));
    let shown = preview.get("/p/night-bus-17/picture.jpg");
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
    assert!(shown.body.starts_with(&[0xff, 0xd8]));

    fs::remove_file(preview.path("bus.png")).expect("removed");
    let page = preview.page(PAGE);
    assert!(page.contains("<code>petition.toml:9</code> this names a picture"), "{page}");
}

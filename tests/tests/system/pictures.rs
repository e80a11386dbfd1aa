//! An organiser's picture: handed in by its hash, written anew, shown beside the text; and the preview that messengers show.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use undersign_client_lib::organiser::picture_hash;
use undersign_protocol::petition::{Picture, VerifiedManifest};
use undersign_protocol::problem::Problem;
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;
use undersign_tests::wire::{Answer, Wire};

/// How often something is tried that is so within milliseconds.
const TRIES: usize = 2_000;

/// A JPEG file with a comment in it.
fn photograph() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let drawn = DynamicImage::ImageRgb8(RgbImage::from_fn(300, 200, |x, y| image::Rgb([x as u8, y as u8, 90])));
    drawn.write_to(&mut file, ImageFormat::Jpeg).expect("written");
    let plain = file.into_inner();
    [&plain[..2], b"\xff\xe1\x00\x12Exif\0\0taken-here", &plain[2..]].concat()
}

async fn publish(server: &TestServer, slug: &str, file: &[u8]) -> VerifiedManifest {
    let mut folder = petition(slug, server.now(), 1);
    let alt = [("en".parse().expect("en"), "A <tree> & a saw".to_owned())].into();
    folder.settings.picture = Some(Picture { sha256: picture_hash(file), alt });
    server.publish(folder).await
}

async fn hand_in(wire: &Wire, slug: &str, file: &[u8]) -> Answer {
    wire.post(&wire.origin(&format!("/v1/petitions/{slug}/picture")), "application/octet-stream", file).await
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_picture_is_shown_beside_the_text_without_what_its_camera_wrote_into_it() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let (wire, file) = (Wire::new(&server), photograph());
    publish(&server, "woods", &file).await;
    let page = wire.get(&wire.origin("/en/p/woods")).await.text();
    assert!(!page.contains("<img"), "nothing was handed in yet: {page}");
    assert_eq!(wire.get(&wire.origin("/p/woods/picture.jpg")).await.status, 404);

    let answers = tokio::join!(hand_in(&wire, "woods", &file), hand_in(&wire, "woods", &file));
    assert_eq!((answers.0.status, answers.1.status), (204, 204), "{}", answers.0.text());
    assert_eq!(hand_in(&wire, "woods", b"").await.status, 204, "a repeat is not read");
    // Pages come from memory for a second.
    server.wait_until(server.now().plus(2)).await;
    let page = wire.get(&wire.origin("/en/p/woods")).await.text();
    let image = "<img src=\"/p/woods/picture.jpg\" alt=\"A &#60;tree&#62; &#38; a saw\" width=\"300\" height=\"200\" loading=\"lazy\"";
    assert!(page.contains(image), "{page}");

    let shown = wire.get(&wire.origin("/p/woods/picture.jpg")).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.header("content-type"), "image/jpeg");
    assert_eq!(shown.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(shown.header("cross-origin-resource-policy"), "same-origin");
    assert!(shown.header("content-security-policy").starts_with("default-src 'none'"));
    for trace in [&b"Exif"[..], b"taken-here"] {
        assert!(holds(&file, trace) && !holds(&shown.body, trace));
    }
    assert_eq!(wire.get(&wire.origin("/p/trees/picture.jpg")).await.status, 404);
}

#[tokio::test]
async fn strangers_who_send_slowly_fill_no_memory_and_keep_nobody_out_for_long() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let (wire, file) = (Wire::new(&server), photograph());
    publish(&server, "woods", &file).await;
    let address = wire.origin("").trim_start_matches("http://").to_owned();
    let head =
        format!("POST /v1/petitions/woods/picture HTTP/1.1\r\nHost: {address}\r\nContent-Length: 8000000\r\n\r\n");
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(&address).await.expect("connected");
        stream.write_all(head.as_bytes()).await.expect("sent");
        slow.push(stream);
    }
    // The fifth is told when to come again, as soon as all four are being received.
    let mut refused = hand_in(&wire, "woods", &file[1..]).await;
    for _ in 0..TRIES {
        if refused.status == 503 {
            break;
        }
        refused = hand_in(&wire, "woods", &file[1..]).await;
    }
    assert_eq!(refused.problem(), Problem::Unavailable);
    assert_eq!(refused.header("retry-after"), "30");
    drop(slow);
    for _ in 0..TRIES {
        if hand_in(&wire, "woods", &file).await.status == 204 {
            return;
        }
    }
    panic!("who sends a whole file is still kept out");
}

#[tokio::test]
async fn what_the_organiser_has_not_signed_and_what_is_no_picture_is_refused() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let (wire, file) = (Wire::new(&server), photograph());
    publish(&server, "woods", &file).await;
    assert_eq!(hand_in(&wire, "trees", &file).await.problem(), Problem::NotFound);
    assert_eq!(hand_in(&wire, "nothing", &file).await.problem(), Problem::UnknownPetition);
    assert_eq!(hand_in(&wire, "woods", &file[1..]).await.problem(), Problem::MalformedRequest);
    assert_eq!(hand_in(&wire, "woods", &vec![0; (8 << 20) + 1]).await.problem(), Problem::BodyTooLarge);

    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    publish(&server, "drawn", svg).await;
    let refused = hand_in(&wire, "drawn", svg).await;
    assert_eq!(refused.problem(), Problem::UnsupportedMediaType);
    assert!(refused.text().contains("neither JPEG, PNG nor WebP"), "{}", refused.text());
    let claims = [b"\x89PNG\r\n\x1a\n", &svg[..]].concat();
    publish(&server, "claims", &claims).await;
    assert_eq!(hand_in(&wire, "claims", &claims).await.problem(), Problem::MalformedRequest);
    for slug in ["woods", "drawn", "claims"] {
        assert_eq!(wire.get(&wire.origin(&format!("/p/{slug}/picture.jpg"))).await.status, 404, "{slug}");
    }
}

#[tokio::test]
async fn the_preview_is_a_picture_of_its_own_with_the_count_and_no_page_loads_it() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let wire = Wire::new(&server);
    let get = async |path: &str| wire.get(&wire.origin(path)).await;
    let mut seen = Vec::new();
    for language in ["en", "ru", "fa"] {
        let path = format!("/{language}/p/trees/preview.png");
        let page = get(&format!("/{language}/p/trees")).await.text();
        let named = format!("<meta property=\"og:image\" content=\"{}\">", wire.origin(&path));
        assert!(page.contains(&named) && page.contains("content=\"summary_large_image\""), "{page}");
        assert_eq!(page.matches("preview.png").count(), 1, "{page}");
        let preview = get(&path).await;
        assert_eq!((preview.status, preview.header("content-type")), (200, "image/png"));
        assert_eq!(preview.header("cache-control"), "public, max-age=60");
        let read = image::load_from_memory_with_format(&preview.body, ImageFormat::Png).expect("a PNG");
        assert_eq!((read.width(), read.height()), (1_200, 630));
        assert_eq!(get(&path).await.body, preview.body);
        seen.push(preview.body);
    }
    assert!(seen[0] != seen[1] && seen[1] != seen[2]);
    let (signer, link) = (Signer::new(&server, "anna@example.org"), server.link_to("trees"));
    signer.sign(&link).await;
    signer.wait_for_total(&link, 1).await;
    assert!(get("/en/p/trees/preview.png").await.body != seen[0], "the count is another one");
    assert_eq!(get("/p/nothing/preview.png").await.status, 404);
}

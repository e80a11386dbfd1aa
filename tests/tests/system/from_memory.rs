//! Answers from memory: the same in every encoding and under every condition, and never older than what was published.

use std::io::Read as _;

use undersign_tests::blinding::Blinding;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

async fn get(wire: &Wire, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = wire.client().get(wire.origin(path));
    wire.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match answer.header("content-encoding") {
        "br" => brotli::Decompressor::new(answer.body.as_slice(), 4_096).read_to_end(&mut plain).expect("brotli"),
        "gzip" => flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_end(&mut plain).expect("gzip"),
        other => panic!("another encoding: {other:?}"),
    };
    plain
}

#[tokio::test]
async fn a_page_is_the_same_in_every_encoding_and_is_not_sent_again_to_whoever_has_it() {
    let (server, _) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    for language in ["en", "ru"] {
        let page = async |headers: &[(&str, &str)]| get(&wire, &format!("/{language}/p/trees"), headers).await;
        let plain = page(&[]).await;
        for coding in ["br", "gzip"] {
            let packed = page(&[("accept-encoding", &format!("deflate, {coding};q=0.9"))]).await;
            assert_eq!(packed.header("content-encoding"), coding);
            assert_eq!(unpacked(&packed), plain.body, "{language}, {coding}");
            assert_eq!(packed.header("content-security-policy"), plain.header("content-security-policy"));
            assert_ne!(packed.header("etag"), plain.header("etag"));
            let known = page(&[("if-none-match", packed.header("etag")), ("accept-encoding", coding)]).await;
            assert_eq!((known.status, known.body.len()), (304, 0));
            assert_eq!(known.header("etag"), packed.header("etag"));
        }
        assert_eq!(page(&[("if-none-match", "\"another\"")]).await.body, plain.body);
    }
    // The language of the reader, where the path says none, is not the last reader's.
    let english = get(&wire, "/p/trees", &[("accept-language", "en")]).await;
    let russian = get(&wire, "/p/trees", &[("accept-language", "ru")]).await;
    assert!(english.text().contains("lang=\"en\"") && russian.text().contains("lang=\"ru\""));
    assert_ne!(english.body, russian.body);
}

#[tokio::test]
async fn a_page_is_never_older_than_the_total_that_was_seen() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, id) = (Wire::new(&server), petition.petition_id());
    let paths = ["/en/p/trees".to_owned(), "/ru/p/trees".to_owned()];
    let checkpoint = format!("/v1/petitions/{id}/log/checkpoint");
    for signed in 1..=3_u64 {
        // All of it is in memory now, as it was before.
        for path in paths.iter().chain([&checkpoint]) {
            assert_eq!(get(&wire, path, &[]).await.status, 200);
        }
        let blinding = Blinding::new(&petition);
        let email = format!("signer{signed}@example.org");
        wire.confirm(&email, &blinding.digest()).await;
        let answer = wire.token_request(&blinding.body()).await;
        let token = blinding.token(&answer.body);
        assert_eq!(wire.redeem(&id, &token).await.status, 200);
        wire.wait_for_total(&id, signed).await;
        for path in &paths {
            let page = get(&wire, path, &[]).await.text();
            assert!(page.contains(&format!("data-total=\"{signed}\"")), "{path} at {signed}: {page}");
        }
        let size: u64 = get(&wire, &checkpoint, &[]).await.text().lines().nth(1).expect("a size").parse().expect("one");
        assert!(size > 2 * signed, "manifest, statements and signatures");
    }
}

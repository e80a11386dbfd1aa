//! Answers from memory: the same in every encoding and under every condition, and never older than what was published.

use std::io::Read as _;

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
async fn nothing_is_older_than_a_publication_that_was_seen() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let (wire, id) = (Wire::new(&server), petition.petition_id());
    let pages = ["/en/p/trees", "/ru/p/trees"];
    let checkpoint = format!("/v1/petitions/{id}/log/checkpoint");
    for signed in 1..=3_u64 {
        let token = wire.token(&format!("signer{signed}@example.org"), &petition).await;
        // The answer to a repeat is never from memory. All else is in memory when the batch comes.
        while wire.redeem(&id, &token).await.json().get("leaf_index").is_none() {
            for path in pages.into_iter().chain([checkpoint.as_str()]) {
                assert_eq!(get(&wire, path, &[]).await.status, 200);
            }
            assert!(wire.total(&id).await <= signed);
        }
        let size = get(&wire, &checkpoint, &[]).await.text().lines().nth(1).map(str::to_owned);
        assert_eq!(size, Some((1 + 2 * signed).to_string()), "the manifest, and a statement before each signature");
        assert_eq!(wire.total(&id).await, signed);
        for path in pages {
            let page = get(&wire, path, &[]).await.text();
            assert!(page.contains(&format!("data-total=\"{signed}\"")), "{path} at {signed}: {page}");
        }
    }
}

//! Whether what anyone can download proves the published total.

use std::collections::HashSet;
use std::time::Duration;

use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::problem::Problem;
use undersign_protocol::public_log::{
    Announcement, Checkpoint, CheckpointKey, Edge, Entry, Hash, HostEntry, TILE_WIDTH, TilePath, decode_entries,
    host_log_origin, tree_root,
};
use undersign_tests::audit::audit;
use undersign_tests::cli::Person;
use undersign_tests::petitions::petition;
use undersign_tests::programs::is_proving;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::side_by_side;
use undersign_tests::wire::Wire;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Everything that can be downloaded of one log.
struct Download {
    wire: Wire,
    /// URL of the log.
    url: String,
    checkpoint: Checkpoint,
    entries: Vec<Vec<u8>>,
}

impl Download {
    /// Of a petition, under the key and the name that its manifest gives.
    async fn of(server: &TestServer, petition: &VerifiedManifest) -> Self {
        let url = Wire::new(server).origin(&format!("/v1/petitions/{}/log", petition.petition_id()));
        let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
        Self::read(server, url, &key).await
    }

    /// Checkpoint and entries, in the tiles that a reader asks for: full ones, and one partial at the end.
    async fn read(server: &TestServer, url: String, key: &CheckpointKey) -> Self {
        let wire = Wire::new(server);
        let note = wire.get(&format!("{url}/checkpoint")).await;
        assert_eq!(note.header("content-type"), "text/plain; charset=utf-8");
        let checkpoint = Checkpoint::open(&note.text(), key).expect("a checkpoint of this log");
        let mut download = Self { wire, url, checkpoint, entries: Vec::new() };
        for path in download.tiles(None) {
            let bundle = download.tile(&path.to_string()).await;
            let entries = decode_entries(&bundle, path.width).expect("a bundle of entries");
            download.entries.extend(entries.into_iter().map(<[u8]>::to_vec));
        }
        download
    }

    fn tiles(&self, level: Option<u8>) -> Vec<TilePath> {
        let path = |index, width| TilePath { level, index, width };
        let size = path(0, TILE_WIDTH).level_size(self.checkpoint.tree_size);
        (0..size.div_ceil(TILE_WIDTH)).map(|index| path(index, (size - index * TILE_WIDTH).min(TILE_WIDTH))).collect()
    }

    async fn tile(&self, path: &str) -> Vec<u8> {
        let answer = self.wire.get(&format!("{}/tile/{path}", self.url)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/octet-stream"), "{path}");
        assert_eq!(answer.header("cache-control"), FOR_EVER);
        answer.body
    }

    fn leaves(&self) -> Vec<Hash> {
        self.entries.iter().map(|entry| Hash::of_leaf(entry)).collect()
    }

    /// The hashes in the tiles of every level are those that the entries give, and so is the root.
    async fn check_tree(&self) {
        let (mut edge, mut expected) = (Edge::default(), Vec::new());
        for leaf in self.leaves() {
            edge.append(leaf, |level, _, hash| {
                expected.resize(expected.len().max(usize::from(level) + 1), Vec::new());
                expected[usize::from(level)].push(hash);
            });
        }
        for (level, hashes) in expected.iter().enumerate() {
            let mut found: Vec<Hash> = Vec::new();
            for path in self.tiles(Some(level as u8)) {
                found.extend(path.decode_hashes(&self.tile(&path.to_string()).await).expect("hashes"));
            }
            assert_eq!(found, *hashes, "level {level}");
        }
        assert_eq!((edge.root(), tree_root(&self.leaves())), (self.checkpoint.root, self.checkpoint.root));
    }

    async fn refuses(&self, path: &str) {
        let answer = self.wire.get(&format!("{}/tile/{path}", self.url)).await;
        assert_eq!(answer.problem(), Problem::NotFound, "{path}");
    }
}

#[tokio::test]
async fn a_stranger_recounts_what_a_crowd_has_signed() {
    // More than one full tile, so that there are hashes of a second level.
    let crowd_size = if is_proving() { 2_000 } else { 280 };
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let tokens = side_by_side::tokens(&server, &petition, crowd_size).await;
    // In two parts, with a batch between them.
    let (early, late) = tokens.split_at(10);
    side_by_side::redeem(&server, &petition, early).await;
    Wire::new(&server).wait_for_total(&petition.petition_id(), 10).await;
    let before = Download::of(&server, &petition).await;
    side_by_side::redeem(&server, &petition, late).await;
    Wire::new(&server).wait_for_total(&petition.petition_id(), crowd_size as u64).await;

    let (tally, leaves) = audit(&server, &petition).await;
    assert_eq!((tally.total(), tally.issued), (crowd_size as u64, crowd_size as u64));
    let expected: HashSet<Hash> = tokens.iter().map(|token| Entry::Signature(token.clone()).leaf_hash()).collect();
    assert_eq!(leaves.into_iter().collect::<HashSet<_>>(), expected);

    let after = Download::of(&server, &petition).await;
    assert!(after.checkpoint.tree_size > TILE_WIDTH && before.checkpoint.tree_size < TILE_WIDTH);
    after.check_tree().await;
    check_batches(&after, &petition);

    // What was published stands where it stood: old entries, and old partial tiles under their old paths.
    assert!(after.entries.starts_with(&before.entries));
    before.check_tree().await;
}

/// The manifest first; then batches, each a statement and signatures in the order of their leaf hashes.
fn check_batches(download: &Download, petition: &VerifiedManifest) {
    let entries: Vec<Entry> = download.entries.iter().map(|entry| Entry::decode(entry).expect("an entry")).collect();
    let Some((Entry::Manifest { manifest, organiser_signature }, batches)) = entries.split_first() else {
        panic!("entry 0 is the manifest");
    };
    assert_eq!((manifest.as_slice(), organiser_signature), (petition.canonical(), petition.organiser_signature()));

    let key = petition.manifest().issuer.statement_key;
    let (mut issued, mut signatures, mut last) = (0, 0, None);
    for entry in batches {
        match entry {
            Entry::IssuanceStatement(statement) => {
                statement.verify(&petition.petition_id(), &key).expect("the issuer's signature");
                assert!(statement.issued >= issued);
                (issued, last) = (statement.issued, Some(Hash::from([0; 32])));
            }
            Entry::Signature(_) => {
                let leaf = entry.leaf_hash();
                assert!(last.is_some_and(|last| last < leaf), "a statement, then signatures in order");
                (signatures, last) = (signatures + 1, Some(leaf));
                assert!(signatures <= issued, "counted before it was signed");
            }
            _ => panic!("nothing else is in this log"),
        }
    }
}

#[tokio::test]
async fn only_tiles_of_the_tree_are_given_out() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let tokens = side_by_side::tokens(&server, &petition, 3).await;
    side_by_side::redeem(&server, &petition, &tokens).await;
    let wire = Wire::new(&server);
    wire.wait_for_total(&petition.petition_id(), 3).await;

    let download = Download::of(&server, &petition).await;
    let size = download.checkpoint.tree_size;
    for width in 1..=size {
        download.tile(&format!("0/000.p/{width}")).await;
        let bundle = download.tile(&format!("entries/000.p/{width}")).await;
        assert_eq!(decode_entries(&bundle, width).expect("entries"), download.entries[..width as usize]);
    }
    for path in [
        format!("0/000.p/{}", size + 1),
        format!("entries/000.p/{}", size + 1),
        "0/000".to_owned(),
        "entries/000".to_owned(),
        "0/000.p/0".to_owned(),
        "0/000.p/256".to_owned(),
        "0/001.p/1".to_owned(),
        "1/000.p/1".to_owned(),
        "8/000.p/1".to_owned(),
        "8/0/000.p/1".to_owned(),
        "data/000.p/1".to_owned(),
        "0/0.p/1".to_owned(),
        "00/000.p/1".to_owned(),
        "0/x000/000.p/1".to_owned(),
        "0/000.p/01".to_owned(),
        "0/18446744073709551615.p/1".to_owned(),
        "entries/..%2F..%2Fcheckpoint".to_owned(),
        "0/%FF".to_owned(),
    ] {
        download.refuses(&path).await;
    }
    for path in ["log/checkpoint", "log/tile/entries/000.p/1"] {
        let by_slug = wire.get(&wire.origin(&format!("/v1/petitions/trees/{path}"))).await;
        assert_eq!(by_slug.problem(), Problem::UnknownPetition);
        let unknown = wire.get(&wire.origin(&format!("/v1/petitions/{}/{path}", Hash::from([7; 32])))).await;
        assert_eq!(unknown.problem(), Problem::UnknownPetition);
    }
}

#[tokio::test]
async fn a_total_that_did_not_change_is_not_sent_again() {
    let (server, petition) = TestServer::with_petition(Options::default()).await;
    let wire = Wire::new(&server);
    let url = wire.origin(&format!("/v1/petitions/{}/total", petition.petition_id()));
    let first = wire.get(&url).await;
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    let again = |etag: &str| wire.send(wire.client().get(&url).header("if-none-match", etag));
    for known in [etag.clone(), format!("\"other\", {etag}"), format!("W/{etag}"), "*".to_owned()] {
        let same = again(&known).await;
        assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, etag.as_str()), "{known}");
    }
    assert_eq!(again("\"other\"").await.body, first.body);
    let by_slug = wire.get(&wire.origin("/v1/petitions/trees/total")).await;
    assert_eq!(by_slug.body, first.body);

    let tokens = side_by_side::tokens(&server, &petition, 1).await;
    side_by_side::redeem(&server, &petition, &tokens).await;
    wire.wait_for_total(&petition.petition_id(), 1).await;
    let changed = again(&etag).await;
    assert!(changed.status == 200 && changed.header("etag") != etag);
}

#[tokio::test]
async fn the_host_s_log_announces_every_petition_once() {
    let mut server = TestServer::start(Options::default()).await;
    let mut expected = Vec::new();
    for (slug, delay) in [("trees", 0), ("rivers", 3_600), ("buses", 0)] {
        let petition = server.publish(petition(slug, server.now().plus(delay), 1)).await;
        server.send_manifest(&petition).await;
        expected.push((slug.to_owned(), petition.petition_id(), petition.manifest().log.public_key));
        server.restart().await;
    }

    let wire = Wire::new(&server);
    let document = wire.get(&wire.origin("/v1/log/key")).await.json();
    let origin = host_log_origin(server.origin().authority());
    assert_eq!(document["origin"], origin.as_str());
    let key = document["public_key"].as_str().expect("a key").parse().expect("a key");
    let log = Download::read(&server, wire.origin("/v1/log"), &CheckpointKey::new(origin, key)).await;
    log.check_tree().await;
    let announced = log.entries.iter().map(|entry| {
        let one = Announcement::of_entry(entry).expect("an announcement");
        (one.slug.to_string(), one.petition_id, one.log_public_key)
    });
    assert_eq!(announced.collect::<Vec<_>>(), expected);
    log.refuses("entries/000").await;
}

#[tokio::test]
async fn the_host_s_log_says_how_the_service_is_reached_each_time_that_changes() {
    let onion = |name: &str| Some(format!("onion_url = \"http://{name}.onion\"\n"));
    let options = Options { pages: onion("abcdefghij234567"), ..Options::default() };
    let mut server = TestServer::with_petitions(options, &["trees"]).await;
    let mut expected = vec![Some("http://abcdefghij234567.onion")];
    wait_for_services(&server, &expected).await;
    assert_eq!(shown_onion(&server).await, "http://abcdefghij234567.onion");

    for (pages, news) in [
        (onion("abcdefghij234567"), None),
        (onion("zyxwvutsrqp76543"), Some(Some("http://zyxwvutsrqp76543.onion"))),
        (None, Some(None)),
        (None, None),
    ] {
        server.set_pages(pages);
        server.restart().await;
        expected.extend(news);
        wait_for_services(&server, &expected).await;
    }
    // Long enough for one that is too many: a petition is announced after it.
    server.publish(petition("rivers", server.now(), 1)).await;
    wait_for_services(&server, &expected).await;
    assert!(shown_onion(&server).await.is_null());
}

/// What `undersign show` reads there.
async fn shown_onion(server: &TestServer) -> serde_json::Value {
    let states = tempfile::tempdir().expect("a folder");
    let shown = Person::new(server, states.path(), "reader@example.org").show(&server.link_to("trees")).await;
    shown.event("petition").unwrap_or_else(|| panic!("{shown:?}"))["onion"].clone()
}

/// Waits until the log's entries of that kind name these onions.
async fn wait_for_services(server: &TestServer, expected: &[Option<&str>]) {
    let wire = Wire::new(server);
    let document = wire.get(&wire.origin("/v1/log/key")).await.json();
    let key = document["public_key"].as_str().expect("a key").parse().expect("a key");
    let key = CheckpointKey::new(host_log_origin(server.origin().authority()), key);
    loop {
        let log = Download::read(server, wire.origin("/v1/log"), &key).await;
        log.check_tree().await;
        let services = log.entries.iter().filter_map(|entry| match HostEntry::decode(entry).expect("a host entry") {
            HostEntry::Service(service) => Some(service.onion.map(|onion| onion.to_string())),
            HostEntry::Announcement(_) | HostEntry::KeyConfig(_) => None,
        });
        let found: Vec<Option<String>> = services.collect();
        assert!(found.len() <= expected.len(), "{found:?}");
        if found.iter().map(Option::as_deref).eq(expected.iter().copied()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

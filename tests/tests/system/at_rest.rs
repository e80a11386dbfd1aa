use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::sync::OnceCell;
use undersign_protocol::redemption::Token;
use undersign_tests::at_rest::{Secret, Seized, common};
use undersign_tests::fifty::Fifty;
use undersign_tests::pages::{Layout, free_pages, without_counters};
use undersign_tests::tables::Tables;

const IDENTIFIED: &str = "identified.db";
const ANONYMOUS: &str = "anonymous.db";
/// Petitions are public and on both sides; the migrator's own table names versions and times of the program.
const PUBLIC: [&str; 3] = ["petition", "prepared", "_sqlx_migrations"];

/// Gathered once for all tests of this program.
async fn fifty() -> &'static Fifty {
    static FIFTY: OnceCell<Fifty> = OnceCell::const_new();
    FIFTY.get_or_init(Fifty::sign).await
}

#[tokio::test]
async fn nothing_at_rest_tells_who_came() {
    let fifty = fifty().await;
    for (moment, seized) in [("waiting", &fifty.waiting), ("busy", &fifty.busy), ("quiet", &fifty.quiet)] {
        assert_eq!(seized.find(&fifty.secrets), BTreeSet::new(), "{moment}");
    }
    // All fifty mails were there.
    assert_eq!(Place::of(&fifty.waiting).open(IDENTIFIED).await.count("outbox").await, 50);
}

#[tokio::test]
async fn the_most_detailed_log_does_not_tell_in_which_order_things_happened() {
    let log = String::from_utf8_lossy(fifty().await.quiet.file("stderr"));
    assert!(log.contains("TRACE"), "the control: it is the most detailed one");
    for word in ["INSERT", "SELECT", "confirmation", "issuance", "nonce", "token-requests", "signatures"] {
        assert!(!log.contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_search_for_people_finds_what_was_planted() {
    let fifty = fifty().await;
    let planted = [
        ("stderr", b"WARN mail to KATJA.signer07@mail-of-07.example failed".to_vec()),
        ("identified.db", b"127.0.1.120".to_vec()),
        ("anonymous.db-shm", [&[0; 10][..], &[0xff, 0xff, 127, 0, 1, 121]].concat()),
        ("identified.db-wal", b"Browser-11/7.3".to_vec()),
        ("stdout", "mail-of-42.example".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("undersign.toml", b"S2F0amEuU2lnbmVyMDk".to_vec()),
    ];
    for (path, bytes) in planted {
        let found = fifty.quiet.with(path, &bytes).find(&fifty.secrets);
        assert!(found.iter().any(|place| place.ends_with(path)), "{path}: {found:?}");
    }
}

#[tokio::test]
async fn before_publication_a_token_is_in_the_pool_alone() {
    let fifty = fifty().await;
    for seized in [&fifty.busy, &fifty.quiet] {
        let found = seized.find(&authenticators(&fifty.pooled));
        assert!(found.iter().all(|place| place.starts_with("token: anonymous.db")), "{found:?}");
        assert!(!found.is_empty(), "the control: the pool itself is found");
    }
    let file = fifty.quiet.file(ANONYMOUS);
    for token in &fifty.pooled {
        let times = file.windows(token.authenticator.len()).filter(|window| *window == token.authenticator).count();
        assert_eq!(times, 1);
    }
}

#[tokio::test]
async fn the_identified_side_and_the_output_hold_no_token() {
    let fifty = fifty().await;
    let mut secrets = authenticators(&[fifty.published.as_slice(), &fifty.pooled].concat());
    secrets.extend(
        fifty.published.iter().chain(&fifty.pooled).map(|token| Secret::bytes("nonce", token.input.nonce.as_bytes())),
    );
    for seized in [&fifty.busy, &fifty.quiet] {
        for part in ["identified", "std", "undersign.toml"] {
            assert_eq!(seized.side(part).find(&secrets), BTreeSet::new());
        }
    }
    let nonce = fifty.published[3].input.nonce;
    assert!(!fifty.quiet.with("stderr", nonce.as_bytes()).side("std").find(&secrets).is_empty());
}

#[tokio::test]
async fn no_value_stands_on_both_sides() {
    let fifty = fifty().await;
    let place = Place::of(&fifty.quiet);
    let mut identified = place.open(IDENTIFIED).await;
    let mut anonymous = place.open(ANONYMOUS).await;
    let public = identified.values(&["confirmation", "issuance", "outbox", "tries", "installation"]).await;
    let (left, right) = (identified.values(&PUBLIC).await, anonymous.values(&PUBLIC).await);
    assert!(left.len() > 300 && right.len() > 300);
    assert_eq!(common(&left, &right, &public), BTreeSet::new());

    let tag = "SELECT petition_tag FROM issuance LIMIT 1";
    anonymous.execute(format!("ATTACH '{}' AS other", place.path(IDENTIFIED).display())).await;
    anonymous.execute(format!("UPDATE pool SET authenticator = ({})", tag.replace("issuance", "other.issuance"))).await;
    assert!(!common(&left, &anonymous.values(&PUBLIC).await, &public).is_empty());
}

#[tokio::test]
async fn no_run_of_eight_bytes_is_common_to_both_sides_files() {
    let fifty = fifty().await;
    // The schema and the petitions.
    let known = [fifty.before.side("identified.db"), fifty.before.side("anonymous.db")];
    for seized in [&fifty.waiting, &fifty.busy, &fifty.quiet] {
        let identified = seized.side("identified");
        assert_eq!(identified.common(&seized.side("anonymous"), &known), BTreeSet::new());

        let tag_key = seized.file("identified-keys/tag.key");
        let planted = seized.with("anonymous.db-shm", &tag_key[..16]).side("anonymous");
        assert!(!identified.common(&planted, &known).is_empty());
    }
}

#[tokio::test]
async fn after_a_tick_rows_lie_in_the_order_of_their_keys_and_nothing_lies_beside_them() {
    let fifty = fifty().await;
    for name in [IDENTIFIED, ANONYMOUS] {
        assert_eq!(free_pages(fifty.quiet.file(name)), 0);
        assert!(fifty.quiet.file(&format!("{name}-wal")).is_empty());
    }
    let not_rewritten = [&fifty.before, &fifty.waiting, &fifty.busy];
    assert!(
        not_rewritten.iter().any(|seized| !seized.file("identified.db-wal").is_empty()),
        "the control: a WAL in use"
    );

    let place = Place::of(&fifty.quiet);
    let mut identified = place.open(IDENTIFIED).await;
    for table in ["confirmation", "issuance"] {
        assert!(identified.count(table).await >= 50);
        let layout = Layout::read(fifty.quiet.file(IDENTIFIED), identified.root(table).await);
        assert!(layout.is_in_key_order(), "{table}");
    }
    identified.execute(shuffled("issuance")).await;
    let root = identified.root("issuance").await;
    identified.close().await;
    let shuffled = fs::read(place.path(IDENTIFIED)).expect("a file");
    assert!(!Layout::read(&shuffled, root).is_in_key_order(), "the control: rows that came in another order");
}

#[tokio::test]
async fn after_a_tick_the_file_is_the_same_in_whatever_order_rows_came() {
    let fifty = fifty().await;
    let place = Place::of(&fifty.quiet);
    for (name, tables) in [
        (IDENTIFIED, ["confirmation", "issuance", "petition"].as_slice()),
        (ANONYMOUS, &["nonce", "pool", "log_entry", "log_hash", "petition"]),
    ] {
        let seized = without_counters(fifty.quiet.file(name));
        let mut database = place.open(name).await;
        for table in tables {
            database.execute(shuffled(table)).await;
        }
        database.close().await;
        assert!(seized != without_counters(&fs::read(place.path(name)).expect("a file")), "the control: not rewritten");

        let mut database = place.open(name).await;
        database.execute("PRAGMA secure_delete = ON; VACUUM".to_owned()).await;
        database.close().await;
        assert!(seized == without_counters(&fs::read(place.path(name)).expect("a file")), "{name}");
    }
}

fn authenticators(tokens: &[Token]) -> Vec<Secret> {
    tokens.iter().map(|token| Secret::bytes("token", &token.authenticator)).collect()
}

/// Copies of the databases, to open and to change.
struct Place {
    directory: TempDir,
}

impl Place {
    fn of(seized: &Seized) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for name in [IDENTIFIED, ANONYMOUS].iter().flat_map(|name| [(*name).to_owned(), format!("{name}-wal")]) {
            fs::write(directory.path().join(&name), seized.file(&name)).expect("a copy");
        }
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    async fn open(&self, name: &str) -> Tables {
        Tables::open_file(&self.path(name)).await
    }
}

/// Statements after which a table's rows have come in another order.
fn shuffled(table: &str) -> String {
    format!(
        "CREATE TEMP TABLE moved AS SELECT * FROM {table} ORDER BY random(); DELETE FROM {table}; \
         INSERT INTO {table} SELECT * FROM moved; DROP TABLE moved;"
    )
}

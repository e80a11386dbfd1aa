use std::collections::{BTreeMap, BTreeSet};

use undersign_protocol::problem::Problem;
use undersign_tests::sources::{Source, repository};

/// What breaks a rule: nothing in the repository, and what was planted.
fn holds(rule: impl Fn(&[Source]) -> Vec<String>, planted: &[(&str, &str)]) {
    assert_eq!(rule(&repository()), Vec::<String>::new());
    for (path, text) in planted {
        assert_eq!(rule(&[Source::planted(path, text)]).len(), 1, "the control: {text} in {path}");
    }
}

/// Paths of the files for which something is true.
fn paths(sources: &[Source], broken: impl Fn(&Source) -> bool) -> Vec<String> {
    sources.iter().filter(|source| broken(source)).map(|source| source.path.clone()).collect()
}

#[test]
fn neither_side_names_the_other() {
    let rule = |sources: &[Source]| {
        paths(sources, |source| {
            (source.is_in("server/src/identified/", ".rs") && source.names("anonymous"))
                || (source.is_in("server/src/anonymous/", ".rs") && source.names("identified"))
        })
    };
    holds(
        rule,
        &[
            ("server/src/identified/waits.rs", "use crate::anonymous::AnonymousDatabase;"),
            ("server/src/identified/mod.rs", "/// Text.\nuse crate::{anonymous, clock};"),
            ("server/src/anonymous/state.rs", "fn f() { let _ = '\"'; crate::identified::routes(); }"),
            ("server/src/anonymous/state.rs", "/* a */ use super::super::identified as other; // b"),
        ],
    );
    let comment = Source::planted("server/src/identified/mod.rs", "//! Not `anonymous`.\n/// \"anonymous\"\nfn f() {}");
    assert!(rule(&[comment]).is_empty());
}

#[test]
fn rules_know_neither_http_nor_sql() {
    holds(
        |sources| {
            paths(sources, |source| {
                source.is_in("server/src/", "/rules.rs") && ["axum", "sqlx"].iter().any(|word| source.names(word))
            })
        },
        &[
            ("server/src/anonymous/redemption/rules.rs", "use axum::http::StatusCode;"),
            ("server/src/petition/rules.rs", "fn f(row: sqlx::any::AnyRow) {}"),
        ],
    );
}

/// A notice can close a petition earlier than its manifest says: whoever asks the manifest asks the wrong one.
#[test]
fn the_server_asks_in_one_place_when_a_petition_closes() {
    let words = ["PetitionState::at(", "PetitionState::closing_at(", "manifest.closes_at", "manifest().closes_at"];
    let ends = ["manifest.ends_at()", "manifest().ends_at()"];
    let words: Vec<&str> = words.into_iter().chain(ends).collect();
    holds(
        |sources| {
            paths(sources, |source| {
                ["server/src/", "pages/src/"].iter().any(|place| source.is_in(place, ".rs"))
                    && source.path != "pages/src/published.rs"
                    && words.iter().any(|word| source.code().contains(word))
            })
        },
        &[
            ("server/src/anonymous/redemption/mod.rs", "let state = PetitionState::at(manifest, now);"),
            ("pages/src/view.rs", "fn f() { t.date(petition.verified.manifest().closes_at) }"),
        ],
    );
}

#[test]
fn sql_is_in_stores_and_storage_alone() {
    holds(
        |sources| {
            paths(sources, |source| {
                let stores = ["/store.rs", "/store/"].iter().any(|store| source.path.contains(store));
                let place = stores || source.path.starts_with("server/src/storage/");
                source.is_in("server/src/", ".rs") && !place && source.names("sqlx")
            })
        },
        &[("server/src/identified/issuance/http.rs", "let row = sqlx::query(\"SELECT 1\");")],
    );
}

#[test]
fn only_the_signer_sees_a_private_key() {
    let words = ["Private", "private_encrypt", "private_key_from_der", "private_key_to_der"];
    holds(
        |sources| {
            paths(sources, |source| {
                let product = ["server/src/", "cli/src/", "client-lib/src/", "protocol/src/"];
                product.iter().any(|place| source.is_in(place, ".rs"))
                    && source.path != "server/src/identified/issuance/signer.rs"
                    && words.iter().any(|word| source.names(word))
            })
        },
        &[("server/src/identified/issuance/keys.rs", "use openssl::pkey::Private;")],
    );
}

#[test]
fn one_file_names_the_library_of_blind_signatures() {
    holds(
        |sources| {
            paths(sources, |source| {
                let is_peer = source.path.starts_with("tests/bench/");
                let own = source.path == "client-lib/src/blind.rs" || source.path.contains("/tests/") || is_peer;
                source.path.ends_with(".rs") && !own && source.names("blind_rsa_signatures")
            })
        },
        &[("cli/src/main.rs", "use blind_rsa_signatures::PublicKey;")],
    );
}

#[test]
fn the_sides_have_no_table_in_common_but_public_ones() {
    let rule = |sources: &[Source]| {
        let tables = |side: &str| -> BTreeSet<String> {
            let files = sources.iter().filter(|source| source.is_in(&format!("migrations/{side}/"), ".sql"));
            files.flat_map(|source| tables(&source.text).into_keys()).collect()
        };
        let (identified, anonymous) = (tables("identified"), tables("anonymous"));
        let public = |table: &&String| {
            ["petition", "prepared", "notice", "review", "organiser", "question"].contains(&table.as_str())
        };
        identified.intersection(&anonymous).filter(|table| !public(table)).cloned().collect()
    };
    holds(rule, &[]);
    let mut planted = repository();
    planted.push(Source::planted("migrations/anonymous/sqlite/0009_x.sql", "CREATE TABLE tries (\n    id BLOB\n);"));
    assert_eq!(rule(&planted), ["tries"]);
}

#[test]
fn both_dialects_have_the_same_files_tables_and_columns() {
    let rule = |sources: &[Source]| -> Vec<String> {
        let schema = |dialect: &str| -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
            let part = format!("/{dialect}/");
            let files =
                sources.iter().filter(|source| source.is_in("migrations/", ".sql") && source.path.contains(&part));
            files.map(|source| (source.path.replace(&part, "/"), tables(&source.text))).collect()
        };
        let (sqlite, postgres) = (schema("sqlite"), schema("postgres"));
        let files: BTreeSet<&String> = sqlite.keys().chain(postgres.keys()).collect();
        files.into_iter().filter(|file| sqlite.get(*file) != postgres.get(*file)).cloned().collect()
    };
    let table = "CREATE TABLE pool (\n    nonce BLOB NOT NULL, -- 32 bytes\n    PRIMARY KEY (nonce)\n);";
    holds(rule, &[("migrations/anonymous/sqlite/0009_x.sql", table)]);
    let other = table.replace("nonce BLOB", "other BYTEA");
    let both = [("sqlite", table), ("postgres", &other)];
    let both = both.map(|(dialect, text)| Source::planted(&format!("migrations/anonymous/{dialect}/0009_x.sql"), text));
    assert_eq!(rule(&both), ["migrations/anonymous/0009_x.sql"]);
    assert_eq!(tables(table)["pool"], ["nonce"]);
}

#[test]
fn the_server_prints_only_where_the_operator_is_meant_to_read() {
    let allowed = ["server/src/main.rs", "server/src/demo/", "server/src/identified/email_verification/outbox.rs"];
    holds(
        |sources| {
            paths(sources, |source| {
                let words = ["println", "print", "eprintln", "eprint", "dbg"];
                source.is_in("server/src/", ".rs")
                    && !allowed.iter().any(|place| source.path.starts_with(place))
                    && words.iter().any(|word| source.names(word) && source.code().contains(&format!("{word}!")))
            })
        },
        &[("server/src/web/problem.rs", "fn f() { eprintln!(\"{error}\"); }"), ("server/src/app.rs", "dbg!(body);")],
    );
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    holds(
        |sources| paths(sources, |source| is_source(source) && source.text.lines().count() > 400),
        &[("server/src/app.rs", &"\n".repeat(401)), ("web/page.js", &"\n".repeat(401))],
    );
}

#[test]
fn nothing_is_left_for_later() {
    // In two parts, so that this file keeps the rule itself.
    let words =
        [("#[al", "low("), ("TO", "DO"), ("FIX", "ME"), ("un", "implemented"), ("to", "do!("), ("#[ig", "nore")];
    let words = words.map(|(first, second)| format!("{first}{second}"));
    let planted = words.each_ref().map(|word| ("tests/tests/system/log.rs", word.as_str()));
    holds(
        |sources| paths(sources, |source| is_source(source) && words.iter().any(|word| source.text.contains(word))),
        &planted,
    );
}

#[test]
fn every_crate_has_the_lints_of_the_workspace() {
    holds(
        |sources| {
            paths(sources, |source| {
                source.path.ends_with("/Cargo.toml") && !source.text.contains("[lints]\nworkspace = true\n")
            })
        },
        &[("new/Cargo.toml", "[package]\nname = \"new\"\n")],
    );
}

#[test]
fn every_problem_has_its_heading_in_the_specification() {
    let rule = |text: &str| -> Vec<&str> {
        let headings: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        Problem::ALL.iter().map(|problem| problem.slug()).filter(|slug| !headings.contains(slug)).collect()
    };
    let sources = repository();
    let specification = sources.iter().find(|source| source.path == "specs/problems.md").expect("specs/problems.md");
    assert_eq!(rule(&specification.text), Vec::<&str>::new());
    assert_eq!(rule(&specification.text.replace("## wrong-code\n", "")), ["wrong-code"]);
}

fn is_source(source: &Source) -> bool {
    [".rs", ".js", ".py", ".sql", ".html"].iter().any(|end| source.path.ends_with(end))
}

/// Names of the tables that a migration makes, and of their columns in order.
fn tables(sql: &str) -> BTreeMap<String, Vec<String>> {
    let sql: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut tables = BTreeMap::new();
    // At the beginning of a line: in a function of PostgreSQL's, a range of a table is made too.
    for statement in format!("\n{sql}").split("\nCREATE TABLE ").skip(1) {
        let (name, columns) = statement.split_once('(').expect("columns");
        let lines = columns.lines().map(str::trim).take_while(|line| !line.starts_with(')'));
        let words = lines.filter_map(|line| line.split_whitespace().next()).filter(|word| *word != "PRIMARY");
        tables.insert(name.trim().to_owned(), words.map(str::to_owned).collect());
    }
    tables
}

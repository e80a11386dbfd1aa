//! Witnesses and policies: who has cosigned, and whether that is enough.

use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::public_log::{Checkpoint, CheckpointKey, NotWitnessed, Policy, WitnessKey};
use undersign_protocol::timestamp::Timestamp;

fn witness(number: u8) -> (WitnessKey, SecretKey) {
    let key = SecretKey::from_seed(&[number; 32]);
    (WitnessKey::new(&format!("witness.example/w{number}"), key.public_key()).unwrap(), key)
}

fn head(tree_size: u64) -> Checkpoint {
    Checkpoint { origin: "log.example".to_owned(), tree_size, root: [1; 32].into() }
}

fn log_key() -> SecretKey {
    SecretKey::from_seed(&[100; 32])
}

fn log_vkey() -> String {
    CheckpointKey::new("log.example".to_owned(), log_key().public_key()).to_string()
}

/// A note of the log, cosigned by these witnesses.
fn note(tree_size: u64, witnesses: &[u8]) -> String {
    let head = head(tree_size);
    let lines: String = witnesses.iter().map(|number| cosign(&head, *number)).collect();
    head.sign(&log_key()).unwrap() + &lines
}

fn cosign(head: &Checkpoint, number: u8) -> String {
    cosign_at(head, number, at(1_679_315_147))
}

fn cosign_at(head: &Checkpoint, number: u8, at: Timestamp) -> String {
    let (name, key) = witness(number);
    name.cosign(head, at, &key)
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

fn policy(rules: &str) -> Policy {
    let witnesses: String = (1..=4).map(|number| format!("witness w{number} {}\n", witness(number).0)).collect();
    Policy::parse(&format!("# a comment\n\nlog {} https://log.example\n{witnesses}{rules}", log_vkey())).unwrap()
}

#[test]
fn a_cosignature_is_found_and_dated() {
    let note = note(7, &[1, 2]);
    assert_eq!(witness(1).0.cosigned_at(&note).map(Timestamp::seconds), Some(1_679_315_147));
    assert_eq!(witness(3).0.cosigned_at(&note), None);
}

/// What is signed is what C2SP tlog-cosignature writes down, checked with the bare key.
#[test]
fn what_is_signed_is_that_of_the_specification() {
    let line = cosign(&head(7), 1);
    let encoded = line.trim_end().rsplit(' ').next().unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).unwrap();
    let (id, rest) = bytes.split_at(4);
    let public_key = witness(1).1.public_key();
    let material = [[4].as_slice(), public_key.as_bytes()].concat();
    assert_eq!(id, signed_note::key_id("witness.example/w1", &material).to_be_bytes());
    let (time, signature) = rest.split_at(8);
    assert_eq!(time, 1_679_315_147u64.to_be_bytes());
    let text = format!("cosignature/v1\ntime 1679315147\n{}", head(7).text());
    assert!(public_key.verify(text.as_bytes(), &signature.try_into().unwrap()).is_ok());
}

#[test]
fn a_cosignature_of_another_tree_or_key_counts_for_nothing() {
    let of_another_tree = head(7).sign(&log_key()).unwrap() + &cosign(&head(8), 1);
    assert_eq!(witness(1).0.cosigned_at(&of_another_tree), None);
    // Another key under the same name.
    let stranger = WitnessKey::new("witness.example/w1", SecretKey::from_seed(&[9; 32]).public_key()).unwrap();
    assert_eq!(stranger.cosigned_at(&note(7, &[1])), None);
    // The log's own signature is no witness's, though the key be the same.
    let log_as_witness = WitnessKey::new("log.example", log_key().public_key()).unwrap();
    assert_eq!(log_as_witness.cosigned_at(&note(7, &[])), None);
}

#[test]
fn a_false_line_beside_a_good_one_does_no_harm() {
    let policy = policy("quorum w1\n");
    let false_line = cosign(&head(8), 2);
    assert!(policy.is_witnessed(&(note(7, &[1]) + &false_line)));
}

#[test]
fn k_of_n_are_needed() {
    let two_of_three = policy("group all-three 2 w1 w2 w3\nquorum all-three\n");
    for (witnesses, expected) in
        [(&[][..], false), (&[1][..], false), (&[1, 1][..], false), (&[1, 4][..], false), (&[1, 3][..], true)]
    {
        assert_eq!(two_of_three.is_witnessed(&note(7, witnesses)), expected, "{witnesses:?}");
    }
    assert!(policy("group g any w1 w2\nquorum g\n").is_witnessed(&note(7, &[2])));
    assert!(!policy("group g all w1 w2\nquorum g\n").is_witnessed(&note(7, &[2])));
    assert!(policy("quorum none\n").is_witnessed(&note(7, &[])));
}

/// What counts is the newest time since which enough have cosigned: not the newest of all, nor the oldest.
#[test]
fn cosignatures_from_before_a_time_do_not_count() {
    let policy = |rules: &str| {
        policy(rules).check_since(
            &(note(7, &[])
                + &cosign_at(&head(7), 1, at(100))
                + &cosign_at(&head(7), 2, at(200))
                + &cosign_at(&head(7), 3, at(300))),
            at(150),
        )
    };
    let stale = |seconds| Err(NotWitnessed::Stale { at: at(seconds), since: at(150) });
    assert_eq!(policy("group g 1 w1 w2 w3\nquorum g\n"), Ok(()));
    assert_eq!(policy("group g 2 w1 w2 w3\nquorum g\n"), Ok(()), "w2 and w3 are enough");
    assert_eq!(policy("group g 3 w1 w2 w3\nquorum g\n"), stale(100));
    assert_eq!(policy("quorum w1\n"), stale(100));
    assert_eq!(policy("quorum w2\n"), Ok(()));
    assert_eq!(policy("quorum w4\n"), Err(NotWitnessed::Missing));
    assert_eq!(policy("group g all w3 w4\nquorum g\n"), Err(NotWitnessed::Missing));
    assert_eq!(policy("quorum none\n"), Ok(()));
}

#[test]
fn groups_of_groups_are_needed() {
    let policy = policy("group x any w1 w2\ngroup y any w3 w4\ngroup both all x y\nquorum both\n");
    assert!(!policy.is_witnessed(&note(7, &[1, 2])));
    assert!(policy.is_witnessed(&note(7, &[2, 3])));
}

#[test]
fn a_policy_opens_checkpoints_of_its_logs_alone() {
    let policy = policy("quorum w1\n");
    assert_eq!(policy.open(&note(7, &[1])), Some(head(7)));
    assert_eq!(policy.open(&note(7, &[2])), None, "not cosigned as it demands");
    let another = head(7).sign(&SecretKey::from_seed(&[101; 32])).unwrap() + &cosign(&head(7), 1);
    assert_eq!(policy.open(&another), None, "signed by another log");
}

#[test]
fn broken_policies_are_refused_with_their_line() {
    let (w1, w2) = (witness(1).0.to_string(), witness(2).0.to_string());
    for (text, line, rule) in [
        (String::new(), 1, "quorum line is missing"),
        ("quorum w1\n".to_owned(), 1, "stands above it"),
        (format!("witness a {w1}\nwitness b {w1}\nquorum a\n"), 2, "another witness has this key"),
        (format!("witness a {w1}\nwitness a {w2}\nquorum a\n"), 2, "the name is taken"),
        (format!("witness none {w1}\nquorum none\n"), 1, "the name is taken"),
        (format!("log {w1}\nquorum none\n"), 1, "not the key of a log"),
        (format!("witness a {}\nquorum a\n", log_vkey()), 1, "not the key of a witness"),
        (format!("log {0}\nlog {0}\nquorum none\n", log_vkey()), 2, "another log has this key"),
        (format!("witness a {w1}\ngroup g 2 a\nquorum g\n"), 2, "more than it has"),
        (format!("witness a {w1}\ngroup g 0 a\nquorum g\n"), 2, "none of its members"),
        (format!("witness a {w1}\ngroup g any a a\nquorum g\n"), 2, "a member once"),
        (format!("witness a {w1}\ngroup g any a\ngroup h any a\nquorum h\n"), 3, "a member once"),
        (format!("witness a {w1}\ngroup g any g\nquorum a\n"), 2, "stands above it"),
        (format!("witness a {w1}\ngroup g any\nquorum a\n"), 2, "not a log"),
        (format!("witness a {w1}\nquorum a\nquorum a\n"), 3, "a quorum already"),
        ("quorum none\nwhatever\n".to_owned(), 2, "not a log"),
        ("quorum none\u{1}\n".to_owned(), 1, "not a text file"),
    ] {
        let error = Policy::parse(&text).expect_err(&text);
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.rule.contains(rule), "{text}: {error}");
    }
}

#[test]
fn a_key_has_one_text() {
    let vkey = witness(1).0.to_string();
    assert_eq!(vkey.parse::<WitnessKey>().unwrap(), witness(1).0);
    let (start, _) = vkey.rsplit_once('+').unwrap();
    for text in [
        vkey.to_uppercase(),
        vkey.replace("/w1", "/w2"),
        format!("{vkey}="),
        format!("{vkey}\n"),
        format!("{start}+"),
        start.to_owned(),
        String::new(),
    ] {
        assert!(text.parse::<WitnessKey>().is_err(), "{text}");
    }
    for name in ["", "two words", "a+b", "a\nb", "a\u{7}b"] {
        assert!(WitnessKey::new(name, witness(1).1.public_key()).is_none(), "{name:?}");
    }
}

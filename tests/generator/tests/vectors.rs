//! What is published as vectors is what the generator makes.

#[test]
fn the_published_vectors_are_made_again_byte_for_byte() {
    let made = serde_json::to_string_pretty(&undersign_log_generator::vectors::vectors().unwrap()).unwrap();
    // Not shown: a hundred thousand characters say less than the command that writes them.
    assert!(
        include_str!("../../../specs/vectors/audit.json").trim_end() == made,
        "cargo run -p undersign-log-generator --bin undersign-audit-vectors > specs/vectors/audit.json"
    );
}

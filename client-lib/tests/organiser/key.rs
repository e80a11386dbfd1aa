use getrandom::SysRng;
use rand_core::UnwrapErr;
use undersign_client_lib::organiser::{format_key, generate_key, parse_key};

#[test]
fn a_key_file_is_read_as_it_was_written() {
    let key = generate_key(&mut UnwrapErr(SysRng));
    let text = format_key(&key);
    assert_eq!(text.lines().next(), Some("undersign organiser key v1"));
    assert_eq!(parse_key(&text).expect("the key").public_key(), key.public_key());
    let edited = format!("\n  {}\r\n\n", text.trim().replace('\n', " \r\n"));
    assert_eq!(parse_key(&edited).expect("the key").seed(), key.seed());
}

#[test]
fn two_keys_differ() {
    let mut rng = UnwrapErr(SysRng);
    assert_ne!(generate_key(&mut rng).public_key(), generate_key(&mut rng).public_key());
}

#[test]
fn other_files_are_refused_and_not_repeated() {
    let text = format_key(&generate_key(&mut UnwrapErr(SysRng)));
    let seed = text.lines().nth(1).expect("the seed");
    for wrong in [
        String::new(),
        seed.to_owned(),
        format!("undersign organiser key v2\n{seed}\n"),
        format!("undersign organiser key v1\n{}\n", &seed[1..]),
        format!("undersign organiser key v1\n{seed}=\n"),
        format!("undersign organiser key v1\n{seed}\n{seed}\n"),
    ] {
        let error = parse_key(&wrong).expect_err("a refusal");
        assert!(!format!("{error} {error:?}").contains(&seed[1..]));
    }
}

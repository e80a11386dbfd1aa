use undersign_tests::evil::lies::petitions;
use undersign_tests::evil::{Evil, Lie, undersign};

use super::{World, assert_caught, world};

const COMMANDS: [&[&str]; 3] = [&["show"], &["audit"], &["sign", "--email", "anna@example.org", "--timeout", "0"]];

/// Every command that begins with a link refuses this server with this sentence, and sends nothing.
async fn assert_refused(evil: &Evil, link: &str, sentence: &str) {
    let states = tempfile::tempdir().expect("a folder");
    let states = states.path().display().to_string();
    for words in COMMANDS {
        let more = if words[0] == "sign" { vec!["--state-dir", states.as_str()] } else { vec![] };
        let ended = undersign(&[words, &[&evil.link(link)], &more].concat()).await;
        assert_caught(&ended, sentence);
    }
    assert_eq!(evil.posts(), 0, "nothing was sent");
}

/// The same for a lie.
async fn assert_lie_refused(world: &World, lie: Lie, link: &str, sentence: &str) {
    assert_refused(&Evil::start(&world.server, lie).await, link, sentence).await;
}

#[tokio::test]
async fn a_petition_without_a_lie_is_shown() {
    let world = world().await;
    let evil = Evil::honest(&world.server).await;
    let ended = undersign(&["show", &evil.link(&world.pinned())]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.event("petition").expect("a petition")["pinned"], true);
}

/// Without the pin, and without witnesses, nobody can tell: the command says that it compared nothing. So the control shows the lie whole.
#[tokio::test]
async fn another_petition_for_one_person_is_refused_by_whoever_has_a_pinned_link() {
    let world = world().await;
    let evil = Evil::start(&world.server, petitions::another_petition(&world)).await;
    let sentence = "this is not the petition that the link pins: its text, key or rules were changed";
    assert_refused(&evil, &world.pinned(), sentence).await;

    let unpinned = undersign(&["show", &evil.link("trees")]).await;
    assert_eq!(unpinned.code, Some(0), "{unpinned:?}");
    let shown = unpinned.event("petition").expect("a petition");
    assert_eq!(
        (&shown["pinned"], &shown["petition_id"]),
        (&false.into(), &petitions::twin(&world).petition_id().to_string().into())
    );
}

#[tokio::test]
async fn two_petitions_under_one_slug_in_the_host_log_are_refused() {
    let world = world().await;
    let twin = petitions::twin(&world);
    let sentence = "the host's log does not announce trees once and as this petition";
    let shown = petitions::shown(&world, &twin, &[&world.petition, &twin]);
    assert_lie_refused(&world, shown, "trees", sentence).await;
    // Neither to those who are shown the first one.
    assert_lie_refused(&world, petitions::announced_twice(&world), &world.pinned(), sentence).await;
    // Control: the same log, which announces it once.
    let evil = Evil::with(&world.server, world.operator.host_log(&[&world.petition])).await;
    assert_eq!(undersign(&["show", &evil.link("trees")]).await.code, Some(0));
}

#[tokio::test]
async fn another_token_key_for_one_person_is_refused_wherever_it_is_told() {
    let world = world().await;
    let list = petitions::another_key_in_the_list(&world);
    assert_lie_refused(&world, list, "trees", "does not show this petition as the petition itself does").await;
    let directory = petitions::another_key_in_the_directory(&world);
    assert_lie_refused(&world, directory, "trees", "the petition's key is missing").await;
    let everywhere = petitions::another_key_everywhere(&world);
    assert_lie_refused(&world, everywhere, &world.pinned(), "this is not the petition that the link pins").await;
}

#[tokio::test]
async fn a_manifest_that_was_swapped_is_refused() {
    let world = world().await;
    let changed = petitions::changed_text(&world);
    assert_lie_refused(&world, changed, &world.pinned(), "the organiser's signature is not valid").await;
    let another = petitions::another_slug(&world);
    assert_lie_refused(&world, another, "trees", "the server answered with another petition").await;
}

async fn assert_key_refused(edit: fn(Vec<u8>) -> Vec<u8>, sentence: &str) {
    let world = world().await;
    assert_lie_refused(&world, petitions::another_spki(&world, edit), "trees", sentence).await;
}

const PARAMETERS: &str = "the key is not RSASSA-PSS with SHA-384, MGF1-SHA-384, 48 bytes of salt and e = 65537";

const LENGTH: &str = "the key is not 342 bytes long";

#[tokio::test]
async fn a_key_with_e_3_is_refused() {
    assert_key_refused(petitions::short_e_3, LENGTH).await;
    assert_key_refused(petitions::padded_e_3, PARAMETERS).await;
}

#[tokio::test]
async fn a_key_with_sha_256_is_refused() {
    assert_key_refused(petitions::sha_256, PARAMETERS).await;
}

#[tokio::test]
async fn a_key_with_32_bytes_of_salt_is_refused() {
    assert_key_refused(petitions::salt_32, PARAMETERS).await;
}

#[tokio::test]
async fn a_key_that_is_labelled_rsa_encryption_is_refused() {
    assert_key_refused(petitions::rsa_encryption, LENGTH).await;
}

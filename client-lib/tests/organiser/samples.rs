use std::fs;
use std::path::{Path, PathBuf};

use undersign_client_lib::organiser::Folder;
use undersign_protocol::petition::MAX_MANIFEST_SIZE;
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::support::signed;

fn samples() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/samples");
    let folders = fs::read_dir(directory).expect("the samples").map(|entry| entry.expect("an entry").path());
    folders.filter(|path| path.is_dir()).collect()
}

#[test]
fn every_sample_becomes_a_manifest_without_hints() {
    let samples = samples();
    assert_eq!(samples.len(), 3);
    for sample in samples {
        let folder = Folder::read(&sample).unwrap_or_else(|problems| panic!("{}: {problems:#?}", sample.display()));
        let manifest = signed(&folder).expect("a good manifest");
        assert!(manifest.canonical().len() < MAX_MANIFEST_SIZE, "{}", sample.display());
        assert_eq!(manifest.manifest().texts.len(), 2);
        let before = Timestamp::from_seconds(folder.settings.opens_at.seconds() - DAY).expect("a time");
        assert_eq!(folder.check(before), [], "{}", sample.display());
    }
}

#[test]
fn the_first_sample_has_what_issue_two_wants() {
    let folder = samples().into_iter().find(|path| path.ends_with("no-forced-messenger")).expect("the first sample");
    let folder = Folder::read(&folder).expect("a good folder");
    assert_eq!(folder.settings.addressees.len(), 4);
    assert!(folder.settings.goals.len() > 1);
    for text in folder.texts.values() {
        assert_eq!(text.faq.len(), 6);
        assert!((3_000..6_000).contains(&text.body.chars().count()), "{}", text.body.chars().count());
    }
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let problems = Folder::read(Path::new("/there/is/no/such/folder")).expect_err("a problem");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].sentence.contains("/there/is/no/such/folder cannot be read"));
}

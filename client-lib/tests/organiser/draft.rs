use undersign_client_lib::organiser::Folder;

use crate::support::{changed, signed, small};

#[test]
fn a_draft_is_the_petition_with_other_keys() {
    let folder = Folder::parse(&small()).expect("a good folder");
    let draft = folder.draft().expect("a good manifest");
    let published = signed(&folder).expect("a good manifest");
    let (draft, mut published) = (draft.manifest(), published.manifest().clone());
    assert_ne!(draft.organiser.public_key, published.organiser.public_key);
    assert_eq!(draft.origin.host, "petitions.example");
    published.organiser.public_key = draft.organiser.public_key;
    published.issuer = draft.issuer.clone();
    published.origin = draft.origin.clone();
    published.log = draft.log.clone();
    assert_eq!(*draft, published);
}

#[test]
fn a_draft_of_the_same_folder_is_the_same_and_of_another_one_another() {
    let id = |files| Folder::parse(&files).expect("a good folder").draft().expect("a good manifest").petition_id();
    assert_eq!(id(small()), id(small()));
    assert_ne!(id(small()), id(changed("en/petition.md", "People", "Some")));
}

use undersign_client_lib::audit::{Claims, NonceKey, Recount};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{NoticeContent, NoticeSigner, SignedNotice};
use undersign_protocol::public_log::{Entry, TilePath};

use super::builder::{LogBuilder, manifest_entry};
use crate::support::petition::{log_key, manifest, organiser_key, publish};

#[test]
fn a_log_that_does_not_begin_with_the_petition() {
    let mut log = LogBuilder::with_batches(&[1]);
    log.entries.remove(0);
    log.assert_fails(Some(0), "first-entry");
    log.entries.clear();
    log.assert_fails(Some(0), "first-entry");
}

#[test]
fn a_log_that_begins_with_another_petition() {
    let mut log = LogBuilder::new();
    log.entries[0] = manifest_entry(&publish(&manifest(1))).encode();
    log.assert_fails(Some(0), "petition-id");
}

#[test]
fn a_petition_whose_organiser_has_not_signed_it() {
    let mut log = LogBuilder::new();
    let manifest = log.petition.canonical().to_vec();
    let organiser_signature = organiser_key().sign(b"something else");
    log.entries[0] = Entry::Manifest { manifest, organiser_signature }.encode();
    log.assert_fails(Some(0), "manifest");
}

#[test]
fn a_petition_in_the_middle_of_the_log() {
    let mut log = LogBuilder::with_batches(&[1]);
    log.push(&log.manifest_entry());
    log.assert_fails(Some(3), "second-manifest");
}

#[test]
fn bytes_that_are_no_entry() {
    for garbage in [vec![], vec![9], vec![1; 20], vec![16, b'{', b'}'], [vec![3], vec![0; 73]].concat()] {
        let mut log = LogBuilder::new();
        log.entries.push(garbage);
        log.assert_fails(Some(1), "entry");
    }
}

#[test]
fn a_bundle_that_is_cut_off_or_too_long() {
    let log = LogBuilder::with_batches(&[1]);
    let whole = log.bundle(TilePath { level: None, index: 0, width: 3 });
    for bundle in [&whole[..whole.len() - 1], &[whole.as_slice(), &[0]].concat()] {
        let mut recount = Recount::new(log.petition.clone(), Claims::new(&log.checkpoint()), NonceKey::from([0; 32]));
        let failure = recount.take(bundle).err().unwrap().failure;
        assert_eq!((failure.entry, failure.defect.name()), (Some(0), "bundle"));
    }
}

#[test]
fn a_notice_that_is_signed_by_someone_else() {
    for (signer, key) in [
        (NoticeSigner::Organiser, log_key(0)),
        (NoticeSigner::Operator, organiser_key()),
        (NoticeSigner::Organiser, SecretKey::from_seed(&[99; 32])),
    ] {
        let mut log = LogBuilder::with_batches(&[1]);
        log.push(&log.notice(signer, NoticeContent::TakeDown {}, &key));
        log.assert_fails(Some(3), "notice-signature");
    }
}

#[test]
fn a_notice_about_another_petition() {
    let mut log = LogBuilder::new();
    let other = LogBuilder { petition: publish(&manifest(1)), entries: vec![] };
    log.push(&other.update());
    log.assert_fails(Some(1), "notice-petition");
}

#[test]
fn a_notice_that_is_not_of_its_form() {
    let mut log = LogBuilder::new();
    let Entry::Notice(honest) = log.update() else { unreachable!("a notice") };
    let text = String::from_utf8(honest.notice).unwrap();
    for notice in [text.replace(":1}", ":2}"), text.replace("{\"content\"", "{ \"content\""), "{}".to_owned()] {
        assert_ne!(notice, text);
        let notice = notice.into_bytes();
        let signature = organiser_key().sign(&[b"undersign notice v1\n".as_slice(), &notice].concat());
        log.entries.truncate(1);
        log.push(&Entry::Notice(SignedNotice { notice, signature }));
        log.assert_fails(Some(1), "notice");
    }
}

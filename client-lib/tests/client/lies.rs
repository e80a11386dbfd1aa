//! One lie at a time; each must be found by the check that is meant for it.

use serde_json::Value;
use undersign_client_lib::checks::{CheckError, check};
use undersign_client_lib::log_reader::LogError;
use undersign_client_lib::lookup::PetitionDocuments;
use undersign_client_lib::notices::NoticesError;
use undersign_protocol::bytes::{to_base64url, to_padded_base64url};
use undersign_protocol::petition::NoticeContent;
use undersign_protocol::public_log::{Announcement, CheckpointError, HostEntry};

use crate::support::keys::token_key;
use crate::support::petition::{log_key, manifest, publish};
use crate::support::server::TestServer;
use crate::support::{base, documents, link};

/// Tells one lie about petition 0 of two and gives the check that found it.
fn caught(lie: impl FnOnce(&mut PetitionDocuments, &mut TestServer)) -> CheckError {
    let mut server = TestServer::new(2);
    let mut documents = documents(&mut server, 0);
    check(&base(), &link(0), &documents).expect("without the lie it passes");
    lie(&mut documents, &mut server);
    check(&base(), &link(0), &documents).expect_err("the lie is found")
}

fn edit_json(body: &mut Vec<u8>, edit: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_slice(body).unwrap();
    edit(&mut value);
    *body = serde_json::to_vec(&value).unwrap();
}

fn replace(body: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(body.clone()).unwrap();
    assert!(text.contains(from), "{from}");
    *body = text.replace(from, to).into_bytes();
}

#[test]
fn a_changed_text() {
    let error = caught(|documents, _| replace(&mut documents.petition, "One demand.", "Two demands."));
    assert_eq!(error.to_string(), "the petition is not valid: the organiser's signature is not valid");
}

#[test]
fn a_manifest_that_is_not_canonical() {
    let error = caught(|documents, _| replace(&mut documents.petition, "\"version\":1}", "\"version\": 1}"));
    assert!(error.to_string().contains("not canonical"), "{error}");
}

#[test]
fn another_petition_id_beside_the_text() {
    let error = caught(|documents, server| {
        let (right, wrong) = (server.petitions[0].petition.petition_id(), server.petitions[1].petition.petition_id());
        replace(&mut documents.petition, &right.to_string(), &wrong.to_string());
    });
    assert_eq!(error, CheckError::PetitionId);
}

/// A key with e = 3 in place of 65537 (one byte shorter, so padded into another encoding), as a lying issuer could make one whose
/// signatures mark people.
#[test]
fn weak_keys() {
    let spki = token_key(0).to_spki();
    let mut e_is_3 = spki.clone();
    let end = e_is_3.len();
    e_is_3[end - 3..].copy_from_slice(&[0, 0, 3]);
    let mut even = spki.clone();
    even[81 + 255] &= 0xfe;
    let mut short = spki.clone();
    short[81] &= 0x7f;
    let mut small_factor = spki.clone();
    small_factor[81..81 + 256].copy_from_slice(&[0xff; 256]);
    let plain_rsa = spki[1..].to_vec();
    for key in [e_is_3, even, short, small_factor, plain_rsa] {
        let error = caught(|documents, _| {
            let (right, wrong) = (to_base64url(&spki), to_base64url(&key));
            replace(&mut documents.petition, &right, &wrong);
        });
        assert!(error.to_string().contains("the key is not") || error.to_string().contains("the modulus"), "{error}");

        let error = caught(|documents, _| {
            replace(&mut documents.directory, &to_padded_base64url(&spki), &to_padded_base64url(&key));
        });
        assert!(matches!(error, CheckError::Form { document: "issuer directory", .. }), "{error}");
    }
}

#[test]
fn a_list_with_another_key_for_one_person() {
    let error = caught(|documents, _| {
        edit_json(&mut documents.list, |list| {
            list["petitions"][0]["token_key"] = to_base64url(&token_key(3).to_spki()).into();
        });
    });
    assert_eq!(error, CheckError::List("another petition_id, slug or key"));
}

#[test]
fn two_ids_for_one_slug_in_the_list() {
    let error = caught(|documents, _| {
        edit_json(&mut documents.list, |list| {
            let mut twin = list["petitions"][0].clone();
            twin["petition_id"] = to_base64url(&[9; 32]).into();
            list["petitions"].as_array_mut().unwrap().push(twin);
        });
    });
    assert_eq!(error, CheckError::List("it is missing, or listed twice"));
}

#[test]
fn a_bundle_that_names_a_petition_twice_or_is_too_long() {
    let error = caught(|documents, _| {
        edit_json(&mut documents.list, |list| {
            let twin = list["petitions"][1].clone();
            list["petitions"].as_array_mut().unwrap().push(twin);
        });
    });
    assert_eq!(error, CheckError::List("its bundle names a petition or a key twice"));

    let error = caught(|documents, _| {
        edit_json(&mut documents.list, |list| {
            for number in 0..7 {
                let mut other = list["petitions"][1].clone();
                other["slug"] = format!("more-{number}").into();
                list["petitions"].as_array_mut().unwrap().push(other);
            }
        });
    });
    assert_eq!(error, CheckError::List("its bundle has more than eight petitions"));
}

#[test]
fn a_directory_that_lacks_the_key_or_sends_elsewhere() {
    let error = caught(|documents, _| {
        edit_json(&mut documents.directory, |directory| {
            directory["token-keys"].as_array_mut().unwrap().remove(0);
        });
    });
    assert_eq!(error, CheckError::Directory("the petition's key is missing"));

    let error = caught(|documents, _| {
        edit_json(&mut documents.directory, |directory| {
            directory["issuer-request-uri"] = "https://elsewhere.example/".into();
        });
    });
    assert_eq!(error, CheckError::Directory("token requests go elsewhere"));

    let error = caught(|documents, _| {
        edit_json(&mut documents.directory, |directory| {
            let twin = directory["token-keys"][0].clone();
            directory["token-keys"].as_array_mut().unwrap().push(twin);
        });
    });
    assert_eq!(error, CheckError::Directory("two keys have the same truncated id"));
}

#[test]
fn two_ids_for_one_slug_in_the_host_log() {
    let error = caught(|documents, server| {
        let mut other = manifest(0);
        other.goals = vec![200];
        let twin = Announcement::of(&publish(&other));
        server.host_log.entries.push(HostEntry::Announcement(twin).encode());
        documents.host_checkpoint = server.host_log.checkpoint().into_bytes();
        documents.host_entries = vec![server.host_log.get("tile/entries/000.p/3").unwrap()];
    });
    assert_eq!(error, CheckError::Announcement("petition-0".parse().unwrap()));
}

#[test]
fn a_petition_that_the_host_log_does_not_announce() {
    let error = caught(|documents, server| forget_announcement(documents, server, 0));
    assert_eq!(error, CheckError::Announcement("petition-0".parse().unwrap()));
}

/// It may be a key made for one person, or a petition that was published halfway: no token is asked for with it, and it does not keep
/// anyone from signing the others.
#[test]
fn another_of_the_run_that_the_host_log_does_not_announce_is_left_out() {
    let mut server = TestServer::new(2);
    let mut documents = documents(&mut server, 0);
    let run = |documents: &PetitionDocuments| check(&base(), &link(0), documents).expect("it passes").run().len();
    assert_eq!(run(&documents), 2);
    forget_announcement(&mut documents, &mut server, 1);
    assert_eq!(run(&documents), 1);
}

fn forget_announcement(documents: &mut PetitionDocuments, server: &mut TestServer, index: usize) {
    server.host_log.entries.remove(index);
    documents.host_checkpoint = server.host_log.checkpoint().into_bytes();
    documents.host_entries = vec![server.host_log.get("tile/entries/000.p/1").unwrap()];
}

#[test]
fn another_log_key_in_the_announcement() {
    let error = caught(|documents, server| {
        let mut announcement = Announcement::of(&server.petitions[0].petition);
        announcement.log_public_key = log_key(1).public_key();
        server.host_log.entries[0] = HostEntry::Announcement(announcement).encode();
        documents.host_checkpoint = server.host_log.checkpoint().into_bytes();
        documents.host_entries = vec![server.host_log.get("tile/entries/000.p/2").unwrap()];
    });
    assert_eq!(error, CheckError::Announcement("petition-0".parse().unwrap()));
}

#[test]
fn a_host_log_that_does_not_hold_what_it_has_signed() {
    let error = caught(|documents, _| *documents.host_entries[0].last_mut().unwrap() ^= 1);
    assert_eq!(error, CheckError::HostLog(LogError::Root));
    let error = caught(|documents, _| documents.host_entries[0].truncate(20));
    assert_eq!(error, CheckError::HostLog(LogError::Tile));
    let error = caught(|documents, _| documents.host_entries.clear());
    assert_eq!(error, CheckError::HostLog(LogError::Tile));
}

#[test]
fn checkpoints_of_other_keys_or_logs() {
    let error = caught(|documents, server| {
        server.host_log.key = log_key(0);
        documents.host_checkpoint = server.host_log.checkpoint().into_bytes();
    });
    assert_eq!(error, CheckError::HostLog(LogError::Checkpoint(CheckpointError::Signature)));

    let error = caught(|documents, server| {
        server.petitions[0].log.key = log_key(1);
        documents.checkpoint = server.petitions[0].log.checkpoint().into_bytes();
    });
    assert_eq!(error, CheckError::Log(LogError::Checkpoint(CheckpointError::Signature)));

    let error = caught(|documents, server| {
        documents.checkpoint = server.petitions[1].log.checkpoint().into_bytes();
    });
    assert_eq!(error, CheckError::Log(LogError::Checkpoint(CheckpointError::Signature)));
}

#[test]
fn a_notice_that_is_not_in_the_log() {
    let mut server = TestServer::new(1);
    server.publish_notice(0, NoticeContent::Update {});
    let honest = documents(&mut server, 0);
    assert_eq!(check(&base(), &link(0), &honest).unwrap().notices().len(), 1);
    server.publish_notice(0, NoticeContent::TakeDown {});
    let newer = documents(&mut server, 0);

    // In the organiser's name, at the place of another, twice, without proof, or under another head.
    let lies: [fn(&mut Value); 5] = [
        |list| list["notices"][0]["signature"] = list["notices"][1]["signature"].clone(),
        |list| list["notices"][0]["leaf_index"] = 2.into(),
        |list| list["notices"][1] = list["notices"][0].clone(),
        |list| list["notices"][1]["inclusion_proof"] = Value::Array(Vec::new()),
        |list| list["checkpoint"] = list["checkpoint"].as_str().unwrap().replacen("\n3\n", "\n2\n", 1).into(),
    ];
    for lie in lies {
        let mut documents = documents(&mut server, 0);
        edit_json(&mut documents.notices, lie);
        assert!(matches!(check(&base(), &link(0), &documents), Err(CheckError::Notices(_))));
    }
    let mut forked = documents(&mut server, 0);
    server.petitions[0].log.entries[2][30] ^= 1;
    forked.checkpoint = server.petitions[0].log.checkpoint().into_bytes();
    assert_eq!(check(&base(), &link(0), &forked).unwrap_err(), CheckError::Notices(NoticesError::Fork));
    assert!(check(&base(), &link(0), &newer).unwrap().is_taken_down(), "the control");
}

//! What an operator takes no address of, and what that tells: nothing but the domain.

use std::fs;

use tempfile::TempDir;
use undersign_protocol::problem::Problem;
use undersign_tests::blinding::Blinding;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::{Answer, Wire};

/// A server that refuses the domains of a list, which lies in the folder.
fn refusing(list: &str) -> (TempDir, Options) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("refused");
    fs::write(&file, list).expect("a file");
    let identified = format!("refused_domains = \"{}\"", file.display());
    (folder, Options { sections: [identified, String::new()], ..Options::default() })
}

#[tokio::test]
async fn an_address_of_a_refused_domain_is_told_so_whether_or_not_it_has_signed() {
    let (folder, options) = refusing("# for ten minutes\ntrash.example\n");
    let (mut server, trees) = TestServer::with_petition(options).await;
    let wire = Wire::new(&server);
    // One has signed before the list had its domain.
    fs::write(folder.path().join("refused"), "").expect("a file");
    server.restart().await;
    wire.token("anna@trash.example", &trees).await;
    fs::write(folder.path().join("refused"), "Trash.Example # for ten minutes\n").expect("a file");
    server.restart().await;

    let digest = Blinding::new(&trees).digest();
    let signed = wire.ask("anna@trash.example", &digest).await;
    assert_eq!(signed.problem(), Problem::MailProviderRefused);
    for new in ["berta@trash.example", "ANNA@sub.TRASH.example"] {
        let answer = wire.ask(new, &digest).await;
        assert_eq!((answer.status, &answer.body), (signed.status, &signed.body), "{new}");
        let names = |answer: &Answer| answer.headers.keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&answer), names(&signed), "{new}");
    }
    assert_eq!(server.mailbox().mails_to("anna@trash.example").len(), 1, "no mail but the one before");
    for taken in ["anna@nottrash.example", "anna@duck.com", "a.b@anonaddy.me", "anna@mozmail.com"] {
        assert_eq!(wire.ask(taken, &digest).await.status, 202, "{taken}");
    }
}

#[tokio::test]
async fn a_list_that_would_refuse_private_aliases_is_not_taken() {
    for (line, words) in [("duck.com", "private aliases"), ("co.uk", "not a registrable domain"), ("a b", "line 2")] {
        let (_folder, options) = refusing(&format!("trash.example\n{line}\n"));
        let told = TestServer::refuses_to_start(options).await;
        assert!(told.contains("refused") && told.contains(words), "{told}");
    }
}

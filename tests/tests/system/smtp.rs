use std::collections::HashSet;

use tokio::task::JoinSet;
use undersign_client_lib::journey::{Bundle, Prepared};
use undersign_protocol::email_verification::RequestDigest;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::{Sender, Signer};
use undersign_tests::smtp::{Answer, MailOptions, MailServer, Tls};
use undersign_tests::wire::Wire;

const ADDRESS: &str = "anna@example.org";
const TRYING_AGAIN: &str = "trying again";

#[tokio::test]
async fn a_mail_server_on_this_machine_takes_mails_without_tls() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions::default()).await;
    let server = server(&mail, "plain", "").await;
    signs(&server, &mail).await;
    assert_eq!((mail.count("accepted in clear"), mail.count("accepted over TLS")), (1, 0));
}

#[tokio::test]
async fn starttls_comes_before_the_mail() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions { tls: Tls::Starttls, ..MailOptions::default() }).await;
    let server = server(&mail, "starttls", &mail.ca_file()).await;
    signs(&server, &mail).await;
    assert_eq!((mail.count("accepted in clear"), mail.count("accepted over TLS")), (0, 1));
}

#[tokio::test]
async fn a_mail_server_that_does_not_offer_starttls_gets_no_mail() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions::default()).await;
    let server = server(&mail, "starttls", &mail.ca_file()).await;
    let (signer, prepared) = asks(&server, &mail).await;
    server.wait_for_output("STARTTLS is not supported").await;
    assert_eq!((server.waiting_mails().await, mail.mailbox().mails().len()), (1, 0));

    mail.start(&MailOptions { tls: Tls::Starttls, ..MailOptions::default() }).await;
    arrives_once(&server, &mail, &signer, prepared).await;
}

#[tokio::test]
async fn implicit_tls_protects_from_the_first_byte() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions { tls: Tls::Implicit, ..MailOptions::default() }).await;
    let server = server(&mail, "tls", &mail.ca_file()).await;
    signs(&server, &mail).await;
    assert_eq!((mail.count("accepted in clear"), mail.count("accepted over TLS")), (0, 1));
}

#[tokio::test]
async fn the_server_logs_in_with_the_password_from_a_file() {
    for (tls, security) in [(Tls::Starttls, "starttls"), (Tls::Implicit, "tls")] {
        let mut mail = MailServer::new();
        mail.start(&MailOptions { tls, login: Some(("undersign", "right")), ..MailOptions::default() }).await;
        let further = mail.ca_file() + &mail.login("undersign", "right");
        let server = server(&mail, security, &further).await;
        signs(&server, &mail).await;
        assert_eq!((mail.count("login"), mail.count("wrong login")), (1, 0));
    }
}

#[tokio::test]
async fn with_a_wrong_password_mails_wait() {
    let mut mail = MailServer::new();
    let right = MailOptions { tls: Tls::Starttls, login: Some(("undersign", "right")), ..MailOptions::default() };
    mail.start(&right).await;
    let further = mail.ca_file() + &mail.login("undersign", "wrong");
    let server = server(&mail, "starttls", &further).await;
    let (signer, prepared) = asks(&server, &mail).await;
    mail.wait_for("wrong login", 1).await;
    server.wait_for_output(TRYING_AGAIN).await;
    assert_eq!((server.waiting_mails().await, mail.mailbox().mails().len()), (1, 0));

    mail.start(&MailOptions { login: Some(("undersign", "wrong")), ..right }).await;
    arrives_once(&server, &mail, &signer, prepared).await;
}

#[tokio::test]
async fn a_mail_server_that_nobody_vouches_for_gets_no_mail() {
    for (tls, security) in [(Tls::Starttls, "starttls"), (Tls::Implicit, "tls")] {
        let mut mail = MailServer::new();
        mail.start(&MailOptions { tls, ..MailOptions::default() }).await;
        let mut server = server(&mail, security, "").await;
        let (signer, prepared) = asks(&server, &mail).await;
        server.wait_for_output("certificate verify failed").await;
        assert_eq!((server.waiting_mails().await, mail.mailbox().mails().len()), (1, 0));

        server.set_smtp(mail.settings(security, &mail.ca_file()));
        server.restart().await;
        arrives_once(&server, &mail, &signer, prepared).await;
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_not_enough() {
    let mut mail = MailServer::with_certificate_for("another.example");
    mail.start(&MailOptions { tls: Tls::Implicit, ..MailOptions::default() }).await;
    let server = server(&mail, "tls", &mail.ca_file()).await;
    asks(&server, &mail).await;
    server.wait_for_output("IP address mismatch").await;
    assert_eq!((server.waiting_mails().await, mail.mailbox().mails().len()), (1, 0));
}

#[tokio::test]
async fn a_mail_waits_until_the_mail_server_is_up_and_arrives_once() {
    let mut mail = MailServer::new();
    let server = server(&mail, "plain", "").await;
    let (signer, prepared) = asks(&server, &mail).await;
    server.wait_for_output(TRYING_AGAIN).await;
    assert_eq!(server.waiting_mails().await, 1);

    mail.start(&MailOptions::default()).await;
    arrives_once(&server, &mail, &signer, prepared).await;
}

#[tokio::test]
async fn a_kept_connection_that_the_mail_server_has_ended_costs_no_try() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions::default()).await;
    let server = server(&mail, "plain", "").await;
    asks(&server, &mail).await;
    mail.wait_for("accepted in clear", 1).await;
    server.wait_for_outbox(0).await;

    mail.start(&MailOptions::default()).await;
    asks(&server, &mail).await;
    mail.wait_for("accepted in clear", 2).await;
    server.wait_for_outbox(0).await;
    assert_eq!(mail.mailbox().mails_to(ADDRESS).len(), 2);
    assert!(!server.output().contains(TRYING_AGAIN), "{}", server.output());
}

#[tokio::test]
async fn of_many_mails_at_once_each_arrives_once() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions::default()).await;
    let server = server(&mail, "plain", "").await;
    let wire = Wire::new(&server);
    let mut asking = JoinSet::new();
    for number in 0..150 {
        let (wire, digest) = (wire.clone(), RequestDigest::of(&[number]));
        asking.spawn(async move {
            assert_eq!(wire.ask(&format!("signer{number}@example.org"), &digest).await.status, 202);
        });
    }
    asking.join_all().await;
    server.wait_for_outbox(0).await;
    let receivers: HashSet<_> = mail.mailbox().mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!((mail.mailbox().mails().len(), receivers.len()), (150, 150));
}

#[tokio::test]
async fn a_mail_outlives_the_killed_server_and_arrives_once() {
    let mut mail = MailServer::new();
    let mut server = server(&mail, "plain", "").await;
    let (signer, prepared) = asks(&server, &mail).await;
    server.kill();

    mail.start(&MailOptions::default()).await;
    server.restart().await;
    arrives_once(&server, &mail, &signer, prepared).await;
}

#[tokio::test]
async fn a_mail_that_is_put_off_is_sent_again() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions { answer: Answer::Later, ..MailOptions::default() }).await;
    let server = server(&mail, "plain", "").await;
    let (signer, prepared) = asks(&server, &mail).await;
    mail.wait_for("later", 2).await;
    assert_eq!((server.waiting_mails().await, mail.mailbox().mails().len()), (1, 0));

    mail.start(&MailOptions::default()).await;
    arrives_once(&server, &mail, &signer, prepared).await;
}

#[tokio::test]
async fn a_mail_whose_mailbox_is_refused_is_dropped() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions { answer: Answer::Refuse, ..MailOptions::default() }).await;
    let server = server(&mail, "plain", "").await;
    asks(&server, &mail).await;
    mail.wait_for("refuse", 1).await;
    server.wait_for_outbox(0).await;
    assert_eq!((mail.count("refuse"), mail.mailbox().mails().len()), (1, 0));
}

#[tokio::test]
async fn a_mail_whose_acceptance_got_lost_is_sent_again_as_the_same_one() {
    let mut mail = MailServer::new();
    mail.start(&MailOptions { answer: Answer::Lost, ..MailOptions::default() }).await;
    let server = server(&mail, "plain", "").await;
    asks(&server, &mail).await;
    mail.wait_for("accepted in clear", 1).await;
    server.wait_for_output(TRYING_AGAIN).await;

    mail.start(&MailOptions::default()).await;
    server.wait_for_outbox(0).await;
    let mails = mail.mailbox().mails_to(ADDRESS);
    assert!(mails.len() >= 2);
    let message_id = |raw: &str| {
        let line = raw.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"));
        line.expect("a Message-ID").to_owned()
    };
    assert!(mails.iter().all(|mail| message_id(&mail.raw) == message_id(&mails[0].raw)));
    assert!(mails.iter().all(|mail| mail.link() == mails[0].link() && mail.code() == mails[0].code()));
}

#[tokio::test]
async fn mails_leave_this_machine_only_under_tls() {
    let smtp = "host = \"mail.example.org\"\nport = 25\nsecurity = \"plain\"\n".to_owned();
    let said = TestServer::refuses_to_start(Options { smtp: Some(smtp), ..Options::default() }).await;
    assert!(said.contains("plain is for a mail server on this machine alone"), "{said}");
}

#[tokio::test]
async fn half_a_login_is_refused() {
    let smtp = "host = \"127.0.0.1\"\nport = 25\nsecurity = \"plain\"\nusername = \"undersign\"\n".to_owned();
    let said = TestServer::refuses_to_start(Options { smtp: Some(smtp), ..Options::default() }).await;
    assert!(said.contains("username and password_file go together"), "{said}");
}

async fn server(mail: &MailServer, security: &str, further: &str) -> TestServer {
    let smtp = Some(mail.settings(security, further));
    TestServer::with_petitions(Options { smtp, ..Options::default() }, &["trees"]).await
}

/// The whole journey, by the mail that the mail server got.
async fn signs(server: &TestServer, mail: &MailServer) {
    let (signer, prepared) = asks(server, mail).await;
    arrives_once(server, mail, &signer, prepared).await;
}

async fn asks(server: &TestServer, mail: &MailServer) -> (Signer, Prepared) {
    let signer = Signer::with(mail.mailbox(), ADDRESS, Sender::new(None));
    let prepared = signer.ask(signer.prepare(&server.link_to("trees"), Bundle::WholeRun).await).await;
    (signer, prepared)
}

/// The mail comes, nothing waits after it, and its code leads to a signature.
async fn arrives_once(server: &TestServer, mail: &MailServer, signer: &Signer, prepared: Prepared) {
    let code = signer.mail(1).await.code().parse().expect("a code");
    server.wait_for_outbox(0).await;
    assert_eq!(mail.mailbox().mails().len(), 1);
    let request = prepared.confirm_with_code(&code).expect("a verification");
    let confirmed = prepared.code_answered(&signer.sender.send(&request).await).expect("confirmed");
    signer.redeem(signer.token(confirmed).await).await;
}

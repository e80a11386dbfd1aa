use undersign_client_lib::journey::{Bundle, Counted};
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::Signer;

#[tokio::test]
async fn a_confirmed_address_becomes_one_counted_signature() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let link = server.link_to("trees");
    let signer = Signer::new(&server, "anna@example.org");

    let signed = signer.sign(&link).await;
    assert!(matches!(signed.counted(), Counted::Promised(_)));

    let total = signer.wait_for_total(&link, 1).await;
    assert_eq!((total.total, total.signatures, total.withdrawals, total.issued), (1, 1, 0, 1));
}

#[tokio::test]
async fn two_processes_do_what_one_does() {
    let server = TestServer::with_petitions(Options { apart: true, ..Options::default() }, &["trees", "rivers"]).await;
    for (number, slug) in ["trees", "rivers", "trees"].into_iter().enumerate() {
        Signer::new(&server, &format!("signer{number}@example.org")).sign(&server.link_to(slug)).await;
    }
    let anyone = Signer::new(&server, "nobody@example.org");
    assert_eq!(anyone.wait_for_total(&server.link_to("trees"), 2).await.total, 2);
    assert_eq!(anyone.wait_for_total(&server.link_to("rivers"), 1).await.total, 1);
}

#[tokio::test]
async fn the_link_confirms_from_any_browser() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let signer = Signer::new(&server, "anna@example.org");
    let prepared = signer.ask(signer.prepare(&server.link_to("trees"), Bundle::OnlyThis).await).await;
    let mail = signer.mail(1).await;

    let form = [("t", mail.link_token()), ("check", prepared.check_number().to_string())];
    let body = form.map(|(name, value)| format!("{name}={value}")).join("&");
    let answer = signer
        .sender
        .client()
        .post(format!("{}/confirm", server.issuer()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);

    let answer = signer.sender.send(&prepared.token_request()).await;
    let confirmed = prepared.poll(&answer).expect("confirmed");
    let token = signer.token(confirmed).await;
    signer.redeem(token).await;
    assert_eq!(signer.wait_for_total(&server.link_to("trees"), 1).await.total, 1);
}

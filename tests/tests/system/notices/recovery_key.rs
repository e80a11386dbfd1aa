use super::*;

#[tokio::test]
async fn the_recovery_key_speaks_for_the_organiser_and_the_first_key_no_more() {
    for apart in [false, true] {
        let server = TestServer::start(Options { apart, ..Options::default() }).await;
        let (recovery, other) = (SecretKey::from_seed(&[41; 32]), SecretKey::from_seed(&[42; 32]));
        let mut folder = petition("trees", server.now(), 1);
        folder.settings.recovery_key_hash = Some(recovery_key_hash(&recovery.public_key()));
        let trees = server.publish(folder).await;
        let wire = Wire::new(&server);
        let post_to_both = async |notice: &Notice, key: &SecretKey| {
            let signed = SignedNotice::sign(notice, key).expect("a canonical notice");
            for base in [wire.issuer(""), wire.origin("")] {
                let answer = post(&wire, &base, &trees, &signed).await;
                if answer.status != 200 {
                    return Err((answer.problem(), answer.text()));
                }
            }
            Ok(())
        };
        let recovered = |key: &SecretKey| Notice {
            version: 2,
            recovery_key: Some(key.public_key()),
            ..notice(&server, &trees, NoticeContent::Update {})
        };
        let first = notice(&server, &trees, NoticeContent::Update {});
        post_to_both(&first, server.organiser()).await.expect("the control: the first key speaks");
        let refusal = post_to_both(&recovered(&other), &other).await.expect_err("a key that is in no manifest");
        assert_eq!(refusal.0, Problem::SignatureNotValid);
        let refusal = post_to_both(&recovered(&recovery), &other).await.expect_err("another's signature");
        assert_eq!(refusal.0, Problem::SignatureNotValid);

        let close = NoticeContent::Close { closes_at: server.now().plus(DAY) };
        let by_recovery = Notice { content: close, ..recovered(&recovery) };
        post_to_both(&by_recovery, &recovery).await.expect("it speaks");
        post_to_both(&by_recovery, &recovery).await.expect("a repeat gets the same answer");
        let backdated = Notice { published_at: first.published_at.minus(1), ..first.clone() };
        let (problem, text) = post_to_both(&backdated, server.organiser()).await.expect_err("the first key");
        assert!(problem == Problem::NoticeNotValid && text.contains("recovery key has signed"), "{text}");
        post_to_both(&first, server.organiser()).await.expect("what it has said before stays");

        assert_eq!(proved(&server, &trees).await.len(), 2);
        audit(&server, &trees).await;
        let here = tempfile::tempdir().expect("a folder");
        let copy = here.path().join("copy");
        let arguments = [server.link(&trees), "--export".to_owned(), copy.display().to_string()];
        let ours = tokio::task::spawn_blocking(move || undersign_audit(&arguments.each_ref().map(String::as_str)));
        let ours = ours.await.expect("it ends");
        let theirs = python_audit(&copy, &trees.petition_id().to_string());
        assert_eq!((ours.code, theirs.code), (Some(0), Some(0)), "{:?} {:?}", ours.said, theirs.said);
        let html = wire.get(&wire.origin("/en/p/trees")).await.text();
        assert!(html.contains("from the organiser, with the recovery key"), "{html}");
    }
}

#[test]
fn the_commands_make_a_recovery_key_and_sign_with_it() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(TestServer::start(Options::default()));
    let here = tempfile::tempdir().expect("a folder");
    let path = |name: &str| here.path().join(name).display().to_string();
    let made = run("undersign", &["--json", "organiser", "keygen", &path("recovery.key")]);
    let made: serde_json::Value = serde_json::from_str(made.trim()).expect("JSON");
    let mut folder = petition("trees", server.now(), 1);
    let hash = made["recovery_key_hash"].as_str().expect("a hash");
    folder.settings.recovery_key_hash = Some(hash.parse().expect("a hash"));
    let trees = runtime.block_on(server.publish(folder));
    std::fs::create_dir(path("news")).expect("a folder");
    std::fs::write(path("news/en.md"), "# We lost our key\n\nThis one is ours.\n").expect("written");
    let link = server.link(&trees);
    let (news, key) = (path("news"), path("recovery.key"));
    run("undersign", &["organiser", "update", &news, "--petition", &link, "--key", &key]);
    let shown = run("undersign", &["show", &link]);
    assert!(shown.contains("from the organiser, with the recovery key"), "{shown}");
}

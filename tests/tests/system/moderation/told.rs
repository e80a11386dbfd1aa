use super::*;

#[tokio::test]
async fn the_organiser_s_command_says_where_a_petition_stands_each_time_it_is_run() {
    for apart in [false, true] {
        let server = TestServer::start(others(apart)).await;
        let wire = Wire::new(&server);
        let here = tempfile::tempdir().expect("a folder");
        let key = here.path().join("key");
        fs::write(&key, format_key(&Stranger::new(1).key).as_bytes()).expect("written");
        let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/samples/night-bus-17");
        let copied = std::process::Command::new("cp").arg("-r").arg(sample).arg(here.path().join("bus")).status();
        assert!(copied.expect("cp").success());
        let publish = || {
            let mut command = std::process::Command::new(undersign_tests::programs::program("undersign"));
            command.args(["--json", "organiser", "publish", "bus", "--key", "key", "--server"]);
            command.arg(server.origin().to_string()).args(["--issuer-server", &server.issuer().to_string()]);
            let output = command.current_dir(here.path()).output().expect("the program runs");
            let said = String::from_utf8(output.stdout).expect("UTF-8");
            let last = said.lines().last().expect("a line").to_owned();
            let event: serde_json::Value = serde_json::from_str(&last).expect("JSON");
            (output.status.code(), event)
        };
        for _ in 0..2 {
            let (code, event) = publish();
            assert_eq!((code, &event["event"]), (Some(0), &"in_review".into()), "{event}");
            let states = event["states"].as_object().expect("states");
            assert_eq!(states.len(), if apart { 2 } else { 1 });
            assert!(states.values().all(|state| state == "waiting"), "{event}");
        }
        operated(&server, &["petitions", "refuse", "night-bus-17", "--reason", "Name a line that exists."]);
        let (code, event) = publish();
        assert_eq!((code, &event["problem"]), (Some(4), &"refused".into()), "{event}");
        assert!(event["message"].as_str().expect("a message").contains("Name a line that exists."), "{event}");

        fs::remove_dir_all(here.path().join("bus/.published")).expect("removed");
        assert_eq!(publish().1["event"], "in_review", "the short name is free");
        operated(&server, &["petitions", "accept", "night-bus-17"]);
        let mut tries = 0;
        while wire.get(&wire.origin("/v1/petitions/night-bus-17")).await.status != 200 {
            tries += 1;
            assert!(tries < 600, "it did not become public");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let (code, event) = publish();
        assert_eq!((code, &event["event"]), (Some(0), &"published".into()), "{event}");
    }
}

#[tokio::test]
async fn what_was_handed_over_says_so_and_what_ended_long_ago_is_listed_apart() {
    let server = TestServer::start(Options::default()).await;
    let wire = Wire::new(&server);
    let ended = async |slug: &str, days: u64| {
        let mut folder = petition(slug, server.now().minus((days + 30) * DAY), 1);
        (folder.settings.closes_at, folder.settings.grace) = (server.now().minus(days * DAY), 3_600);
        server.publish(folder).await
    };
    let (done, old) = (ended("done", 5).await, ended("old", 100).await);
    server.publish(petition("open", server.now(), 1)).await;
    for petition in [&done, &old] {
        publish_notice(&server, petition, &notice(&server, petition, NoticeContent::Delivery { tree_size: 1 })).await;
    }
    // Pages come from memory for a second.
    server.wait_until(server.now().plus(2)).await;
    let page = wire.get(&wire.origin("/en/")).await.text();
    let (listed, archived) = page.split_once("id=\"archive\"").expect("an archive");
    assert!(listed.contains("Petition open") && listed.contains("Petition done") && !listed.contains("Petition old"));
    assert!(archived.contains("Petition old") && !archived.contains("Petition done"), "{archived}");
    assert_eq!((listed.matches(", handed over").count(), archived.matches(", handed over").count()), (1, 1));
    assert_eq!(wire.get(&wire.origin("/en/p/old")).await.status, 200, "its page stays");
    let list = operated(&server, &["petitions", "list"]);
    for state in ["open", "delivered", "archived"] {
        let said = list.lines().filter(|line| line.split_whitespace().nth(1) == Some(state)).count();
        assert_eq!(said, 2, "{state}, by each side: {list}");
    }
}

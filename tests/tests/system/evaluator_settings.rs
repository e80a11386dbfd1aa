//! What `check-config` says of an evaluator, and which configurations an evaluator refuses.

use std::fs;
use std::path::Path;

use tokio::process::Command;
use undersign_tests::evaluator::{EvaluatorAddress, TestEvaluator};
use undersign_tests::programs::program;
use undersign_tests::server::TestServer;

/// The lines that are about the evaluator.
async fn said(server: &TestServer) -> Vec<String> {
    let mut command = Command::new(program("undersign-server"));
    let output = command.args(["check-config", "--config"]).arg(server.config_path()).output().await;
    let said = String::from_utf8_lossy(&output.expect("the program").stdout).into_owned();
    said.lines().filter(|line| line.contains("evaluator")).map(str::to_owned).collect()
}

#[tokio::test]
async fn check_config_asks_the_evaluator_and_says_what_is_wrong_with_it() {
    let (mut evaluator, other) = (TestEvaluator::start(10, 10).await, TestEvaluator::start(10, 10).await);
    let mut server = TestServer::start(evaluator.options().await).await;
    let here = "warning: identified.evaluator.url is this machine";
    let right = evaluator.address().await;
    let lines = said(&server).await;
    assert!(lines.len() == 1 && lines[0].starts_with(here), "{lines:?}");

    for (address, expected) in [
        (EvaluatorAddress { url: other.url(), ..right.clone() }, vec![here, "says that its key is"]),
        (
            EvaluatorAddress { url: "http://evaluator.invalid".to_owned(), ..right.clone() },
            vec![
                "error: identified.evaluator.url is not https",
                "warning: the evaluator http://evaluator.invalid does not",
            ],
        ),
    ] {
        server.set_evaluator(Some(address));
        let lines = said(&server).await;
        assert_eq!(lines.len(), expected.len(), "{lines:?}");
        assert!(lines.iter().zip(&expected).all(|(line, words)| line.contains(words)), "{lines:?}");
    }

    server.set_evaluator(Some(right));
    evaluator.kill();
    let secret = server.path().join("identified-keys/evaluator.secret");
    for change in [|path: &Path| fs::write(path, "short"), |path: &Path| fs::remove_file(path)] {
        change(&secret).expect("changed");
        let lines = said(&server).await;
        assert!(lines.iter().any(|line| line.starts_with("error: ") && line.contains("evaluator.secret")), "{lines:?}");
        assert!(
            lines.iter().any(|line| line.starts_with("warning: ") && line.contains("does not answer")),
            "{lines:?}"
        );
    }
}

#[tokio::test]
async fn an_evaluator_without_limits_or_with_a_setting_that_is_none_does_not_start() {
    let place = tempfile::tempdir().expect("a folder");
    let (config, data) = (place.path().join("evaluator.toml"), place.path().join("data"));
    let start = format!("listen = \"127.0.0.1:0\"\ndata = \"{}\"\n", data.display());
    for (rest, words) in [
        ("per_minute = 5\n", "per_day"),
        ("per_minute = 0\nper_day = 5\n", "line 3"),
        ("per_minute = 6\nper_day = 5\n", "per_day is less than per_minute"),
        ("per_minute = 5\nper_day = 5\nlog = true\n", "unknown field"),
    ] {
        fs::write(&config, format!("{start}{rest}")).expect("written");
        let mut command = Command::new("timeout");
        command.arg("60").arg(program("undersign-server")).args(["evaluator", "--config"]).arg(&config);
        let output = command.output().await.expect("the program");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{words}: {said}");
        assert!(!data.exists(), "{words}: nothing is made");
    }
}

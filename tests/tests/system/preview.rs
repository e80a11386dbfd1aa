//! What `undersign organiser preview` shows of a folder, beside what the server shows of it when it is published.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use undersign_client_lib::organiser::Folder;
use undersign_protocol::petition::VerifiedManifest;
use undersign_tests::programs::program;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::wire::Wire;

async fn preview(folder: &Path) -> (Child, String) {
    let mut command = Command::new(program("undersign"));
    command.args(["--json", "organiser", "preview"]).arg(folder).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("the command runs");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = lines.next_line().await.expect("read").expect("a line");
    let said: Value = serde_json::from_str(&line).expect("an object");
    (child, said["origin"].as_str().expect("an origin").to_owned())
}

/// What lies between two marks, with the names of keys that two petitions of one folder cannot have in common.
fn part(html: &str, (begin, end): (&str, &str), petition: &VerifiedManifest) -> String {
    let rest = html.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {html}")).1;
    let part = rest.split_once(end).expect("an end").0;
    let key = petition.manifest().organiser.public_key.to_string();
    part.replace(&petition.petition_id().to_string(), "ID").replace(&key, "KEY")
}

#[tokio::test]
async fn a_preview_is_the_page_of_the_server() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/samples/open-archive");
    let folder = Folder::read(&directory).expect("a sample");
    let draft = folder.draft().expect("a good manifest");
    let server = TestServer::start(Options::default()).await;
    let mut open = folder.clone();
    open.settings.opens_at = server.now();
    open.settings.closes_at = server.now().plus(86_400);
    let published = server.publish(open).await;
    let wire = Wire::new(&server);
    let (_running, origin) = preview(&directory).await;
    let mut seen = 0;
    for path in ["/en/p/open-archive", "/ru/p/open-archive", "/fa/p/open-archive"] {
        let real = wire.get(&wire.origin(path)).await.text();
        let previewed = wire.get(&format!("{origin}{path}")).await.text();
        for marks in [
            ("<div class=\"front\"", "<aside"),
            ("<article", "</article>"),
            ("<header class=\"top\">", "</header>"),
            ("<footer", "</footer>"),
            ("<ol class=\"steps\">", "</ol>"),
        ] {
            let (real, previewed) = (part(&real, marks, &published), part(&previewed, marks, &draft));
            assert_eq!(previewed, real, "{path}");
            seen += real.len();
        }
        assert!(
            previewed.contains("class=\"draft\"") && !real.contains("class=\"draft\""),
            "only a preview says that it is one"
        );
    }
    assert!(seen > 20_000, "the control: {seen} bytes were compared");
}

//! The lying server as a process, for tests that are not in Rust. It says on its first line where it is, then takes commands, a line each,
//! and answers each with a line: `tell LIE` starts a server that tells it, on a port of its own; `change URL LIE` has that server tell
//! another one. It ends with its standard input.

use std::io::{BufRead as _, Write as _};

use serde_json::{Value, json};
use undersign_tests::evil::{Evil, World, lies};
use undersign_tests::server::Options;

#[tokio::main]
async fn main() {
    let world = World::new(Options { client: true, ..Options::default() }).await;
    say(&json!({
        "slug": world.petition.manifest().slug, "petition_id": world.petition.petition_id(),
        "outbox": world.server.path().join("outbox"),
    }));
    let mut servers = Vec::new();
    let mut lines = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next());
    while let Ok(Some(Ok(line))) = lines.await {
        say(&answer(&world, &mut servers, &line).await);
        lines = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next());
    }
}

async fn answer(world: &World, servers: &mut Vec<Evil>, line: &str) -> Value {
    let words: Vec<&str> = line.split(' ').collect();
    let lie = words.last().and_then(|name| lies::named(world, name));
    match (words.as_slice(), lie) {
        (["tell", _], Some(lie)) => {
            let evil = Evil::start(&world.server, lie).await;
            let url = evil.origin().to_owned();
            servers.push(evil);
            json!({ "url": url })
        }
        (["change", url, _], Some(lie)) => match servers.iter().find(|evil| evil.origin() == *url) {
            Some(evil) => {
                evil.tell(lie);
                json!({ "url": url })
            }
            None => json!({ "error": "no such server" }),
        },
        _ => json!({ "error": "no such command or lie" }),
    }
}

fn say(line: &Value) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).expect("somebody listens");
}

use undersign_client_lib::journey::{Bundle, Signed};
use undersign_client_lib::log_reader::LogError;
use undersign_client_lib::published::{Inclusion, Watch, WatchError};
use undersign_client_lib::response::Response;

use crate::support::server::TestServer;
use crate::support::{confirmed, prepared, token_held};

fn signed(server: &mut TestServer) -> Signed {
    let prepared = prepared(server, 0, Bundle::WholeRun, 1);
    let confirmed = confirmed(server, prepared);
    let held = token_held(server, confirmed);
    let answer = server.answer(&held.redemption_request(server.now).unwrap());
    held.redeemed(&answer, server.now).unwrap()
}

fn look(watch: &mut Watch, server: &mut TestServer) -> Result<Option<Inclusion>, WatchError> {
    look_with(watch, server, |_| {})
}

fn look_with(
    watch: &mut Watch,
    server: &mut TestServer,
    lie: impl FnOnce(&mut Vec<Response>),
) -> Result<Option<Inclusion>, WatchError> {
    let checkpoint = server.answer(&watch.checkpoint_request());
    let (reading, requests) = watch.opened(&checkpoint)?;
    let mut responses = server.answer_all(&requests);
    lie(&mut responses);
    watch.read(reading, &responses)
}

/// Entries of others, so that the log grows past the edge of a tile.
fn grow(server: &mut TestServer, count: usize) {
    let entries = &mut server.petitions[0].log.entries;
    let from = entries.len();
    entries.extend((from..from + count).map(|number| format!("entry {number}").into_bytes()));
}

#[test]
fn a_signature_is_found_wherever_the_batch_falls() {
    for before in [0, 1, 253, 254, 255, 256, 300, 600] {
        let mut server = TestServer::new(1);
        grow(&mut server, before);
        let signed = signed(&mut server);
        let mut watch = signed.watch();
        assert_eq!(look(&mut watch, &mut server).unwrap(), None);
        assert_eq!(look(&mut watch, &mut server).unwrap(), None, "nothing new");
        grow(&mut server, before);
        assert_eq!(look(&mut watch, &mut server).unwrap(), None);
        server.publish_batch(0);
        grow(&mut server, 3);
        let found = look(&mut watch, &mut server).unwrap().unwrap();
        let log = &server.petitions[0].log;
        assert_eq!(found.checkpoint, log.head());
        assert_eq!(log.entries[found.leaf_index as usize][0], 1);
    }
}

#[test]
fn a_log_that_lies_is_found_and_the_watch_goes_on() {
    let mut server = TestServer::new(1);
    let signed = signed(&mut server);
    let mut watch = signed.watch();
    look(&mut watch, &mut server).unwrap();
    server.publish_batch(0);

    let own = *signed.leaf_hash().as_bytes();
    // A tile that holds the leaf while the signed tree does not.
    let lie = look_with(&mut watch, &mut server, |tiles| {
        let body = &mut tiles[0].body;
        assert_eq!(body[64..96], own);
        body[64] ^= 1;
    });
    assert_eq!(lie, Err(WatchError::Log(LogError::Root)));
    let lie = look_with(&mut watch, &mut server, |tiles| {
        tiles[0].body.pop();
    });
    assert_eq!(lie, Err(WatchError::Log(LogError::Tile)));
    let lie = look_with(&mut watch, &mut server, Vec::clear);
    assert_eq!(lie, Err(WatchError::Log(LogError::Tile)));
    assert!(look(&mut watch, &mut server).unwrap().is_some());
}

#[test]
fn a_rewritten_or_cut_log_is_found() {
    let mut server = TestServer::new(1);
    let signed = signed(&mut server);
    let mut watch = signed.watch();
    grow(&mut server, 5);
    look(&mut watch, &mut server).unwrap();

    server.petitions[0].log.entries[3] = b"rewritten".to_vec();
    grow(&mut server, 5);
    // The tile that is fetched again holds the rewritten leaf; what was read before is kept, and the root does not fit it.
    assert_eq!(look(&mut watch, &mut server), Err(WatchError::Log(LogError::Root)));

    server.petitions[0].log.entries.truncate(2);
    assert_eq!(look(&mut watch, &mut server), Err(WatchError::Log(LogError::Shrunk)));
}

use super::Announced;
use crate::checks::{CheckError, check_host_witnesses, host_entries_of};
use crate::endpoints::Base;
use crate::log_reader::tiles;
use crate::lookup::{LookupError, bodies, host_tree_size, malformed};
use crate::request::{Request, Side, Stage};
use crate::response::Response;
use crate::witnesses::Demand;

/// A host's log as it was received.
pub struct HostLogDocuments {
    /// `GET /v1/log/key`.
    pub key: Vec<u8>,
    /// `GET /v1/log/checkpoint`.
    pub checkpoint: Vec<u8>,
    /// `GET /v1/log/tile/entries/…`: every bundle below that checkpoint, in order.
    pub entries: Vec<Vec<u8>>,
}

/// Waits for the key and the checkpoint.
pub struct FirstRound {
    base: Base,
}

/// Waits for the entries.
pub struct SecondRound {
    key: Vec<u8>,
    checkpoint: Vec<u8>,
}

/// Asks for the log of a host: for somebody who goes on with what was begun, and for whom no petition is looked up again. The answers go
/// to [`FirstRound::answered`] in the same order.
pub fn start(base: &Base) -> (FirstRound, Vec<Request>) {
    let requests = ["/v1/log/key", "/v1/log/checkpoint"].map(|path| get(base, path)).into();
    (FirstRound { base: base.clone() }, requests)
}

impl FirstRound {
    /// Asks for all entries.
    pub fn answered(self, responses: Vec<Response>) -> Result<(SecondRound, Vec<Request>), LookupError> {
        let [key, checkpoint] = bodies(responses)?.try_into().map_err(|_| malformed())?;
        let tree_size = host_tree_size(&key, &checkpoint)?;
        let tiles = tiles(None, 0, tree_size).into_iter();
        let requests = tiles.map(|path| get(&self.base, &format!("/v1/log/tile/{path}"))).collect();
        Ok((SecondRound { key, checkpoint }, requests))
    }
}

impl SecondRound {
    /// Takes the entries, in the order of the requests.
    pub fn answered(self, responses: Vec<Response>) -> Result<HostLogDocuments, LookupError> {
        Ok(HostLogDocuments { key: self.key, checkpoint: self.checkpoint, entries: bodies(responses)? })
    }
}

/// Reads what the log of a host says of ways to it, with the checks that [`check_under`](crate::checks::check_under) makes of that log:
/// its name and signature, all entries under its root, and what is demanded of witnesses.
///
/// # Arguments
/// * `host` – the origin's name in the manifest
pub fn read(host: &str, documents: &HostLogDocuments, demand: Option<Demand<'_>>) -> Result<Announced, CheckError> {
    let HostLogDocuments { key, checkpoint, entries } = documents;
    let announced = Announced::of_entries(&host_entries_of(host, key, checkpoint, entries)?);
    if let Some(demand) = demand {
        check_host_witnesses(host, key, checkpoint, demand)?;
    }
    Ok(announced)
}

fn get(base: &Base, path: &str) -> Request {
    Request::get(Side::Anonymous, Stage::Petition, base, path)
}

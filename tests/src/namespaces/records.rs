use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Packet, Protocol};

/// A TLS record's type for what is encrypted (RFC 8446 §5.1).
const APPLICATION_DATA: u8 = 23;
/// What each record has besides what is sent: the inner type, and the cipher's tag (RFC 8446 §5.2).
const OVERHEAD: usize = 17;
/// Less is the end of a handshake, a session ticket, or a request without anything in it.
const LEAST: usize = 400;

/// What goes between two machines over TLS 1.3, as whoever is on the wire sees it: how many bytes were sent in one record, at least
/// 400, and how many came back for them. In how many records these are is a matter of when the server had them, and is left out.
pub fn exchanges(packets: &[Packet], client: Ipv4Addr, server: Ipv4Addr) -> Vec<[usize; 2]> {
    let mut connections: BTreeMap<u16, Connection> = BTreeMap::new();
    for packet in packets.iter().filter(|packet| packet.protocol == Protocol::Tcp) {
        let (is_asking, port) = match (packet.from, packet.to) {
            ((from, port), to) if from == client && to == (server, 443) => (true, port),
            (from, (to, port)) if to == client && from == (server, 443) => (false, port),
            _ => continue,
        };
        connections.entry(port).or_default().take(is_asking, &packet.content);
    }
    connections.into_values().flat_map(|connection| connection.exchanges).collect()
}

#[derive(Default)]
struct Connection {
    /// What is not a whole record yet, each way.
    rest: [Vec<u8>; 2],
    exchanges: Vec<[usize; 2]>,
}

impl Connection {
    fn take(&mut self, is_asking: bool, content: &[u8]) {
        let rest = &mut self.rest[usize::from(is_asking)];
        rest.extend(content);
        while let Some([kind, _, _, high, low]) = rest.first_chunk().copied() {
            let size = usize::from(u16::from_be_bytes([high, low]));
            if rest.len() < 5 + size {
                return;
            }
            rest.drain(..5 + size);
            match (is_asking, self.exchanges.last_mut()) {
                _ if kind != APPLICATION_DATA || size < LEAST => {}
                (true, _) => self.exchanges.push([size - OVERHEAD, 0]),
                (false, Some(last)) => last[1] += size - OVERHEAD,
                // A certificate.
                (false, None) => {}
            }
        }
    }
}

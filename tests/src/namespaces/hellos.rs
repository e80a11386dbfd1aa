use std::net::Ipv4Addr;

use super::{Packet, streams};

/// A TLS record's type for what stands before anything is encrypted (RFC 8446 §5.1), and in it the message that begins.
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
/// Extensions that take up what an earlier connection has left (RFC 8446 §4.2.11; RFC 5077 §3.2, where it is not empty).
const PRE_SHARED_KEY: u16 = 41;
const SESSION_TICKET: u16 = 35;

/// Whether one of a machine's connections takes up the TLS session of another: whoever is asked knows then that both are of one client.
pub fn takes_up_a_session(packets: &[Packet], client: Ipv4Addr) -> bool {
    let hellos = streams(packets).into_iter().filter(|((from, to), _)| from.0 == client && to.1 == 443);
    let hellos: Vec<_> = hellos.filter_map(|(_, stream)| extensions(&stream)).collect();
    assert!(!hellos.is_empty(), "there are connections");
    hellos.into_iter().flatten().any(|(kind, size)| kind == PRE_SHARED_KEY || (kind == SESSION_TICKET && size > 0))
}

/// The extensions of a connection's first message, with their sizes.
fn extensions(stream: &[u8]) -> Option<Vec<(u16, usize)>> {
    let message = stream.get(5..).filter(|_| stream[0] == HANDSHAKE)?;
    // Type, size, version, random bytes.
    let mut rest = message.get(38..).filter(|_| message[0] == CLIENT_HELLO)?;
    // The session's id, ciphers, compressions.
    for width in [1, 2, 1] {
        take(&mut rest, width)?;
    }
    let (mut rest, mut found) = (take(&mut rest, 2)?, Vec::new());
    while let Some((kind, after)) = rest.split_first_chunk::<2>() {
        rest = after;
        found.push((u16::from_be_bytes(*kind), take(&mut rest, 2)?.len()));
    }
    Some(found)
}

/// What stands behind its size.
fn take<'a>(rest: &mut &'a [u8], width: usize) -> Option<&'a [u8]> {
    let (size, after) = rest.split_at_checked(width)?;
    let size = size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
    let (taken, after) = after.split_at_checked(size)?;
    *rest = after;
    Some(taken)
}

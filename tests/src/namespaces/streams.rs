use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Packet, Protocol};
use crate::recorder::whole;

/// One way of a connection: from where, to where.
pub type Way = ((Ipv4Addr, u16), (Ipv4Addr, u16));

/// All that went each way, put together.
pub fn streams(packets: &[Packet]) -> BTreeMap<Way, Vec<u8>> {
    let mut streams: BTreeMap<_, Vec<u8>> = BTreeMap::new();
    for packet in packets.iter().filter(|packet| packet.protocol == Protocol::Tcp) {
        streams.entry((packet.from, packet.to)).or_default().extend(&packet.content);
    }
    streams
}

/// Whether an address is at one of the ends.
pub fn has(packets: &[Packet], address: Ipv4Addr) -> bool {
    packets.iter().any(|packet| packet.from.0 == address || packet.to.0 == address)
}

/// Whether a text stands anywhere, in one stream.
pub fn contains(packets: &[Packet], text: &str) -> bool {
    streams(packets).values().any(|stream| stream.windows(text.len()).any(|window| window == text.as_bytes()))
}

/// The messages of HTTP that went some ways, over whichever connections, each with its body.
///
/// # Arguments
/// * `ways` – whether this is one of them
pub fn messages(packets: &[Packet], ways: impl Fn(&Way) -> bool) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    for (way, mut stream) in streams(packets).into_iter().filter(|(way, _)| ways(way)) {
        while let Some(size) = whole(&stream).filter(|size| *size <= stream.len()) {
            let rest = stream.split_off(size);
            messages.push(std::mem::replace(&mut stream, rest));
        }
        assert!(stream.is_empty(), "{way:?} goes on: {}", String::from_utf8_lossy(&stream));
    }
    messages
}

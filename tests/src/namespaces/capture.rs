use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Way;

/// What went over an interface of a machine: every packet, in order.
pub struct Capture {
    process: Child,
    file: PathBuf,
}

/// What a packet is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// A part of a connection, perhaps without content.
    Tcp,
    /// A datagram.
    Udp,
}

/// A packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Of what it is.
    pub protocol: Protocol,
    /// From where.
    pub from: (Ipv4Addr, u16),
    /// To where.
    pub to: (Ipv4Addr, u16),
    /// What stands in it.
    pub content: Vec<u8>,
}

impl Capture {
    /// Starts tcpdump, and waits until it listens.
    ///
    /// # Arguments
    /// * `file` – without its end
    pub(super) fn start(mut tcpdump: Command, interface: &str, file: &Path) -> Self {
        let (file, said) = (file.with_extension("pcap"), file.with_extension("tcpdump"));
        tcpdump.args(["-i", interface, "-U", "--immediate-mode", "-s", "0", "-B", "16384", "-Z", "root", "-w"]);
        tcpdump.arg(&file).arg("tcp or udp");
        tcpdump.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&said).expect("a file"));
        let capture = Self { process: tcpdump.spawn().expect("tcpdump"), file };
        for _ in 0..500 {
            if fs::read_to_string(&said).is_ok_and(|said| said.contains("listening on")) {
                return capture;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("tcpdump: {}", fs::read_to_string(&said).unwrap_or_default());
    }

    fn size(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Everything so far, of each. What has just been sent is waited for: nothing more comes anywhere for a second.
pub fn packets<const N: usize>(captures: [&Capture; N]) -> [Vec<Packet>; N] {
    let sizes = || captures.map(Capture::size);
    let (mut last, mut quiet) = (sizes(), 0);
    while quiet < 10 {
        std::thread::sleep(Duration::from_millis(100));
        let now = sizes();
        quiet = if now == last { quiet + 1 } else { 0 };
        last = now;
    }
    captures.map(|capture| parse(&fs::read(&capture.file).expect("what tcpdump wrote")))
}

/// A file of libpcap's, of Ethernet, in this machine's order of bytes.
fn parse(file: &[u8]) -> Vec<Packet> {
    let (mut packets, mut sent) = (Vec::new(), BTreeMap::new());
    let mut rest = file.get(24..).unwrap_or_default();
    while let Some((head, after)) = rest.split_at_checked(16) {
        let size = u32::from_ne_bytes([head[8], head[9], head[10], head[11]]) as usize;
        let Some((frame, after)) = after.split_at_checked(size) else { break };
        let (mut packet, segment) = packet(frame).expect("IPv4: no machine has another address");
        if let Some(segment) = segment {
            forget_repeats(&mut packet, segment, &mut sent);
        }
        packets.push(packet);
        rest = after;
    }
    packets
}

/// Where a packet's content is in what a connection sends one way.
struct Segment {
    sequence: u32,
    begins: bool,
}

/// On a machine that is busy TCP sends the same again.
fn forget_repeats(packet: &mut Packet, segment: Segment, sent: &mut BTreeMap<Way, u32>) {
    let Segment { sequence, begins } = segment;
    let next = sent.entry((packet.from, packet.to)).or_insert(sequence);
    if begins {
        *next = sequence.wrapping_add(1);
        return;
    }
    let end = sequence.wrapping_add(packet.content.len() as u32);
    // Half of all numbers are before another (RFC 9293 §3.4); what cannot be converted is behind.
    let known = usize::try_from(next.wrapping_sub(sequence).cast_signed()).unwrap_or(0);
    packet.content.drain(..known.min(packet.content.len()));
    if end.wrapping_sub(*next).cast_signed() > 0 {
        *next = end;
    }
}

fn packet(frame: &[u8]) -> Option<(Packet, Option<Segment>)> {
    let ip = frame.get(14..).filter(|_| frame[12..14] == [0x08, 0x00])?;
    let size = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
    let inner = ip.get(usize::from(ip[0] & 15) * 4..size)?;
    let (protocol, head, segment) = match ip[9] {
        6 => {
            let sequence = u32::from_be_bytes([inner[4], inner[5], inner[6], inner[7]]);
            (Protocol::Tcp, usize::from(inner[12] >> 4) * 4, Some(Segment { sequence, begins: inner[13] & 2 != 0 }))
        }
        17 => (Protocol::Udp, 8, None),
        _ => return None,
    };
    let address = |at: usize| Ipv4Addr::new(ip[at], ip[at + 1], ip[at + 2], ip[at + 3]);
    let port = |at: usize| u16::from_be_bytes([inner[at], inner[at + 1]]);
    let (from, to) = ((address(12), port(0)), (address(16), port(2)));
    Some((Packet { protocol, from, to, content: inner.get(head..)?.to_vec() }, segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_again_stands_in_a_stream_once() {
        let mut sent = BTreeMap::new();
        let mut content = Vec::new();
        let start = u32::MAX - 2;
        for (after, text, begins) in [
            (0, "", true),
            (1, "abc", false),
            (4, "de", false),
            (1, "abc", false),
            (4, "defg", false),
            (7, "", false),
            (8, "hi", false),
        ] {
            let (from, to) = ((Ipv4Addr::LOCALHOST, 1), (Ipv4Addr::LOCALHOST, 2));
            let mut packet = Packet { protocol: Protocol::Tcp, from, to, content: text.into() };
            let segment = Segment { sequence: start.wrapping_add(after), begins };
            forget_repeats(&mut packet, segment, &mut sent);
            content.extend(packet.content);
        }
        assert_eq!(content, b"abcdefghi");
    }
}

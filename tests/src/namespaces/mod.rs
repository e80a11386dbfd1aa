use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Machines on one wire, each a network namespace of its own with an address of its own. It takes root to make them.
pub struct Network {
    prefix: String,
    names: Vec<&'static str>,
}

/// What a machine had on its wire: every packet, in order.
pub struct Capture {
    process: Child,
    file: PathBuf,
}

/// A TCP packet with content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// From where.
    pub from: (Ipv4Addr, u16),
    /// To where.
    pub to: (Ipv4Addr, u16),
    /// What stands in it.
    pub content: Vec<u8>,
}

impl Network {
    /// Makes the machines. The address of each ends with its place in the list, from 1.
    ///
    /// # Panics
    /// Where namespaces cannot be made.
    pub fn new(names: &[&'static str]) -> Self {
        let network = Self { prefix: format!("us{}", std::process::id()), names: names.to_vec() };
        let wire = network.namespace("wire");
        ip(&["netns", "add", &wire]);
        ip(&["-n", &wire, "link", "add", "wire", "type", "bridge"]);
        ip(&["-n", &wire, "link", "set", "wire", "up"]);
        for name in names {
            let (own, end) = (network.namespace(name), format!("to-{name}"));
            ip(&["netns", "add", &own]);
            ip(&["-n", &own, "link", "set", "lo", "up"]);
            ip(&["-n", &own, "link", "add", "eth0", "type", "veth", "peer", "name", &end, "netns", &wire]);
            ip(&["-n", &own, "addr", "add", &format!("{}/24", network.address(name)), "dev", "eth0"]);
            ip(&["-n", &own, "link", "set", "eth0", "up"]);
            ip(&["-n", &wire, "link", "set", &end, "master", "wire", "up"]);
            // What the machines call each other; `ip netns exec` puts it in the place of /etc/hosts.
            let folder = Path::new("/etc/netns").join(&own);
            fs::create_dir_all(&folder).expect("a folder");
            let hosts = names.iter().map(|other| format!("{} {}\n", network.address(other), host(other)));
            fs::write(folder.join("hosts"), hosts.collect::<String>()).expect("written");
        }
        network
    }

    /// Address of a machine.
    pub fn address(&self, name: &str) -> Ipv4Addr {
        let place = self.names.iter().position(|other| *other == name).expect("one of the machines");
        Ipv4Addr::new(10, 77, 0, place as u8 + 1)
    }

    /// A program on a machine.
    pub fn command(&self, name: &str, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace(name)]).arg(program);
        command
    }

    /// Runs curl on a machine.
    pub fn curl(&self, name: &str, words: &[&str]) -> Output {
        let mut command = self.command(name, Path::new("curl"));
        command.args(["--silent", "--show-error", "--max-time", "30", "--noproxy", "*"]).args(words);
        command.output().expect("curl")
    }

    /// Begins to write down what a machine has on its wire.
    pub fn capture(&self, name: &str, folder: &Path) -> Capture {
        let (file, said) = (folder.join(format!("{name}.pcap")), folder.join(format!("{name}.tcpdump")));
        let mut command = self.command(name, Path::new("tcpdump"));
        command
            .args(["-i", "eth0", "-U", "--immediate-mode", "-s", "0", "-B", "16384", "-Z", "root", "-w"])
            .arg(&file)
            .arg("tcp");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&said).expect("a file"));
        let capture = Capture { process: command.spawn().expect("tcpdump"), file };
        for _ in 0..500 {
            if fs::read_to_string(&said).is_ok_and(|said| said.contains("listening on")) {
                return capture;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("tcpdump: {}", fs::read_to_string(&said).unwrap_or_default());
    }

    fn namespace(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }
}

/// What the others call a machine: clients speak plain HTTP with onion services alone, and plain is what a test can read.
pub fn host(name: &str) -> String {
    format!("{name}.onion")
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in self.names.iter().copied().chain(["wire"]) {
            let namespace = self.namespace(name);
            let _ = Command::new("ip").args(["netns", "del", &namespace]).status();
            let _ = fs::remove_dir_all(Path::new("/etc/netns").join(namespace));
        }
    }
}

fn ip(words: &[&str]) {
    let output = Command::new("ip").args(words).output().expect("ip, of the package iproute2");
    assert!(output.status.success(), "ip {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Capture {
    /// Everything so far. What has just been sent is waited for: nothing more comes for a second.
    pub fn packets(&self) -> Vec<Packet> {
        let read = || fs::read(&self.file).expect("what tcpdump wrote");
        let (mut last, mut quiet) = (read(), 0);
        while quiet < 10 {
            std::thread::sleep(Duration::from_millis(100));
            let now = read();
            quiet = if now == last { quiet + 1 } else { 0 };
            last = now;
        }
        parse(&last)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One way of a connection: from where, to where.
pub type Way = ((Ipv4Addr, u16), (Ipv4Addr, u16));

/// All that went each way, put together.
pub fn streams(packets: &[Packet]) -> BTreeMap<Way, Vec<u8>> {
    let mut streams: BTreeMap<_, Vec<u8>> = BTreeMap::new();
    for packet in packets {
        streams.entry((packet.from, packet.to)).or_default().extend(&packet.content);
    }
    streams
}

/// A file of libpcap's, of Ethernet, in this machine's order of bytes.
fn parse(file: &[u8]) -> Vec<Packet> {
    let mut packets = Vec::new();
    let mut rest = file.get(24..).unwrap_or_default();
    while let Some((head, after)) = rest.split_at_checked(16) {
        let size = u32::from_ne_bytes([head[8], head[9], head[10], head[11]]) as usize;
        let Some((frame, after)) = after.split_at_checked(size) else { break };
        packets.extend(packet(frame));
        rest = after;
    }
    packets
}

fn packet(frame: &[u8]) -> Option<Packet> {
    let ip = frame.get(14..).filter(|_| frame[12..14] == [0x08, 0x00])?;
    let size = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
    let tcp = ip.get(usize::from(ip[0] & 15) * 4..size)?;
    let address = |at: usize| Ipv4Addr::new(ip[at], ip[at + 1], ip[at + 2], ip[at + 3]);
    let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
    let content = tcp.get(usize::from(tcp[12] >> 4) * 4..)?;
    Some(Packet { from: (address(12), port(0)), to: (address(16), port(2)), content: content.to_vec() })
}

mod capture;
mod hellos;
mod records;
mod streams;

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

pub use capture::{Capture, Packet, Protocol, packets};
pub use hellos::takes_up_a_session;
pub use records::exchanges;
pub use streams::{Way, contains, has, messages, streams};

/// How many networks this process has made: each has names of its own.
static NETWORKS: AtomicU32 = AtomicU32::new(0);

/// Machines on one wire, each a network namespace of its own with an address of its own. It takes root to make them.
pub struct Network {
    prefix: String,
    names: Vec<&'static str>,
}

impl Network {
    /// Makes the machines. The address of each ends with its place in the list, from 1. None knows another's name.
    ///
    /// # Panics
    /// Where namespaces cannot be made.
    pub fn new(names: &[&'static str]) -> Self {
        let number = NETWORKS.fetch_add(1, Ordering::Relaxed);
        let network = Self { prefix: format!("us{}n{number}", std::process::id()), names: names.to_vec() };
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
            network.write(name, "hosts", "127.0.0.1 localhost\n");
            network.write(name, "resolv.conf", "");
        }
        network
    }

    /// Writes down on a machine where names lead: it asks nobody for them.
    ///
    /// # Arguments
    /// * `hosts` – names, and the machines that have them
    pub fn tell_names(&self, name: &str, hosts: &[(&str, &str)]) {
        let lines = hosts.iter().map(|(host, machine)| format!("{} {host}\n", self.address(machine)));
        self.write(name, "hosts", &format!("127.0.0.1 localhost\n{}", lines.collect::<String>()));
    }

    /// Tells a machine where to ask for the names that it does not know.
    pub fn tell_name_server(&self, name: &str, server: &str) {
        self.write(
            name,
            "resolv.conf",
            &format!("nameserver {}\noptions timeout:1 attempts:1\n", self.address(server)),
        );
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

    /// Does something on a machine, in this process: the sockets that it opens are that machine's, and so are those of its threads.
    pub fn on<T: Send>(&self, name: &str, work: impl FnOnce() -> T + Send) -> T {
        let namespace = File::open(Path::new("/run/netns").join(self.namespace(name))).expect("the machine");
        let there = || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).expect("moved");
            work()
        };
        thread::scope(|scope| scope.spawn(there).join()).expect("no panic")
    }

    /// Begins to write down what a machine has on an interface: `eth0` is its wire, `lo` is between its programs.
    pub fn capture(&self, name: &str, interface: &str, folder: &Path) -> Capture {
        let tcpdump = self.command(name, Path::new("tcpdump"));
        Capture::start(tcpdump, interface, &folder.join(format!("{name}-{interface}")))
    }

    fn namespace(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    /// `ip netns exec` puts these files in the place of those of /etc.
    fn folder(&self, name: &str) -> PathBuf {
        Path::new("/etc/netns").join(self.namespace(name))
    }

    fn write(&self, name: &str, file: &str, text: &str) {
        fs::create_dir_all(self.folder(name)).expect("a folder");
        fs::write(self.folder(name).join(file), text).expect("written");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in self.names.iter().copied().chain(["wire"]) {
            let _ = Command::new("ip").args(["netns", "del", &self.namespace(name)]).status();
            let _ = fs::remove_dir_all(self.folder(name));
        }
    }
}

fn ip(words: &[&str]) {
    let output = Command::new("ip").args(words).output().expect("ip, of the package iproute2");
    assert!(output.status.success(), "ip {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

//! A SOCKS5 server (RFC 1928, RFC 1929) that leads names where it is told to, addresses to themselves, and keeps what it was told.

use std::io::{self, Read, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Whom a proxy lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody who gives a name, whatever it is, as Tor does.
    AnyName,
    /// Who gives none, as `ssh -D` does.
    NoName,
    /// Nobody: no name is right.
    Closed,
    /// It is no proxy, and leads on whoever connects.
    Away,
}

/// One connection, as the proxy saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// User name and password, where there were any.
    pub name: Option<(String, String)>,
    /// What it was to be led to: a name, or the digits of an address where this machine had asked for one.
    pub host: String,
    /// Whether it was a name.
    pub is_name: bool,
    /// Which port there.
    pub port: u16,
    /// First lines of the requests on it, where they were not encrypted.
    pub requests: Vec<String>,
}

/// A running one.
pub struct SocksProxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl SocksProxy {
    /// Listens on this machine.
    pub fn start(door: Door, leads_to: SocketAddr) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), door, move |_, _| leads_to)
    }

    /// Listens at an address, and leads each name and port where it is told.
    pub fn start_at(
        listen: SocketAddr,
        door: Door,
        leads_to: impl Fn(&str, u16) -> SocketAddr + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(listen).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (store, leads_to) = (Arc::clone(&seen), Arc::new(leads_to));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (store, leads_to) = (Arc::clone(&store), Arc::clone(&leads_to));
                thread::spawn(move || serve(stream.unwrap(), door, &*leads_to, &store));
            }
        });
        Self { address, seen }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As `--proxy` takes it.
    pub fn url(&self) -> String {
        format!("socks5h://{}", self.address)
    }

    /// Every connection that was asked for, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(
    mut client: TcpStream,
    door: Door,
    leads_to: &impl Fn(&str, u16) -> SocketAddr,
    store: &Mutex<Vec<Seen>>,
) -> io::Result<()> {
    if door == Door::Away {
        let seen = Seen { name: None, host: String::new(), is_name: false, port: 0, requests: Vec::new() };
        let index = keep(store, seen);
        let server = TcpStream::connect(leads_to("", 0))?;
        return pass(client, server, |line| store.lock().unwrap()[index].requests.push(line));
    }
    let [version, count] = bytes(&mut client)?;
    let methods = several(&mut client, count.into())?;
    let wanted = if door == Door::NoName { 0 } else { 2 };
    if version != 5 || !methods.contains(&wanted) {
        return client.write_all(&[5, 0xff]);
    }
    client.write_all(&[5, wanted])?;
    let name = if wanted == 2 { Some(name(&mut client)?) } else { None };
    if wanted == 2 {
        client.write_all(&[1, u8::from(door == Door::Closed)])?;
    }
    let [_, command, _, kind] = bytes(&mut client)?;
    let (host, is_name) = match kind {
        1 => (IpAddr::from(bytes::<4>(&mut client)?).to_string(), false),
        4 => (IpAddr::from(bytes::<16>(&mut client)?).to_string(), false),
        3 => {
            let [length] = bytes(&mut client)?;
            (text(several(&mut client, length.into())?)?, true)
        }
        _ => return client.write_all(&[5, 8, 0, 1, 0, 0, 0, 0, 0, 0]),
    };
    let port = u16::from_be_bytes(bytes(&mut client)?);
    let leads_to = host.parse().map_or_else(|_| leads_to(&host, port), |address: IpAddr| (address, port).into());
    let server = TcpStream::connect(leads_to).ok().filter(|_| command == 1);
    let index = keep(store, Seen { name, host, is_name, port, requests: Vec::new() });
    let Some(server) = server else { return client.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]) };
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    pass(client, server, |line| store.lock().unwrap()[index].requests.push(line))
}

fn keep(store: &Mutex<Vec<Seen>>, seen: Seen) -> usize {
    let mut all = store.lock().unwrap();
    all.push(seen);
    all.len() - 1
}

/// Passes on what both say, and keeps the first lines of requests before the server has them.
fn pass(mut client: TcpStream, mut server: TcpStream, mut keep: impl FnMut(String)) -> io::Result<()> {
    let (mut from, mut back) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut back);
        let _ = back.shutdown(Shutdown::Write);
    });
    let mut chunk = [0; 16 * 1024];
    while let Ok(count @ 1..) = client.read(&mut chunk) {
        let sent = String::from_utf8_lossy(&chunk[..count]).into_owned();
        if let Some(line) = sent.lines().next().filter(|line| line.ends_with(" HTTP/1.1")) {
            keep(line.to_owned());
        }
        server.write_all(&chunk[..count])?;
    }
    server.shutdown(Shutdown::Write)
}

fn name(client: &mut TcpStream) -> io::Result<(String, String)> {
    let [version, length] = bytes(client)?;
    let name = text(several(client, length.into())?)?;
    let [length] = bytes(client)?;
    let password = text(several(client, length.into())?)?;
    // RFC 1929 §2: neither is empty.
    if version == 1 && !name.is_empty() && !password.is_empty() {
        Ok((name, password))
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

fn bytes<const N: usize>(client: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).map(|()| bytes)
}

fn several(client: &mut TcpStream, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    client.read_exact(&mut bytes).map(|()| bytes)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

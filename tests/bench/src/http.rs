//! HTTP/1.1 over one connection that stays open, with as little work as possible: the generator shares the cores with the server.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use undersign_client_lib::request::{Method, Request};
use undersign_client_lib::response::Response;

/// One connection to one server.
pub struct Connection {
    stream: TcpStream,
    /// What was read and not used yet.
    buffer: Vec<u8>,
}

/// An answer.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// `content-type`.
    pub media_type: Option<String>,
    /// The body, as it was sent.
    pub body: Vec<u8>,
}

impl Answer {
    /// Fails where it is not this status.
    pub fn expect(self, status: u16) -> Result<Self> {
        ensure!(self.status == status, "{} for {status}: {}", self.status, String::from_utf8_lossy(&self.body));
        Ok(self)
    }

    /// As the client takes it.
    pub fn response(self) -> Response {
        Response { status: self.status, media_type: self.media_type, retry_after: None, body: self.body }
    }
}

/// A request of the client's in bytes.
pub fn bytes_of(request: &Request) -> Vec<u8> {
    let path = request.url().splitn(4, '/').nth(3).unwrap_or_default();
    let method = match request.method() {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    bytes(method, &format!("/{path}"), request.headers(), request.content())
}

/// A request in bytes.
pub fn bytes(method: &str, path: &str, headers: &[(&'static str, String)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if method != "GET" {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

impl Connection {
    /// Connects.
    pub async fn open(to: SocketAddr) -> Result<Self> {
        Self::of(TcpStream::connect(to).await?)
    }

    /// Connects from an address of this machine (127.0.0.0/8): each has ports of its own.
    pub async fn open_from(from: IpAddr, to: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        Self::of(socket.connect(to).await?)
    }

    /// Several.
    pub async fn open_all(to: SocketAddr, count: usize) -> Result<Vec<Self>> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(Self::open(to).await?);
        }
        Ok(all)
    }

    fn of(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Sends one request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end);
        let status = head.split(' ').nth(1).context("a status")?.parse()?;
        let header = |name: &str| {
            let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
            lines.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned()))
        };
        let body = match header("content-length") {
            Some(length) => self.take(length.parse()?).await?,
            None if header("transfer-encoding").is_some() => self.chunks().await?,
            None if status == 304 || status == 204 => Vec::new(),
            None => bail!("an answer of unknown length"),
        };
        Ok(Answer { status, media_type: header("content-type"), body })
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = find(&self.buffer, b"\r\n") {
                    break self.take(end + 2).await?;
                }
                self.read().await?;
            };
            let length = usize::from_str_radix(std::str::from_utf8(&line)?.trim(), 16)?;
            let chunk = self.take(length + 2).await?;
            body.extend_from_slice(&chunk[..length]);
            if length == 0 {
                return Ok(body);
            }
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.read().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn read(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server has closed the connection");
        Ok(())
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

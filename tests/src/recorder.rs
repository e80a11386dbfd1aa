use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server that keeps every request as it came, byte for byte, and gives each the same answer.
pub struct Recorder {
    port: u16,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
    task: JoinHandle<()>,
}

impl Recorder {
    /// Listens.
    ///
    /// # Arguments
    /// * `answer` – the whole answer, from its status line on
    pub async fn start(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, answer) = (Arc::clone(&kept), answer.clone());
                tokio::spawn(async move { serve(stream, &kept, &answer).await });
            }
        });
        Self { port, requests, task }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What came, without what came before.
    pub fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer that ends with its connection.
pub fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let head = head.replace('\n', "\r\n");
    [format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes(), body]
        .concat()
}

/// The size of a message whose head is whole: with the content that it names.
pub fn whole(request: &[u8]) -> Option<usize> {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let content = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    Some(end + content)
}

async fn serve(mut stream: TcpStream, kept: &Mutex<Vec<Vec<u8>>>, answer: &[u8]) -> Option<()> {
    let mut request = Vec::new();
    let mut part = [0; 4_096];
    while whole(&request).is_none_or(|size| request.len() < size) {
        match stream.read(&mut part).await.ok()? {
            0 => return None,
            count => request.extend_from_slice(&part[..count]),
        }
    }
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    stream.write_all(answer).await.ok()
}

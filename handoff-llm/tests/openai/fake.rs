//! A server that speaks the protocol as badly as a test wants. It writes bytes itself, so that it can end at any of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does next on a connection; after the last it closes.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// Ends the connection with a reset.
    Reset,
    /// Sends nothing more, and waits until the client goes away.
    Hang,
    /// Repeats these bytes until the client goes away.
    Flood(Vec<u8>),
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: Value,
}

#[derive(Debug, Default)]
struct Seen {
    asked: Mutex<Vec<Asked>>,
    left: AtomicUsize,
}

/// The running server.
#[derive(Debug, Clone)]
pub(crate) struct Fake {
    pub(crate) base_url: String,
    seen: Arc<Seen>,
    answers: Arc<Mutex<Vec<Vec<Step>>>>,
}

impl Fake {
    /// Gives the n-th request the n-th answer; the last is repeated.
    pub(crate) async fn new(answers: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            base_url: format!("http://{}/v1", listener.local_addr().unwrap()),
            seen: Arc::default(),
            answers: Arc::new(Mutex::new(answers)),
        };
        let server = fake.clone();
        let runtime = tokio::runtime::Handle::current();
        runtime.clone().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                runtime.spawn(async move { server.serve(stream).await });
            }
        });
        fake
    }

    /// From now on every request gets this.
    pub(crate) fn answers(&self, steps: Vec<Step>) {
        *self.answers.lock().unwrap() = vec![steps];
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.seen.asked.lock().unwrap().clone()
    }

    /// Waits until so many clients went away before their answer was whole.
    pub(crate) async fn until_left(&self, count: usize) {
        let left = async {
            while self.seen.left.load(Ordering::SeqCst) < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), left).await;
        waited.expect("the client is still connected");
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some(asked) = read(&mut stream).await else {
            return;
        };
        let nth = {
            let mut all = self.seen.asked.lock().unwrap();
            all.push(asked);
            all.len() - 1
        };
        let steps = {
            let answers = self.answers.lock().unwrap();
            answers[nth.min(answers.len() - 1)].clone()
        };
        for step in steps {
            match step {
                Step::Send(bytes) => drop(stream.write_all(&bytes).await),
                Step::Wait(time) => tokio::time::sleep(time).await,
                Step::Reset => {
                    stream.flush().await.ok();
                    stream.set_zero_linger().unwrap();
                    return;
                }
                Step::Hang => self.wait_for_end(&mut stream).await,
                Step::Flood(bytes) => {
                    while stream.write_all(&bytes).await.is_ok() {}
                    self.seen.left.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
        stream.shutdown().await.ok();
    }

    async fn wait_for_end(&self, stream: &mut TcpStream) {
        let mut rest = [0; 64];
        while !matches!(stream.read(&mut rest).await, Ok(0) | Err(_)) {}
        self.seen.left.fetch_add(1, Ordering::SeqCst);
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream
            .read(&mut piece)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.trim().parse().unwrap());
        if bytes.len() >= end + 4 + length {
            let body = serde_json::from_slice(&bytes[end + 4..]).unwrap_or(Value::Null);
            return Some(Asked { head, body });
        }
    }
}

/// The head of an answer: its body ends with the connection.
pub(crate) fn head(status: u16, kind: &str, more: &str) -> Step {
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nconnection: close\r\n{more}\r\n");
    Step::Send(head.into_bytes())
}

pub(crate) fn stream() -> Step {
    head(200, "text/event-stream", "")
}

pub(crate) fn event(value: &Value) -> Vec<u8> {
    format!("data: {value}\n\n").into_bytes()
}

pub(crate) fn piece(text: &str) -> Step {
    Step::Send(event(
        &json!({ "choices": [{ "index": 0, "delta": { "content": text } }] }),
    ))
}

pub(crate) fn call(name: &str, arguments: &Value) -> Step {
    Step::Send(event(&json!({ "choices": [{ "delta": { "tool_calls": [
        { "index": 0, "id": "call_x", "type": "function", "function": { "name": name, "arguments": arguments.to_string() } },
    ] } }] })))
}

pub(crate) fn end(reason: &str) -> Step {
    let mut bytes =
        event(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] }));
    bytes.extend(event(&json!({ "choices": [], "usage": { "prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12 } })));
    bytes.extend(b"data: [DONE]\n\n");
    Step::Send(bytes)
}

/// A good answer.
pub(crate) fn says(text: &str) -> Vec<Step> {
    vec![stream(), piece(text), end("stop")]
}

/// A call of one tool.
pub(crate) fn calls(name: &str, arguments: &Value) -> Vec<Step> {
    vec![stream(), call(name, arguments), end("tool_calls")]
}

/// An error.
pub(crate) fn error(status: u16, more: &str) -> Vec<Step> {
    let body = br#"{"error":{"message":"the visitor wrote SECRET","code":"slow_down"}}"#;
    vec![
        head(status, "application/json", more),
        Step::Send(body.to_vec()),
    ]
}

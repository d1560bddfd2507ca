//! A WebSocket to a server.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(30);

/// The client's end, and every frame that came.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    pub(crate) seen: Vec<Value>,
}

impl Socket {
    pub(crate) async fn open(address: SocketAddr, path: &str, cookie: Option<&str>) -> Self {
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .unwrap();
        let origin = format!("http://{address}");
        let headers = request.headers_mut();
        headers.insert("origin", HeaderValue::from_str(&origin).unwrap());
        if let Some(cookie) = cookie {
            headers.insert("cookie", HeaderValue::from_str(cookie).unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        let (stream, _) = client_async(request, stream).await.unwrap();
        Self {
            stream,
            seen: Vec::new(),
        }
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.stream
            .send(Message::text(frame.to_string()))
            .await
            .unwrap();
    }

    /// The next frame; how the connection ended, where none comes any more.
    pub(crate) async fn next(&mut self) -> Result<Value, Option<(u16, String)>> {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await;
            match next.unwrap_or_else(|_| panic!("nothing came; before: {:#?}", self.seen)) {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    self.seen.push(frame.clone());
                    return Ok(frame);
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err(Some((frame.code.into(), frame.reason.to_string())));
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Err(None),
                Some(Ok(_)) => {}
            }
        }
    }

    /// The first frame that passes, among those that came and those to come.
    pub(crate) async fn find(&mut self, pass: impl Fn(&Value) -> bool) -> Value {
        if let Some(frame) = self.seen.iter().find(|frame| pass(frame)) {
            return frame.clone();
        }
        loop {
            match self.next().await {
                Ok(frame) if pass(&frame) => return frame,
                Ok(_) => {}
                Err(end) => panic!("it ended with {end:?}; before: {:#?}", self.seen),
            }
        }
    }

    pub(crate) async fn frame(&mut self, kind: &str) -> Value {
        self.find(|frame| frame["type"] == kind).await
    }

    /// The first event that passes.
    pub(crate) async fn event(&mut self, pass: impl Fn(&Value) -> bool) -> Value {
        let find = |frame: &Value| events_of(frame).find(|event| pass(event)).cloned();
        let frame = self.find(|frame| find(frame).is_some()).await;
        find(&frame).unwrap()
    }

    /// The event that says this text.
    pub(crate) async fn said(&mut self, text: &str) -> Value {
        self.event(|event| event["body"]["text"] == text).await
    }

    /// Every event so far.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Value> {
        self.seen.iter().flat_map(events_of)
    }

    /// The last version that came.
    pub(crate) fn version(&self) -> u64 {
        let versions = self
            .seen
            .iter()
            .filter_map(|frame| frame["version"].as_u64());
        versions.max().unwrap_or_default()
    }
}

fn events_of(frame: &Value) -> impl Iterator<Item = &Value> {
    let of_log = frame["type"] == "events";
    let events = frame["events"].as_array().filter(|_| of_log);
    events.into_iter().flatten()
}

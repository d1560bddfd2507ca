//! The client's end of a WebSocket.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the server closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

/// The client's end of a WebSocket, and every frame that came.
pub(crate) struct Socket {
    stream: WebSocketStream<DuplexStream>,
    pub(crate) seen: Vec<Value>,
}

impl Socket {
    pub(crate) fn new(stream: WebSocketStream<DuplexStream>) -> Self {
        Self {
            stream,
            seen: Vec::new(),
        }
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.text(&frame.to_string()).await;
    }

    pub(crate) async fn text(&mut self, text: &str) {
        self.raw(Message::text(text)).await;
    }

    pub(crate) async fn raw(&mut self, message: Message) {
        // A server that closes may do so while this is written: the test then sees the close.
        self.stream.send(message).await.ok();
    }

    /// The next frame, or how the server closed.
    pub(crate) async fn next(&mut self) -> Result<Value, Ended> {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await;
            let next = next.unwrap_or_else(|_| panic!("nothing came; before: {:#?}", self.seen));
            match next {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    self.seen.push(frame.clone());
                    return Ok(frame);
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err(Ended {
                        code: frame.code.into(),
                        reason: frame.reason.to_string(),
                    });
                }
                Some(Ok(Message::Close(None))) => {
                    return Err(Ended {
                        code: 1005,
                        reason: String::new(),
                    });
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    return Err(Ended {
                        code: 1006,
                        reason: String::new(),
                    });
                }
            }
        }
    }

    /// The next frame of a type; others before it are only kept in `seen`.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        self.until_where(kind, |_| true).await
    }

    /// The next frame of a type that passes.
    pub(crate) async fn until_where(&mut self, kind: &str, pass: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next().await {
                Ok(frame) if frame["type"] == kind && pass(&frame) => return frame,
                Ok(_) => {}
                Err(ended) => panic!("no {kind} came but {ended:?}; before: {:#?}", self.seen),
            }
        }
    }

    /// The next event of a kind in `events` frames.
    pub(crate) async fn event(&mut self, kind: &str) -> Value {
        let has = |frame: &Value| {
            frame["events"]
                .as_array()
                .unwrap()
                .iter()
                .any(|event| event["body"]["type"] == kind)
        };
        let frame = self.until_where("events", has).await;
        let events = frame["events"].as_array().unwrap();
        events
            .iter()
            .find(|event| event["body"]["type"] == kind)
            .unwrap()
            .clone()
    }

    /// The conversation that the visitor's first message opened.
    pub(crate) fn opened(&self) -> String {
        let mut frames = self.seen.iter();
        let opened = frames.find(|frame| frame["type"] == "opened").unwrap();
        opened["conversation"].as_str().unwrap().to_owned()
    }

    /// The end of what was stored before: from here on it is live.
    pub(crate) async fn caught_up(&mut self) -> Value {
        self.until_where("events", |frame| frame["caught_up"] == true)
            .await
    }

    /// How the server closes.
    pub(crate) async fn ended(&mut self) -> Ended {
        loop {
            if let Err(ended) = self.next().await {
                return ended;
            }
        }
    }

    /// Sends a command and returns the answer.
    pub(crate) async fn ask(&mut self, mut frame: Value) -> Value {
        let id = super::uuid();
        frame["id"] = json!(id);
        self.send(&frame).await;
        self.answer(&id).await
    }

    /// The answer to a command.
    pub(crate) async fn answer(&mut self, id: &str) -> Value {
        loop {
            match self.next().await {
                Ok(frame) if frame["id"] == id => return frame,
                Ok(_) => {}
                Err(ended) => panic!("no answer came but {ended:?}; before: {:#?}", self.seen),
            }
        }
    }

    /// A command of the team's, which must succeed.
    pub(crate) async fn team(&mut self, conversation: &str, command: Value) -> Value {
        let done = self
            .ask(json!({ "type": "do", "conversation": conversation, "command": command }))
            .await;
        assert_eq!(done["type"], "done", "{done}");
        done
    }

    /// Everything that comes until nothing has come for a moment.
    pub(crate) async fn settle(&mut self) {
        while let Ok(Some(next)) = timeout(Duration::from_millis(300), self.stream.next()).await {
            match next {
                Ok(Message::Text(text)) => self.seen.push(serde_json::from_str(&text).unwrap()),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Hangs up without a word.
    pub(crate) fn hang_up(self) {
        drop(self);
    }
}

//! WebSocket clients of all contenders.

use crate::compare::process::Endpoint;
use anyhow::{Context, Result, bail};
use futures::{FutureExt, SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Message, Utf8Bytes, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig,
    },
};

/// How many frames that are already here a dashboard takes in one go.
const FRAMES_AT_ONCE: usize = 512;

pub(super) struct Socket {
    stream: WebSocketStream<TcpStream>,
    keep_alive: Option<KeepAlive>,
}

/// A text frame by which a server asks whether the client is still there, and the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeepAlive {
    pub(super) question: &'static str,
    pub(super) answer: &'static str,
}

/// Buffers of 4 KB: ten thousand idle clients live in one process.
pub(super) fn small_buffers() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0)
}

/// Buffers for a client that receives everything.
pub(super) fn large_buffers() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(128 * 1024)
}

impl Socket {
    pub(super) async fn connect(
        endpoint: &Endpoint,
        path: &str,
        headers: &[(&'static str, &str)],
        config: WebSocketConfig,
    ) -> Result<Self> {
        let stream = TcpStream::connect(endpoint.address).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{}{path}", endpoint.address).into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value)?);
        }
        let (socket, _) = client_async_with_config(request, stream, Some(config))
            .await
            .context("the server refused the WebSocket")?;
        Ok(Self {
            stream: socket,
            keep_alive: None,
        })
    }

    /// Answers this question from now on.
    pub(super) fn answering(self, keep_alive: KeepAlive) -> Self {
        Self {
            keep_alive: Some(keep_alive),
            ..self
        }
    }

    pub(super) async fn send(&mut self, text: String) -> Result<()> {
        Ok(self.stream.send(Message::text(text)).await?)
    }

    /// The next text frame; pings and the server's questions are answered on the way.
    pub(super) async fn next(&mut self) -> Result<Utf8Bytes> {
        loop {
            match self.stream.next().await.context("the server went away")?? {
                Message::Text(text) => match self.keep_alive {
                    Some(keep_alive) if text.as_str() == keep_alive.question => {
                        self.stream.send(Message::text(keep_alive.answer)).await?;
                    }
                    _ => return Ok(text),
                },
                Message::Close(frame) => bail!("the server closed the socket: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Waits for a text frame and takes those that are already here with it.
    /// `read` adds the numbers of the messages in a frame.
    pub(super) async fn next_numbers(
        &mut self,
        numbers: &mut Vec<u32>,
        read: fn(&str, &mut Vec<u32>),
    ) -> Result<()> {
        let mut text = self.next().await?;
        for _ in 0..FRAMES_AT_ONCE {
            read(&text, numbers);
            match self.next().now_or_never() {
                Some(next) => text = next?,
                None => return Ok(()),
            }
        }
        read(&text, numbers);
        Ok(())
    }
}

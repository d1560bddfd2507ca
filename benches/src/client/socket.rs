//! A WebSocket of typed frames.

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// What came from the server.
#[derive(Debug)]
pub(crate) enum Received {
    /// A frame.
    Text(Utf8Bytes),
    /// It closed the socket.
    Closed {
        /// The close code; 1005 where there was none.
        code: u16,
        /// The reason.
        reason: String,
    },
}

/// A socket.
#[derive(Debug)]
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn connect(url: &str, headers: &[(&'static str, &str)]) -> Result<Self> {
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value)?);
        }
        let config = WebSocketConfig::default().read_buffer_size(16 * 1024);
        let connected =
            tokio_tungstenite::connect_async_with_config(request, Some(config), true).await;
        Ok(Self(
            connected
                .with_context(|| format!("{url} refused the WebSocket"))?
                .0,
        ))
    }

    /// The own port; 0 where it is not known.
    pub(crate) fn port(&self) -> u16 {
        let MaybeTlsStream::Plain(stream) = self.0.get_ref() else {
            return 0;
        };
        stream.local_addr().map_or(0, |address| address.port())
    }

    pub(crate) async fn send(&mut self, frame: &impl Serialize) -> Result<()> {
        Ok(self
            .0
            .send(Message::text(serde_json::to_string(frame)?))
            .await?)
    }

    /// The next frame. Dropping the future loses nothing.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<T> {
        match self.receive().await? {
            Received::Text(text) => {
                serde_json::from_str(&text).with_context(|| format!("an unknown frame: {text}"))
            }
            Received::Closed { code, reason } => {
                bail!("the server closed the socket: {code} {reason}")
            }
        }
    }

    /// The next frame as it came, or how the server closed the socket. Dropping the future loses nothing.
    pub(crate) async fn receive(&mut self) -> Result<Received> {
        loop {
            match self.0.next().await.context("the server went away")?? {
                Message::Text(text) => return Ok(Received::Text(text)),
                Message::Close(frame) => {
                    let (code, reason) = frame.map_or((1005, String::new()), |frame| {
                        (frame.code.into(), frame.reason.to_string())
                    });
                    return Ok(Received::Closed { code, reason });
                }
                _ => {}
            }
        }
    }
}

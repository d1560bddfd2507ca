//! A WebSocket of typed frames.

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

#[derive(Debug)]
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(super) async fn connect(url: &str, headers: &[(&'static str, &str)]) -> Result<Self> {
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

    pub(super) async fn send(&mut self, frame: &impl Serialize) -> Result<()> {
        Ok(self
            .0
            .send(Message::text(serde_json::to_string(frame)?))
            .await?)
    }

    /// The next frame. Dropping the future loses nothing.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<T> {
        loop {
            match self.0.next().await.context("the server went away")?? {
                Message::Text(text) => {
                    return serde_json::from_str(&text)
                        .with_context(|| format!("an unknown frame: {text}"));
                }
                Message::Close(frame) => bail!("the server closed the socket: {frame:?}"),
                _ => {}
            }
        }
    }
}

//! Serves an app over pipes in memory.

use axum::Router;
use axum::serve::Listener;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, protocol::WebSocketConfig};

use super::socket::Socket;

/// What a pipe holds before the writer waits for the reader.
const CAPACITY: usize = 16 * 1024;

/// Where connections come in.
struct Incoming(mpsc::Receiver<DuplexStream>);

impl Listener for Incoming {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A way to connect to an app.
#[derive(Clone)]
pub(crate) struct Pipe(mpsc::Sender<DuplexStream>);

impl Pipe {
    #[expect(
        clippy::disallowed_methods,
        reason = "the app ends with the test's runtime"
    )]
    pub(crate) fn serve(app: Router) -> Self {
        let (sender, receiver) = mpsc::channel(16);
        tokio::spawn(async move { axum::serve(Incoming(receiver), app).await });
        Self(sender)
    }

    /// A bare connection.
    pub(crate) async fn connect(&self) -> DuplexStream {
        let (here, there) = tokio::io::duplex(CAPACITY);
        self.0.send(there).await.unwrap();
        here
    }

    /// A WebSocket; the error is how it was refused.
    pub(crate) async fn socket(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Socket, Box<Error>> {
        let mut request = format!("ws://chat.test{path}")
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request
                .headers_mut()
                .append(name, HeaderValue::from_str(value).unwrap());
        }
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let stream = self.connect().await;
        let connected =
            tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
        connected
            .map(|(socket, _)| Socket::new(socket))
            .map_err(Box::new)
    }

    /// The status with which a WebSocket is refused.
    pub(crate) async fn refusal(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        match self.socket(path, headers).await.map_err(|error| *error) {
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(error) => panic!("{error}"),
            Ok(_) => 101,
        }
    }
}

//! [`RedisBus`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use handoff_core::bus::{Bus, Heard, Notice};
use handoff_core::error::Unreachable;
use redis::aio::{PubSubSink, PubSubStream};
use redis::{RedisError, RedisResult};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::RedisOptions;
use crate::error::OpenError;
use crate::link::{Link, Server};

/// A subscriber may be so many notices behind before it hears [`Heard::Lagged`].
const BACKLOG: usize = 4096;
/// So many notices go in one message at most.
const MESSAGE: usize = 1_000;
/// Where nothing is heard for so long, the server is asked whether it is still there.
const QUIET: Duration = Duration::from_secs(10);
/// Pauses between attempts to hear the server again grow from the first to the second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Carries notices between nodes by Redis's publish and subscribe. Clones share two connections, one to publish and one
/// to hear; whoever subscribes here hears from the second.
///
/// - All notices of one call go in one message. What is published while a node is not connected does not reach it; it
///   hears [`Heard::Lagged`] when it is connected again, and so does whoever reads slower than notices come.
/// - A message that could not be sent is not kept: the next one that can be tells every node that something was lost.
/// - In a cluster this is the classic `PUBLISH`, which every node of the cluster passes on, so that any node may be named
///   in the address; while that one is down, notices of other nodes come late. Sharded channels would spare a large
///   cluster that traffic only if nodes of Handoff heard some services and not others; each hears all of them.
#[derive(Clone)]
pub struct RedisBus {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    channel: String,
    link: Link,
    timeout: Duration,
    heard: broadcast::Sender<Heard>,
    /// Something was not published, and nobody was told yet.
    owes: AtomicBool,
    /// Ends the listener with the last handle and the last subscription.
    _listening: DropGuard,
}

/// What is published.
#[derive(Serialize)]
struct Message<'m> {
    /// Something that was published before did not come.
    lost: bool,
    notices: &'m [Notice],
}

/// The same as it is heard.
#[derive(Deserialize)]
struct HeardMessage {
    lost: bool,
    notices: Vec<Notice>,
}

impl RedisBus {
    /// Connects to a server, as [`RedisStore::connect`](crate::RedisStore::connect) does, and begins to listen.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about it.
    pub async fn connect(url: &str, options: RedisOptions) -> Result<Self, OpenError> {
        let server = Server::at(url, &options)?;
        let link = server.link().await?;
        let channel = format!("{}:notices", options.prefix);
        let (heard, _) = broadcast::channel(BACKLOG);
        let mut listener = Listener {
            client: server.client()?,
            channel: channel.clone(),
            timeout: options.connect_timeout.max(options.response_timeout),
            heard: heard.clone(),
        };
        let ear = listener.listen().await;
        let ear = ear.map_err(|source| server.unreachable(source))?;
        let listening = CancellationToken::new();
        let ended = listening.clone().cancelled_owned();
        TaskTracker::new().spawn(async move {
            futures::future::select(Box::pin(ended), Box::pin(listener.run(ear))).await;
        });
        Ok(Self {
            shared: Arc::new(Shared {
                name: server.name,
                channel,
                link,
                timeout: options.response_timeout,
                heard,
                owes: AtomicBool::new(false),
                _listening: listening.drop_guard(),
            }),
        })
    }
}

impl Shared {
    async fn send(&self, notices: &[Notice]) -> Result<(), Unreachable> {
        let lost = self.owes.load(Ordering::Acquire);
        let message = serde_json::to_vec(&Message { lost, notices }).map_err(Unreachable::new)?;
        let mut link = self.link.clone();
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(&self.channel).arg(message);
        let published = publish.exec_async(&mut link);
        match tokio::time::timeout(self.timeout, published).await {
            Ok(Ok(())) => {
                if lost {
                    self.owes.store(false, Ordering::Release);
                }
                Ok(())
            }
            Ok(Err(error)) => Err(Unreachable::new(error)),
            Err(late) => Err(Unreachable::new(late)),
        }
    }
}

impl fmt::Display for RedisBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis bus at {}", self.shared.name)
    }
}

impl fmt::Debug for RedisBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBus")
            .field("server", &self.shared.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Bus for RedisBus {
    async fn publish(&self, notices: &[Notice]) -> Result<(), Unreachable> {
        for some in notices.chunks(MESSAGE) {
            if let Err(error) = self.shared.send(some).await {
                self.shared.owes.store(true, Ordering::Release);
                return Err(error);
            }
        }
        Ok(())
    }

    async fn subscribe(&self) -> Result<BoxStream<'static, Heard>, Unreachable> {
        // The handle in the stream keeps the listener at work while somebody hears it.
        let listening = (self.shared.heard.subscribe(), self.shared.clone());
        Ok(stream::unfold(listening, |(mut receiver, shared)| async {
            let heard = match receiver.recv().await {
                Ok(heard) => heard,
                Err(RecvError::Lagged(_)) => Heard::Lagged,
                Err(RecvError::Closed) => return None,
            };
            Some((heard, (receiver, shared)))
        })
        .boxed())
    }
}

/// Hears the server and passes on what it says, again and again.
struct Listener {
    client: redis::Client,
    channel: String,
    timeout: Duration,
    heard: broadcast::Sender<Heard>,
}

/// A connection that hears.
type Ear = (PubSubSink, PubSubStream);

impl Listener {
    async fn run(mut self, mut ear: Ear) {
        loop {
            let error = self.pass_on(&mut ear).await;
            tracing::warn!(%error, "the bus is cut off: notices of other nodes come late");
            ear = self.listen_again().await;
            // What was said meanwhile is lost.
            self.tell(Heard::Lagged);
        }
    }

    async fn listen(&mut self) -> RedisResult<Ear> {
        let connect = async {
            let mut ear = self.client.get_async_pubsub().await?.split();
            ear.0.subscribe(&self.channel).await?;
            Ok(ear)
        };
        let connected = tokio::time::timeout(self.timeout, connect).await;
        connected.unwrap_or_else(|_| Err(too_late()))
    }

    /// For as long as it takes; the pauses are bounded, not their number.
    async fn listen_again(&mut self) -> Ear {
        let mut pause = PAUSES.0;
        loop {
            match self.listen().await {
                Ok(ear) => return ear,
                Err(error) => tracing::debug!(%error, "the bus is still cut off"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Passes on what is heard until the connection ends; says why it did.
    async fn pass_on(&self, (sink, stream): &mut Ear) -> RedisError {
        loop {
            match tokio::time::timeout(QUIET, stream.next()).await {
                Ok(Some(message)) => self.hear(message.get_payload_bytes()),
                Ok(None) => return ended(),
                Err(_) => {
                    let asked = tokio::time::timeout(self.timeout, sink.ping::<redis::Value>());
                    if let Err(error) = asked.await.unwrap_or_else(|_| Err(too_late())) {
                        return error;
                    }
                }
            }
        }
    }

    fn hear(&self, message: &[u8]) {
        let Ok(message) = serde_json::from_slice::<HeardMessage>(message) else {
            // Of a newer version, maybe: whatever it says, it can be read from the store.
            return self.tell(Heard::Lagged);
        };
        if message.lost {
            self.tell(Heard::Lagged);
        }
        for notice in message.notices {
            self.tell(Heard::Notice(notice));
        }
    }

    fn tell(&self, heard: Heard) {
        // Nobody may be listening: then nobody misses it.
        self.heard.send(heard).ok();
    }
}

fn ended() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()
}

fn too_late() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

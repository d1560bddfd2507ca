//! [`PostgresBus`].

mod listen;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use handoff_core::bus::{Bus, Heard, Notice};
use handoff_core::error::Unreachable;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::BusOptions;
use crate::error::OpenError;
use crate::session;
use listen::Listener;

/// So many payloads go into one statement at most.
const PAYLOADS: usize = 64;

/// Notices by `LISTEN` and `NOTIFY`. Clones share its two connections: one that listens, one that publishes.
///
/// A notice is sent in a transaction of its own, after the commit that it is about, and many in one; it holds ids and
/// versions, not what was said. Where the server was away, or a publication failed, subscribers hear
/// [`Heard::Lagged`] once it is back.
#[derive(Clone)]
pub struct PostgresBus {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    channel: String,
    pool: PgPool,
    publish_timeout: Duration,
    heard: broadcast::Sender<Heard>,
    /// Publications that failed, and how many of them subscribers were told of.
    failures: AtomicU64,
    told: AtomicU64,
    listening: TaskTracker,
    stop: CancellationToken,
    _stop_with_the_last: DropGuard,
}

impl PostgresBus {
    /// Connects to `postgres://user:password@host:port/database`, and listens.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about it.
    pub async fn connect(url: &str, options: BusOptions) -> Result<Self, OpenError> {
        let fits = (1..=63).contains(&options.channel.len()) && !options.channel.contains('\0');
        if !fits {
            return Err(OpenError::Channel {
                channel: options.channel,
            });
        }
        let server = session::parse(url)?;
        let name = session::name(&server);
        Self::start(server, name.clone(), options)
            .await
            .map_err(|source| OpenError::database(&name, source))
    }

    async fn start(
        server: PgConnectOptions,
        name: String,
        options: BusOptions,
    ) -> Result<Self, sqlx::Error> {
        // Nothing of a notice need be on a disk.
        let settings = format!(
            "SET synchronous_commit = off; SET statement_timeout = {}",
            session::millis(options.publish_timeout)
        );
        // One connection keeps the order of publications.
        let pool = session::pool(
            server.clone(),
            settings.clone(),
            1,
            options.connect_timeout,
            options.publish_timeout,
        )
        .await?;
        let heard = broadcast::Sender::new(options.backlog.clamp(1, 1 << 20));
        let listener = Listener {
            server,
            settings,
            channel: options.channel.clone(),
            connect_timeout: options.connect_timeout,
            quiet: options.quiet,
            heard: heard.clone(),
        };
        let ear = listener.open().await?;
        let stop = CancellationToken::new();
        let listening = TaskTracker::new();
        listening.spawn(listener.run(ear, stop.clone()));
        listening.close();
        Ok(Self {
            inner: Arc::new(Inner {
                name,
                channel: options.channel,
                pool,
                publish_timeout: options.publish_timeout,
                heard,
                failures: AtomicU64::new(0),
                told: AtomicU64::new(0),
                listening,
                _stop_with_the_last: stop.clone().drop_guard(),
                stop,
            }),
        })
    }

    /// Closes the connections. Subscribers hear nothing more, and publications fail.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.listening.wait().await;
        self.inner.pool.close().await;
    }
}

impl Inner {
    /// Publishes in order. Where an earlier publication failed, says first that something was lost.
    async fn publish(&self, notices: &[Notice]) -> Result<(), sqlx::Error> {
        let failures = self.failures.load(Ordering::Acquire);
        let lost = failures > self.told.load(Ordering::Acquire);
        let payloads = wire::encode(notices, lost);
        for some in payloads.chunks(PAYLOADS) {
            sqlx::query(include_str!("../../queries/publish.sql"))
                .bind(self.channel.as_str())
                .bind(some)
                .execute(&self.pool)
                .await?;
        }
        self.told.fetch_max(failures, Ordering::AcqRel);
        Ok(())
    }
}

impl fmt::Display for PostgresBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { name, channel, .. } = &*self.inner;
        write!(f, "Postgres bus on channel {channel} in {name}")
    }
}

impl fmt::Debug for PostgresBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresBus")
            .field("name", &self.inner.name)
            .field("channel", &self.inner.channel)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Bus for PostgresBus {
    async fn publish(&self, notices: &[Notice]) -> Result<(), Unreachable> {
        if notices.is_empty() {
            return Ok(());
        }
        let inner = &self.inner;
        let published = tokio::time::timeout(inner.publish_timeout, inner.publish(notices))
            .await
            .unwrap_or_else(|_| Err(session::too_late("no answer")));
        published.map_err(|error| {
            inner.failures.fetch_add(1, Ordering::AcqRel);
            Unreachable::new(error)
        })
    }

    async fn subscribe(&self) -> Result<BoxStream<'static, Heard>, Unreachable> {
        // The bus in the stream keeps it from ending with the last handle.
        let listening = (self.inner.heard.subscribe(), self.inner.clone());
        Ok(stream::unfold(listening, |(mut receiver, bus)| async {
            match receiver.recv().await {
                Ok(heard) => Some((heard, (receiver, bus))),
                Err(RecvError::Lagged(_)) => Some((Heard::Lagged, (receiver, bus))),
                Err(RecvError::Closed) => None,
            }
        })
        .boxed())
    }
}

//! How a store and a bus use a server.

use std::time::Duration;

/// Settings of a [`PostgresStore`](crate::PostgresStore). The defaults suit a node beside its database.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// Connections beside the writer's own, 1 to 128: what reads, the outbox and the directory share.
    pub connections: u32,
    /// Whether [`connect`](crate::PostgresStore::connect) makes and upgrades tables. Otherwise it refuses a database that
    /// is not up to date.
    pub migrate: bool,
    /// A new connection is there after so long, or never.
    pub connect_timeout: Duration,
    /// Whoever finds all connections busy waits at most so long for one.
    pub acquire_timeout: Duration,
    /// A statement that takes longer is given up.
    pub statement_timeout: Duration,
    /// A statement that waits longer for another transaction is given up.
    pub lock_timeout: Duration,
    /// A node that finds another one upgrading the tables waits at most so long for it.
    pub migration_timeout: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connections: 8,
            migrate: true,
            connect_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            migration_timeout: Duration::from_mins(1),
        }
    }
}

impl PostgresOptions {
    /// With so many connections beside the writer's own.
    #[must_use]
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections.clamp(1, 128);
        self
    }

    /// Making and upgrading tables on connect, or not.
    #[must_use]
    pub fn migrate(mut self, migrate: bool) -> Self {
        self.migrate = migrate;
        self
    }

    /// Giving up a new connection after so long.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Giving up the wait for a connection after so long.
    #[must_use]
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.acquire_timeout = limit;
        self
    }

    /// Giving up a statement after so long.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.statement_timeout = limit;
        self
    }

    /// Giving up the wait for another transaction after so long.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_timeout = limit;
        self
    }

    /// Giving up the wait for another node's upgrade after so long.
    #[must_use]
    pub fn migration_timeout(mut self, limit: Duration) -> Self {
        self.migration_timeout = limit;
        self
    }

    /// A call that has no answer after so long gets none: the server hangs, or is cut off without a word.
    pub(crate) fn patience(&self) -> Duration {
        self.acquire_timeout
            .saturating_add(self.statement_timeout)
            .saturating_add(Duration::from_secs(1))
    }
}

/// Settings of a [`PostgresBus`](crate::PostgresBus).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BusOptions {
    /// The channel, 1 to 63 bytes. Channels belong to a database, not to a schema: installations that share a database
    /// need one each.
    pub channel: String,
    /// A new connection is there after so long, or never.
    pub connect_timeout: Duration,
    /// A publication that takes longer is given up; subscribers learn later that something was lost.
    pub publish_timeout: Duration,
    /// Where nothing was heard for so long the server is asked whether it is still there.
    pub quiet: Duration,
    /// A subscriber may be so many notices behind before it hears [`Lagged`](handoff_core::bus::Heard::Lagged).
    pub backlog: usize,
}

impl Default for BusOptions {
    fn default() -> Self {
        Self {
            channel: "handoff".to_owned(),
            connect_timeout: Duration::from_secs(5),
            publish_timeout: Duration::from_secs(5),
            quiet: Duration::from_secs(10),
            backlog: 4096,
        }
    }
}

impl BusOptions {
    /// On this channel.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = channel.into();
        self
    }

    /// Giving up a new connection after so long.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Giving up a publication after so long.
    #[must_use]
    pub fn publish_timeout(mut self, limit: Duration) -> Self {
        self.publish_timeout = limit;
        self
    }

    /// Asking a silent server after so long.
    #[must_use]
    pub fn quiet(mut self, span: Duration) -> Self {
        self.quiet = span;
        self
    }

    /// With subscribers so many notices behind at most, 1 at least.
    #[must_use]
    pub fn backlog(mut self, notices: usize) -> Self {
        self.backlog = notices.clamp(1, 1 << 20);
        self
    }
}

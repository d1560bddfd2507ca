//! The faults, by their numbers.

use clap::ValueEnum;
use serde::Serialize;

/// Where the nodes of a run keep conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// In an SQLite file: there is one node.
    Sqlite,
    /// In Postgres, and nodes hear of each other by Redis.
    Postgres,
    /// In Redis.
    Redis,
}

impl Kept {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Redis];

    /// So many nodes share it.
    pub(super) const fn nodes(self) -> usize {
        match self {
            Self::Sqlite => 1,
            Self::Postgres | Self::Redis => 3,
        }
    }

    /// Whether what was acknowledged must be there whatever is killed.
    pub(super) const fn is_durable(self) -> bool {
        !matches!(self, Self::Redis)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
        }
    }
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fault {
    /// A node is killed around a takeover.
    F1,
    /// A node is killed while a reply is being written.
    F2,
    /// Postgres restarts, in order or by a crash.
    F3,
    /// Postgres hangs.
    F4,
    /// Transactions deadlock.
    F5,
    /// The connection is reset right after a COMMIT went out.
    F6,
    /// Redis is cut off, sleeps, or crashes.
    F7,
    /// Notices are dropped, doubled and put in another order.
    F8,
    /// A dashboard does not read.
    F12,
    /// A node is paused, and goes on later.
    F14,
    /// Many agents claim one conversation at once.
    F15,
    /// Nodes restart in turn, in order.
    F16,
    /// All clients come back at once.
    F19,
    /// A node is cut off from the store, and not from its clients.
    F20,
    /// A request's future is dropped.
    F24,
    /// Clients' connections are delayed, stalled, cut, reset and half-closed.
    Wire,
}

impl Fault {
    pub(super) const ALL: [Self; 16] = [
        Self::F1,
        Self::F2,
        Self::F3,
        Self::F4,
        Self::F5,
        Self::F6,
        Self::F7,
        Self::F8,
        Self::F12,
        Self::F14,
        Self::F15,
        Self::F16,
        Self::F19,
        Self::F20,
        Self::F24,
        Self::Wire,
    ];

    /// The faults that can befall nodes on this store.
    pub(super) fn of(kept: Kept) -> Vec<Self> {
        let befalls = |fault: &Self| match fault {
            Self::F3 | Self::F4 | Self::F5 | Self::F6 => kept == Kept::Postgres,
            Self::F7 | Self::F8 | Self::F20 => kept != Kept::Sqlite,
            _ => true,
        };
        Self::ALL.into_iter().filter(befalls).collect()
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::F1 => "F1 kill -9 around a takeover",
            Self::F2 => "F2 kill -9 within a reply",
            Self::F3 => "F3 Postgres restarts",
            Self::F4 => "F4 Postgres hangs",
            Self::F5 => "F5 deadlocks",
            Self::F6 => "F6 cut at COMMIT",
            Self::F7 => "F7 Redis cut off or crashed",
            Self::F8 => "F8 notices lost, doubled, late",
            Self::F12 => "F12 dashboard does not read",
            Self::F14 => "F14 node paused",
            Self::F15 => "F15 claims race",
            Self::F16 => "F16 rolling restart",
            Self::F19 => "F19 reconnect storm",
            Self::F20 => "F20 node without its store",
            Self::F24 => "F24 requests dropped",
            Self::Wire => "cuts and delays on the wire",
        }
    }
}

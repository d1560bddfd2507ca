//! A bus for one node.

use std::fmt;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::bus::{Bus, Heard, Notice};
use crate::error::Unreachable;

/// A subscriber may be so many notices behind before it hears [`Heard::Lagged`].
const DEFAULT_BACKLOG: usize = 4096;

/// Carries notices within one process. It needs no network, and publishing never waits: the slowest subscriber loses
/// the oldest notices and is told so.
#[derive(Debug, Clone)]
pub struct LocalBus {
    sender: broadcast::Sender<Notice>,
}

impl LocalBus {
    /// A bus on which a subscriber may be `backlog` notices behind (1 at least).
    pub fn with_backlog(backlog: usize) -> Self {
        Self {
            sender: broadcast::Sender::new(backlog.clamp(1, 1 << 20)),
        }
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self::with_backlog(DEFAULT_BACKLOG)
    }
}

impl fmt::Display for LocalBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("local bus")
    }
}

#[async_trait]
impl Bus for LocalBus {
    async fn publish(&self, notices: &[Notice]) -> Result<(), Unreachable> {
        if self.sender.receiver_count() > 0 {
            for notice in notices {
                // The last subscriber may have left meanwhile: then nobody misses it.
                self.sender.send(notice.clone()).ok();
            }
        }
        Ok(())
    }

    async fn subscribe(&self) -> Result<BoxStream<'static, Heard>, Unreachable> {
        // The sender in the stream keeps it from ending with the last handle of the bus.
        let listening = (self.sender.subscribe(), self.sender.clone());
        Ok(stream::unfold(listening, |(mut receiver, sender)| async {
            match receiver.recv().await {
                Ok(notice) => Some((Heard::Notice(notice), (receiver, sender))),
                Err(RecvError::Lagged(_)) => Some((Heard::Lagged, (receiver, sender))),
                Err(RecvError::Closed) => None,
            }
        })
        .boxed())
    }
}

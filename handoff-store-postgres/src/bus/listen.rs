//! Hears what is published, and listens again where the connection was lost.

use std::time::Duration;

use handoff_core::bus::Heard;
use sqlx::postgres::{PgConnectOptions, PgListener};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::wire;
use crate::session::{self, too_late};

/// A server that could not be reached is left alone for so long.
const PAUSE: Duration = Duration::from_millis(500);

/// Tells every subscriber of this node.
pub(super) struct Listener {
    pub(super) server: PgConnectOptions,
    pub(super) settings: String,
    pub(super) channel: String,
    pub(super) connect_timeout: Duration,
    pub(super) quiet: Duration,
    pub(super) heard: broadcast::Sender<Heard>,
}

impl Listener {
    /// Listens from now on.
    pub(super) async fn open(&self) -> Result<PgListener, sqlx::Error> {
        let limit = self.connect_timeout;
        let opening = async {
            let server = self.server.clone();
            let pool = session::pool(server, self.settings.clone(), 1, limit, limit).await?;
            let mut ear = PgListener::connect_with(&pool).await?;
            // It is opened again here, with a limit, and with a word to the subscribers.
            ear.eager_reconnect(false);
            ear.listen(&self.channel).await?;
            Ok(ear)
        };
        tokio::time::timeout(limit, opening)
            .await
            .map_err(|_| too_late("no connection"))?
    }

    /// Hears until it is stopped.
    pub(super) async fn run(self, ear: PgListener, stop: CancellationToken) {
        stop.run_until_cancelled(self.hear_for_ever(ear)).await;
    }

    async fn hear_for_ever(&self, mut ear: PgListener) {
        loop {
            let error = self.hear(&mut ear).await;
            tracing::warn!(%error, "the bus was cut off; listening again");
            ear = self.reopen().await;
            // What was published in between is lost, and nothing is from here on.
            self.tell(Heard::Lagged);
        }
    }

    /// Hears until the connection is lost.
    async fn hear(&self, ear: &mut PgListener) -> sqlx::Error {
        loop {
            match tokio::time::timeout(self.quiet, ear.try_recv()).await {
                Ok(Ok(Some(notification))) => {
                    wire::decode(notification.payload()).for_each(|heard| self.tell(heard));
                }
                Ok(Ok(None)) => return too_late("the connection ended: nothing"),
                Ok(Err(error)) => return error,
                Err(_) => {
                    if let Err(error) = self.ask(ear).await {
                        return error;
                    }
                }
            }
        }
    }

    /// Asks a silent server whether it is still there.
    async fn ask(&self, ear: &mut PgListener) -> Result<(), sqlx::Error> {
        let asking = sqlx::query("SELECT 1").execute(ear);
        tokio::time::timeout(self.connect_timeout, asking)
            .await
            .map_err(|_| too_late("no answer"))?
            .map(drop)
    }

    async fn reopen(&self) -> PgListener {
        loop {
            match self.open().await {
                Ok(ear) => return ear,
                Err(error) => {
                    tracing::warn!(%error, "other nodes can't be heard; trying again soon");
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn tell(&self, heard: Heard) {
        // Without subscribers nobody misses it.
        self.heard.send(heard).ok();
    }
}

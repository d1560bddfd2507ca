//! The writer's connection.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use crate::error::Failure;
use crate::session;

/// A connection that nobody else uses, opened again where it was lost.
#[derive(Debug)]
pub(crate) struct Link {
    server: PgConnectOptions,
    settings: String,
    connect_timeout: Duration,
    /// A transaction has no answer after so long: it is given up, and its connection with it.
    pub(super) patience: Duration,
    connection: Option<PgConnection>,
}

impl Link {
    /// Opens it.
    pub(crate) async fn open(
        server: PgConnectOptions,
        settings: String,
        connect_timeout: Duration,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let connection = session::open(&server, &settings, connect_timeout).await?;
        Ok(Self {
            server,
            settings,
            connect_timeout,
            patience,
            connection: Some(connection),
        })
    }

    /// Begins a transaction. A connection that was lost while it had nothing to do is replaced without a word. It is the
    /// caller's until it is [put back](Self::put_back): whatever is cut off in between is not used again.
    pub(super) async fn begin(&mut self) -> Result<PgConnection, Failure> {
        if let Some(mut connection) = self.connection.take() {
            match sqlx::raw_sql("BEGIN").execute(&mut connection).await {
                Ok(_) => return Ok(connection),
                Err(error) => tracing::debug!(%error, "the writer's connection was lost"),
            }
        }
        let mut connection =
            session::open(&self.server, &self.settings, self.connect_timeout).await?;
        sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
        Ok(connection)
    }

    /// Keeps a connection on which no transaction is open.
    pub(super) fn put_back(&mut self, connection: PgConnection) {
        self.connection = Some(connection);
    }

    /// Gives up the transaction of a connection, and keeps the connection if it still answers.
    pub(super) async fn roll_back(&mut self, mut connection: PgConnection) {
        match sqlx::raw_sql("ROLLBACK").execute(&mut connection).await {
            Ok(_) => self.put_back(connection),
            Err(error) => tracing::debug!(%error, "the writer's connection was lost"),
        }
    }

    pub(super) async fn close(self) {
        if let Some(connection) = self.connection
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "the writer's connection was not closed cleanly; nothing acknowledged is lost");
        }
    }
}

//! Connections, and what each is told before it is used.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, PgPool};

use crate::PostgresOptions;
use crate::error::OpenError;

/// A transaction that met another node's is tried so often.
pub(crate) const TRIES: usize = 8;

/// Reads a URL. What it says of the password is not repeated in an error.
pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, OpenError> {
    let options: PgConnectOptions = url.parse().map_err(OpenError::url)?;
    let named = options.get_application_name().is_some();
    let options = if named {
        options
    } else {
        options.application_name("handoff")
    };
    Ok(options.disable_statement_logging())
}

/// What a server is called in messages.
pub(crate) fn name(options: &PgConnectOptions) -> String {
    let database = options
        .get_database()
        .unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{database} at {}", socket.display()),
        None => format!(
            "{database} at {}:{}",
            options.get_host(),
            options.get_port()
        ),
    }
}

/// The settings of a session of the store. Whoever is told of a commit relies on `synchronous_commit`, and the writer on
/// an isolation in which each statement sees what was committed before it. Compiling a query takes longer than any of
/// these runs.
pub(crate) fn settings(options: &PostgresOptions) -> String {
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET synchronous_commit = on; \
         SET default_transaction_isolation = 'read committed'; SET jit = off; SET idle_in_transaction_session_timeout = {}",
        millis(options.statement_timeout),
        millis(options.lock_timeout),
        millis(options.patience()),
    )
}

/// A limit as Postgres takes it; its zero would mean none.
pub(crate) fn millis(limit: Duration) -> i32 {
    i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1)
}

/// Opens one connection.
pub(crate) async fn open(
    server: &PgConnectOptions,
    settings: &str,
    limit: Duration,
) -> Result<PgConnection, sqlx::Error> {
    let opening = async {
        let mut connection = server.connect().await?;
        connection.execute(AssertSqlSafe(settings)).await?;
        Ok(connection)
    };
    tokio::time::timeout(limit, opening)
        .await
        .map_err(|_| too_late("no connection"))?
}

/// Prepares connections that are shared, and opens the first, so that a server that is not there is noticed.
pub(crate) async fn pool(
    server: PgConnectOptions,
    settings: String,
    connections: u32,
    connect_timeout: Duration,
    acquire_timeout: Duration,
) -> Result<PgPool, sqlx::Error> {
    let settings: std::sync::Arc<str> = settings.into();
    let connecting = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(acquire_timeout)
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move {
                connection.execute(AssertSqlSafe(&*settings)).await?;
                Ok(())
            })
        })
        .connect_with(server);
    tokio::time::timeout(connect_timeout, connecting)
        .await
        .map_err(|_| too_late("no connection"))?
}

/// What is said of a server that does not answer.
pub(crate) fn too_late(what: &str) -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(
        std::io::ErrorKind::TimedOut,
        format!("{what} in time"),
    ))
}

//! The tables, and bringing older ones up to date.

use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlSafeStr};

use crate::error::{OpenError, code};
use crate::session::{self, millis};

/// A released migration never changes.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (
        1,
        "conversations",
        include_str!("../migrations/0001_conversations.sql"),
    ),
    (2, "records", include_str!("../migrations/0002_records.sql")),
];

/// Not sqlx's own name, so that a host may keep its tables, and its migrations, in the same database.
const TABLE: &str = "_handoff_migrations";

fn known() -> i64 {
    let versions = MIGRATIONS.iter().map(|(version, ..)| *version);
    versions.max().unwrap_or_default()
}

/// Makes or upgrades the tables. Nodes that do so at once do it one after another, by an advisory lock of the database;
/// each waits at most so long for the others.
pub(crate) async fn migrate(
    server: &PgConnectOptions,
    connect_timeout: Duration,
    wait: Duration,
) -> Result<(), OpenError> {
    let database = session::name(server);
    let failed = |source| OpenError::database(&database, source);
    // An upgrade may take its time; the wait for another node's may not.
    let settings = format!(
        "SET statement_timeout = 0; SET lock_timeout = {}",
        millis(wait)
    );
    let mut connection = session::open(server, &settings, connect_timeout)
        .await
        .map_err(failed)?;
    check_encoding(&mut connection, &database).await?;
    let migrated = migrator().run_direct(None, &mut connection, false).await;
    // The lock goes with the connection, also after a failure.
    connection.close().await.ok();
    migrated.map_err(
        |error| match OpenError::from_migration(&database, known(), error) {
            OpenError::Database { source, .. } if code(&source).as_deref() == Some("55P03") => {
                OpenError::Busy {
                    database: database.clone(),
                    waited: wait,
                }
            }
            other => other,
        },
    )
}

/// Refuses tables that are not the ones that this version knows.
pub(crate) async fn check(connection: &mut PgConnection, database: &str) -> Result<(), OpenError> {
    let found = version(connection)
        .await
        .map_err(|source| OpenError::database(database, source))?;
    let (database, known) = (database.to_owned(), known());
    match found.cmp(&known) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(OpenError::Outdated {
            database,
            found,
            known,
        }),
        std::cmp::Ordering::Greater => Err(OpenError::Newer {
            database,
            found,
            known,
        }),
    }
}

/// The newest migration that was done; 0 where there is none.
async fn version(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(TABLE)
        .fetch_one(&mut *connection)
        .await?;
    if !there {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _handoff_migrations WHERE success")
        .fetch_one(connection)
        .await
}

async fn check_encoding(connection: &mut PgConnection, database: &str) -> Result<(), OpenError> {
    let found: String = sqlx::query_scalar("SELECT current_setting('server_encoding')")
        .fetch_one(connection)
        .await
        .map_err(|source| OpenError::database(database, source))?;
    if found == "UTF8" {
        return Ok(());
    }
    Err(OpenError::Encoding {
        database: database.to_owned(),
        found,
    })
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    let mut migrator = Migrator::with_migrations(migrations.to_vec());
    migrator.dangerous_set_table_name(TABLE);
    migrator
}

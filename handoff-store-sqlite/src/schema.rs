//! The tables, and bringing an older file up to date.

use std::path::Path;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqliteConnection};

use crate::error::OpenError;

/// A released migration never changes.
const MIGRATIONS: [(i64, &str, &str); 3] = [
    (
        1,
        "conversations",
        include_str!("../migrations/0001_conversations.sql"),
    ),
    (2, "records", include_str!("../migrations/0002_records.sql")),
    (3, "orders", include_str!("../migrations/0003_orders.sql")),
];

/// Not sqlx's own name, so that a host may keep its tables, and its migrations, in the same file.
const TABLE: &str = "_handoff_migrations";

/// Makes or upgrades the tables.
pub(crate) async fn migrate(
    connection: &mut SqliteConnection,
    path: &Path,
) -> Result<(), OpenError> {
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    let known = MIGRATIONS
        .iter()
        .map(|(version, ..)| *version)
        .max()
        .unwrap_or_default();
    let mut migrator = Migrator::with_migrations(migrations.to_vec());
    migrator.dangerous_set_table_name(TABLE);
    migrator
        .run_direct(None, connection, false)
        .await
        .map_err(|error| OpenError::from_migration(path.to_owned(), known, error))
}

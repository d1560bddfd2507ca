//! The team's records.

use handoff_core::directory::{Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use handoff_core::time::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use crate::columns::{json_at, number, unsigned};
use crate::error::{Failure, failed};
use crate::read::limit;

pub(crate) async fn get(
    pool: &PgPool,
    kind: RecordKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    let query = include_str!("../queries/record_by_key.sql");
    one(pool, query, kind, key, now).await
}

pub(crate) async fn find(
    pool: &PgPool,
    kind: RecordKind,
    lookup: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    let query = include_str!("../queries/record_by_lookup.sql");
    one(pool, query, kind, lookup, now).await
}

async fn one(
    pool: &PgPool,
    query: &'static str,
    kind: RecordKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    let row = sqlx::query(query)
        .bind(kind.as_str())
        .bind(key.as_bytes())
        .bind(now.as_millis())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.map(|row| record(kind, &row)).transpose()
}

pub(crate) async fn list(
    pool: &PgPool,
    kind: RecordKind,
    after: Option<&str>,
    rows: usize,
    now: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    let query = match after {
        Some(key) => sqlx::query(include_str!("../queries/records_after.sql"))
            .bind(kind.as_str())
            .bind(key.as_bytes()),
        None => sqlx::query(include_str!("../queries/records_first.sql")).bind(kind.as_str()),
    };
    let rows = query
        .bind(now.as_millis())
        .bind(limit(rows))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(|row| record(kind, row)).collect()
}

fn record(kind: RecordKind, row: &PgRow) -> Result<Record, StoreError> {
    let service: Option<String> = row.try_get(2).map_err(failed)?;
    let expires_at: Option<i64> = row.try_get(4).map_err(failed)?;
    let lookup: Option<Vec<u8>> = row.try_get(1).map_err(failed)?;
    Ok(Record {
        kind,
        key: text(row.try_get(0).map_err(failed)?)?,
        lookup: lookup.map(text).transpose()?,
        service: service
            .map(ServiceId::new)
            .transpose()
            .map_err(StoreError::corrupt)?,
        version: unsigned(row.try_get(3).map_err(failed)?),
        expires_at: expires_at.map(Timestamp::from_millis),
        body: json_at(row, 5)?,
    })
}

fn text(bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(StoreError::corrupt)
}

pub(crate) async fn delete(pool: &PgPool, kind: RecordKind, key: &str) -> Result<bool, StoreError> {
    let deleted = sqlx::query("DELETE FROM handoff_records WHERE kind = $1 AND key = $2")
        .bind(kind.as_str())
        .bind(key.as_bytes())
        .execute(pool)
        .await
        .map_err(failed)?;
    Ok(deleted.rows_affected() > 0)
}

const INSERT: &str = include_str!("../queries/insert_record.sql");
const UPDATE: &str = include_str!("../queries/update_record.sql");

/// What stood in the way of a [`Put`].
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The record is at this version.
    Version(u64),
    /// Another record has its second key.
    Lookup,
}

/// Writes a record at the version that was read.
#[derive(Debug)]
pub(crate) struct Put {
    record: Record,
    body: Vec<u8>,
    now: Timestamp,
}

impl Put {
    pub(crate) fn new(record: Record, now: Timestamp) -> Result<Self, StoreError> {
        let body = serde_json::to_vec(&record.body).map_err(StoreError::backend)?;
        Ok(Self { record, body, now })
    }

    /// One try, in a transaction. Two that write the same key at once can't both: one of them waits and sees the other's
    /// record, or meets it in an index and fails as one that lost a race.
    pub(crate) async fn make(&self, pool: &PgPool) -> Result<Result<u64, Refusal>, Failure> {
        let mut transaction = pool.begin().await?;
        self.delete_expired(&mut transaction).await?;
        if let Some(refusal) = self.refusal(&mut transaction).await? {
            // What had expired is gone all the same.
            transaction.commit().await.map_err(Failure::unknown)?;
            return Ok(Err(refusal));
        }
        let version = self.record.version.saturating_add(1);
        let query = if version == 1 { INSERT } else { UPDATE };
        write(&mut transaction, query, &self.record, &self.body, version).await?;
        transaction.commit().await.map_err(Failure::unknown)?;
        Ok(Ok(version))
    }

    async fn delete_expired(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        let Self { record, now, .. } = self;
        sqlx::query(include_str!("../queries/delete_expired.sql"))
            .bind(now.as_millis())
            .bind(record.kind.as_str())
            .bind(record.key.as_bytes())
            .bind(record.lookup.as_deref().map(str::as_bytes))
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn refusal(&self, connection: &mut PgConnection) -> Result<Option<Refusal>, Failure> {
        let record = &self.record;
        let current: Option<i64> = sqlx::query_scalar(include_str!("../queries/lock_record.sql"))
            .bind(record.kind.as_str())
            .bind(record.key.as_bytes())
            .fetch_optional(&mut *connection)
            .await?;
        let current = current.map_or(0, unsigned);
        if current != record.version {
            return Ok(Some(Refusal::Version(current)));
        }
        let taken: bool = sqlx::query_scalar(include_str!("../queries/lookup_taken.sql"))
            .bind(record.kind.as_str())
            .bind(record.lookup.as_deref().map(str::as_bytes))
            .bind(record.key.as_bytes())
            .fetch_one(connection)
            .await?;
        Ok(taken.then_some(Refusal::Lookup))
    }
}

async fn write(
    connection: &mut PgConnection,
    query: &'static str,
    record: &Record,
    body: &[u8],
    version: u64,
) -> Result<(), Failure> {
    sqlx::query(query)
        .bind(record.kind.as_str())
        .bind(record.key.as_bytes())
        .bind(record.lookup.as_deref().map(str::as_bytes))
        .bind(record.service.as_ref().map(ServiceId::as_str))
        .bind(number(version))
        .bind(record.expires_at.map(Timestamp::as_millis))
        .bind(body)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a record with its version, in place of what is there under one of its keys.
#[derive(Debug)]
pub(crate) struct Restored {
    record: Record,
    body: Vec<u8>,
}

impl Restored {
    pub(crate) fn new(record: Record) -> Result<Self, StoreError> {
        let body = serde_json::to_vec(&record.body).map_err(StoreError::backend)?;
        Ok(Self { record, body })
    }

    /// One try, in a transaction.
    pub(crate) async fn make(&self, pool: &PgPool) -> Result<(), Failure> {
        let record = &self.record;
        let mut transaction = pool.begin().await?;
        sqlx::query("DELETE FROM handoff_records WHERE kind = $1 AND (key = $2 OR lookup = $3)")
            .bind(record.kind.as_str())
            .bind(record.key.as_bytes())
            .bind(record.lookup.as_deref().map(str::as_bytes))
            .execute(&mut *transaction)
            .await?;
        write(&mut transaction, INSERT, record, &self.body, record.version).await?;
        transaction.commit().await.map_err(Failure::unknown)
    }
}

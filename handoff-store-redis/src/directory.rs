//! The team's records.
//!
//! A record is kept as fixed columns and texts: 16 of its version, 16 of when it expires, 8 of the length of its second
//! key, the second key, and the service and the body as JSON.

use handoff_core::directory::{PutError, Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use handoff_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::{Client, cmd};
use crate::error::odd;
use crate::script;
use crate::sortable::{NUMBER, moment, read_moment, read_unsigned, signed, split, unsigned};

/// Where a record has no second key.
const NO_LOOKUP: &str = "--------";
/// So many records are read at once at most.
const CHUNK: usize = 500;

/// What scripts do not look at.
#[derive(Serialize, Deserialize)]
struct Content {
    service: Option<ServiceId>,
    body: serde_json::Value,
}

fn stored(record: &Record, version: u64) -> Result<String, StoreError> {
    let content = Content {
        service: record.service.clone(),
        body: record.body.clone(),
    };
    let content = serde_json::to_string(&content).map_err(StoreError::backend)?;
    let lookup = record.lookup.as_deref();
    let length = lookup.map_or_else(|| NO_LOOKUP.to_owned(), |key| format!("{:08x}", key.len()));
    let lookup = lookup.unwrap_or_default();
    Ok(unsigned(version) + &moment(record.expires_at) + &length + lookup + &content)
}

fn read(kind: RecordKind, key: &str, value: &str) -> Result<Record, StoreError> {
    let (version, rest) = split(value, NUMBER)?;
    let (expires_at, rest) = split(rest, NUMBER)?;
    let (length, rest) = split(rest, NO_LOOKUP.len())?;
    let (lookup, content) = if length == NO_LOOKUP {
        (None, rest)
    } else {
        let length = usize::try_from(read_unsigned(length)?).map_err(StoreError::corrupt)?;
        let (lookup, content) = split(rest, length)?;
        (Some(lookup.to_owned()), content)
    };
    let content: Content = serde_json::from_str(content).map_err(StoreError::corrupt)?;
    Ok(Record {
        kind,
        key: key.to_owned(),
        lookup,
        service: content.service,
        version: read_unsigned(version)?,
        expires_at: read_moment(expires_at)?,
        body: content.body,
    })
}

fn is_live(record: &Record, now: Timestamp) -> bool {
    record.expires_at.is_none_or(|at| at > now)
}

pub(crate) async fn get(
    client: &Client,
    kind: RecordKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    let mut get = cmd("HGET", &client.keys.kind(kind).records());
    let value: Option<String> = client.ask(get.arg(key)).await?;
    let record = value.map(|value| read(kind, key, &value)).transpose()?;
    Ok(record.filter(|record| is_live(record, now)))
}

pub(crate) async fn find(
    client: &Client,
    kind: RecordKind,
    lookup: &str,
    now: Timestamp,
) -> Result<Option<Record>, StoreError> {
    let keys = client.keys.kind(kind);
    let found: Vec<(String, String)> = client
        .run(&script::FIND, &[keys.records(), keys.lookups()], &[lookup])
        .await?;
    let record = found
        .first()
        .map(|(key, value)| read(kind, key, value))
        .transpose()?;
    Ok(record.filter(|record| is_live(record, now)))
}

pub(crate) async fn list(
    client: &Client,
    kind: RecordKind,
    after: Option<&str>,
    rows: usize,
    now: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    let keys = client.keys.kind(kind);
    let keys = [keys.records(), keys.keys()];
    let mut first = after.map_or_else(|| "-".to_owned(), |key| format!("({key}"));
    let mut listed = Vec::new();
    while listed.len() < rows {
        let chunk = (rows - listed.len()).min(CHUNK);
        let found: Vec<(String, String)> = client
            .run(&script::LIST, &keys, &[&first, &chunk.to_string()])
            .await?;
        for (key, value) in &found {
            let record = read(kind, key, value)?;
            if is_live(&record, now) {
                listed.push(record);
            }
        }
        match found.last() {
            Some((key, _)) if found.len() == chunk => first = format!("({key}"),
            _ => break,
        }
    }
    Ok(listed)
}

pub(crate) async fn put(client: &Client, record: Record, now: Timestamp) -> Result<u64, PutError> {
    let keys = client.keys.kind(record.kind).all();
    let version = record.version.saturating_add(1);
    let value = stored(&record, version)?;
    let (expected, now) = (unsigned(record.version), signed(now.as_millis()));
    let args = [record.key.as_str(), &value, &expected, &now];
    let answer: String = client.run(&script::PUT, &keys, &args).await?;
    match answer.as_str() {
        "written" => Ok(version),
        "taken" => Err(PutError::LookupTaken),
        current if current.len() == NUMBER => Err(PutError::VersionConflict {
            current: read_unsigned(current)?,
        }),
        other => Err(odd(&other).into()),
    }
}

/// Stores a record with the version that it has.
pub(crate) async fn restore(client: &Client, record: &Record) -> Result<(), StoreError> {
    let keys = client.keys.kind(record.kind).all();
    let value = stored(record, record.version)?;
    let args = [record.key.as_str(), &value];
    client.run(&script::RESTORE_RECORD, &keys, &args).await
}

pub(crate) async fn delete(
    client: &Client,
    kind: RecordKind,
    key: &str,
) -> Result<bool, StoreError> {
    let keys = client.keys.kind(kind).all();
    let deleted: u64 = client.run(&script::DELETE, &keys, &[key]).await?;
    Ok(deleted > 0)
}

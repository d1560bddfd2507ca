//! Reads what a batch must be judged by.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use handoff_core::id::ConversationId;
use handoff_core::store::Receipt;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::entry::Entry;
use super::judge::Ledger;
use super::known::{Head, KnownHeads};
use crate::columns::{blob, standing, unsigned};
use crate::error::Failure;

/// What the file holds of everything that these commits touch, but for receipts.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    known: &KnownHeads,
    entries: &[&Entry],
    next_num: i64,
) -> Result<Ledger, Failure> {
    let heads = read_heads(connection, known, entries).await?;
    let holders = read_holders(connection, &heads, entries).await?;
    Ok(Ledger {
        heads,
        receipts: HashMap::new(),
        holders,
        next_num,
    })
}

async fn read_heads(
    connection: &mut SqliteConnection,
    known: &KnownHeads,
    entries: &[&Entry],
) -> Result<HashMap<ConversationId, Head>, Failure> {
    let mut heads = HashMap::with_capacity(entries.len());
    let mut unknown = HashSet::new();
    for entry in entries {
        match known.get(entry.id) {
            Some(head) => drop(heads.insert(entry.id, head.clone())),
            None => drop(unknown.insert(entry.id)),
        }
    }
    if unknown.is_empty() {
        return Ok(heads);
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT id, num, version, open_key, open, calm, status FROM conversations WHERE id IN (",
    );
    push_list(&mut query, unknown.into_iter().map(blob));
    for row in query
        .build()
        .persistent(false)
        .fetch_all(connection)
        .await?
    {
        let bytes: &[u8] = row.try_get(0)?;
        let id =
            uuid::Uuid::from_slice(bytes).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let open_key: Option<String> = row.try_get(3)?;
        let head = Head {
            num: row.try_get(1)?,
            version: unsigned(row.try_get(2)?),
            open_key: open_key.map(Arc::from),
            standing: standing(row.try_get(4)?, row.try_get(5)?, row.try_get(6)?),
            shape: None,
        };
        heads.insert(ConversationId::from_uuid(id), head);
    }
    Ok(heads)
}

/// Adds values and the closing bracket.
fn push_list<T>(query: &mut QueryBuilder<Sqlite>, values: impl Iterator<Item = T>)
where
    T: for<'t> sqlx::Encode<'t, Sqlite> + sqlx::Type<Sqlite> + Send,
{
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    query.push(")");
}

/// Which of these commands were done before.
pub(super) async fn read_receipts(
    connection: &mut SqliteConnection,
    heads: &HashMap<ConversationId, Head>,
    entries: &[&Entry],
) -> Result<HashMap<(ConversationId, String), Receipt>, Failure> {
    let mut receipts = HashMap::new();
    let mut ids = HashMap::new();
    let mut keys = Vec::new();
    for entry in entries {
        if let (Some(head), Some(receipt)) = (heads.get(&entry.id), &entry.receipt) {
            ids.insert(head.num, entry.id);
            keys.push((head.num, receipt.key.clone()));
        }
    }
    if keys.is_empty() {
        return Ok(receipts);
    }
    // A short list comes again and is worth keeping prepared; long ones are many, and cost more than that.
    let again = keys.len() <= 8;
    let mut query = receipts_query(keys);
    for row in query
        .build()
        .persistent(again)
        .fetch_all(connection)
        .await?
    {
        let num: i64 = row.try_get(0)?;
        let receipt = receipt_of(&row)?;
        if let Some(id) = ids.get(&num) {
            receipts.insert((*id, receipt.key.clone()), receipt);
        }
    }
    Ok(receipts)
}

/// The list comes first, so that each of its rows is one look into the table.
fn receipts_query(keys: Vec<(i64, String)>) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT conversation, key, digest, first, version FROM (");
    query.push_values(keys, |mut row, (num, key)| {
        row.push_bind(num).push_bind(key);
    });
    query.push(") CROSS JOIN receipts ON conversation = column1 AND key = column2");
    query
}

/// A receipt from the columns after the first.
pub(crate) fn receipt_of(row: &SqliteRow) -> Result<Receipt, sqlx::Error> {
    Ok(Receipt {
        key: row.try_get(1)?,
        digest: row.try_get::<i64, _>(2)?.cast_unsigned(),
        first: unsigned(row.try_get(3)?),
        version: unsigned(row.try_get(4)?),
    })
}

/// Who has the keys that conversations of this batch want and do not have.
async fn read_holders(
    connection: &mut SqliteConnection,
    heads: &HashMap<ConversationId, Head>,
    entries: &[&Entry],
) -> Result<HashMap<Arc<str>, ConversationId>, Failure> {
    let mut holders = HashMap::new();
    for (id, head) in heads {
        holders.extend(head.open_key.clone().map(|key| (key, *id)));
    }
    let wanted: HashSet<&Arc<str>> = entries
        .iter()
        .filter_map(|entry| entry.open_key.as_ref())
        .collect();
    let wanted: Vec<String> = wanted
        .into_iter()
        .filter(|key| !holders.contains_key(*key))
        .map(ToString::to_string)
        .collect();
    if wanted.is_empty() {
        return Ok(holders);
    }
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT id, open_key FROM conversations WHERE open_key IN (");
    push_list(&mut query, wanted.into_iter());
    for row in query
        .build()
        .persistent(false)
        .fetch_all(connection)
        .await?
    {
        let bytes: &[u8] = row.try_get(0)?;
        let id =
            uuid::Uuid::from_slice(bytes).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let key: String = row.try_get(1)?;
        holders.insert(key.into(), ConversationId::from_uuid(id));
    }
    Ok(holders)
}

#[cfg(test)]
mod tests {
    use super::receipts_query;

    #[tokio::test]
    async fn receipts_are_looked_up_by_their_keys() {
        let keys = (0..3).map(|num| (num, String::new())).collect();
        crate::plan::assert_no_scan(receipts_query(keys).sql().as_str()).await;
    }
}

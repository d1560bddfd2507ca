//! Notifications that wait for delivery.
//!
//! A row is kept as fixed columns and a text: 16 of when it is due, 16 by which dead letters sort, 32 of its
//! conversation, 8 of the attempts, and the notification.

use std::cmp::Reverse;

use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use handoff_core::store::{OutboxRow, Settlement};
use handoff_core::time::Timestamp;
use uuid::Uuid;

use crate::client::{Client, cmd};
use crate::script;
use crate::sortable::{ID, NUMBER, id, read_id, read_signed, read_unsigned, signed, split};

/// Where others were faster, so many looks are taken for rows that they left.
const LOOKS: usize = 4;
/// Characters of the number of attempts.
const ATTEMPTS: usize = 8;

/// A row as it is kept.
pub(crate) fn stored(row: &OutboxRow) -> Result<String, StoreError> {
    let notification = &row.notification;
    let text = serde_json::to_string(notification).map_err(StoreError::backend)?;
    Ok(format!(
        "{}{}{}{:08x}{text}",
        signed(row.due.as_millis()),
        signed(!notification.at.as_millis()),
        id(notification.conversation.as_uuid()),
        row.attempts,
    ))
}

pub(crate) fn read((row, value): &(String, String)) -> Result<OutboxRow, StoreError> {
    let (due, rest) = split(value, NUMBER)?;
    let (_, rest) = split(rest, NUMBER + ID)?;
    let (attempts, notification) = split(rest, ATTEMPTS)?;
    Ok(OutboxRow {
        id: read_id(row)?,
        notification: serde_json::from_str(notification).map_err(StoreError::corrupt)?,
        attempts: u32::try_from(read_unsigned(attempts)?).map_err(StoreError::corrupt)?,
        due: Timestamp::from_millis(read_signed(due)?),
    })
}

/// A limit as Redis takes it.
pub(crate) fn limit(rows: usize) -> String {
    i64::try_from(rows).unwrap_or(i64::MAX).to_string()
}

pub(crate) async fn take(
    client: &Client,
    now: Timestamp,
    retry_at: Timestamp,
    rows: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    for _ in 0..LOOKS {
        let shares = shares(client, now, rows).await?;
        if shares.is_empty() {
            break;
        }
        let mut taken = Vec::new();
        for share in shares {
            taken.extend(take_share(client, &share, retry_at).await?);
        }
        if !taken.is_empty() {
            taken.sort_by_key(|row| (row.due, row.id));
            return Ok(taken);
        }
    }
    Ok(Vec::new())
}

/// What is to be taken of one service.
struct Share {
    service: ServiceId,
    rows: usize,
    last: String,
}

/// Divides the rows that are due longest among their services.
async fn shares(client: &Client, now: Timestamp, rows: usize) -> Result<Vec<Share>, StoreError> {
    if rows == 0 {
        return Ok(Vec::new());
    }
    let until = format!("[{}~", signed(now.as_millis()));
    let due = client
        .each(client.services().await?, |service, keys| {
            let mut look = cmd("ZRANGEBYLEX", &keys.due());
            look.arg("-")
                .arg(&until)
                .arg("LIMIT")
                .arg(0)
                .arg(limit(rows));
            async move {
                let members: Vec<String> = client.ask(&look).await?;
                let named = members
                    .into_iter()
                    .map(move |member| (member, service.clone()));
                Ok(named.collect::<Vec<_>>())
            }
        })
        .await?;
    let mut due: Vec<(String, ServiceId)> = due.into_iter().flatten().collect();
    due.sort_unstable();
    due.truncate(rows);
    let mut shares: Vec<Share> = Vec::new();
    for (last, service) in due {
        match shares.iter_mut().find(|share| share.service == service) {
            Some(share) => {
                share.rows += 1;
                share.last = last;
            }
            None => shares.push(Share {
                service,
                rows: 1,
                last,
            }),
        }
    }
    Ok(shares)
}

async fn take_share(
    client: &Client,
    share: &Share,
    retry_at: Timestamp,
) -> Result<Vec<OutboxRow>, StoreError> {
    let keys = client.keys.service(&share.service);
    let taken: Vec<(String, String)> = client
        .run(
            &script::TAKE,
            &[keys.outbox(), keys.due()],
            &[
                &share.last,
                &limit(share.rows),
                &signed(retry_at.as_millis()),
            ],
        )
        .await?;
    let rows: Vec<OutboxRow> = taken.iter().map(read).collect::<Result<_, _>>()?;
    for row in &rows {
        client.remember_row(row.id, &share.service);
    }
    Ok(rows)
}

/// Says how an attempt ended, to the service that the row was taken from, or to all where that is not remembered.
pub(crate) async fn settle(
    client: &Client,
    row: Uuid,
    settlement: Settlement,
) -> Result<(), StoreError> {
    let ended = match settlement {
        Settlement::Delivered => "delivered".to_owned(),
        Settlement::Dead => "dead".to_owned(),
        Settlement::RetryAt(due) => signed(due.as_millis()),
    };
    let services = match client.service_of_row(row) {
        Some(service) => vec![service],
        None => client.services().await?,
    };
    let (row, ended) = (id(row), ended.as_str());
    let row = row.as_str();
    client
        .each(services, |_, keys| async move {
            let keys = [keys.outbox(), keys.due(), keys.rows_of(), keys.dead()];
            client
                .run::<u64>(&script::SETTLE, &keys, &[row, ended])
                .await
        })
        .await?;
    Ok(())
}

pub(crate) async fn dead_letters(
    client: &Client,
    rows: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    let most = limit(rows);
    let most = most.as_str();
    let found = client
        .each(client.services().await?, |_, keys| async move {
            let keys = [keys.outbox(), keys.dead()];
            client
                .run::<Vec<(String, String)>>(&script::DEAD, &keys, &[most])
                .await
        })
        .await?;
    let mut found: Vec<OutboxRow> = found.iter().flatten().map(read).collect::<Result<_, _>>()?;
    found.sort_by_key(|row| (Reverse(row.notification.at), row.id));
    found.truncate(rows);
    Ok(found)
}

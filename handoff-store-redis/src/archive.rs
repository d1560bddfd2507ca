//! Moving conversations and records in and out.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::archive::{Archive, Belongings, KeptRow, RecordArchive, Whole};
use handoff_core::conversation::Card;
use handoff_core::directory::Record;
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;

use crate::client::{Client, cmd};
use crate::entry::{push_events, push_length, push_outbox, push_state, push_words, receipt_line};
use crate::erase::{self, LOOKS, known};
use crate::error::odd;
use crate::outbox::{self, limit};
use crate::read::json;
use crate::sortable::{self, read_id, read_unsigned};
use crate::{RedisStore, directory, entry, read, script};

/// What the script tells of a conversation: state, receipts by key, and rows with whether they are dead.
type Told = (
    Option<Vec<u8>>,
    Vec<(String, String)>,
    Vec<(String, String, u8)>,
);

#[async_trait]
impl Archive for RedisStore {
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        rows: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let client = self.client();
        let first = after.map_or_else(
            || "-".to_owned(),
            |after| format!("({}", sortable::id(after.as_uuid())),
        );
        let first = first.as_str();
        let listed = client
            .each(client.services().await?, |_, keys| async move {
                let mut range = cmd("ZRANGEBYLEX", &keys.ids());
                range.arg(first).arg("+");
                range.arg("LIMIT").arg(0).arg(limit(rows));
                client.ask::<Vec<String>>(&range).await
            })
            .await?;
        let mut ids: Vec<String> = listed.into_iter().flatten().collect();
        ids.sort_unstable();
        ids.truncate(rows);
        ids.iter()
            .map(|id| read_id(id).map(ConversationId::from_uuid))
            .collect()
    }

    async fn belongings(&self, id: ConversationId) -> Result<Option<Belongings>, StoreError> {
        let client = self.client();
        let Some(service) = client.service_of(id).await? else {
            return Ok(None);
        };
        let keys = client.keys.service(&service);
        let keys = [
            keys.states(),
            keys.receipts(id),
            keys.outbox(),
            keys.rows_of(),
            keys.dead(),
        ];
        let args = [sortable::id(id.as_uuid())];
        belongings(client.run(&script::BELONGINGS, &keys, &args).await?)
    }

    async fn restore(&self, whole: &Whole) -> Result<(), StoreError> {
        whole.validate().map_err(StoreError::backend)?;
        let state = &whole.belongings.state;
        if !self.client().announce(state.id, &state.service).await? {
            return Err(StoreError::backend(format!(
                "conversation {} is there already, in another service",
                state.id
            )));
        }
        restore(self.client(), whole).await
    }
}

fn belongings((state, receipts, rows): Told) -> Result<Option<Belongings>, StoreError> {
    let Some(state) = state else {
        return Ok(None);
    };
    let receipts = receipts.into_iter();
    let mut receipts: Vec<_> = receipts
        .map(|(key, line)| entry::receipt(key, &line))
        .collect::<Result<_, _>>()?;
    receipts.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    let kept = |(id, value, dead): (String, String, u8)| {
        let row = outbox::read(&(id, value))?;
        let dead = dead == 1;
        Ok(KeptRow { row, dead })
    };
    Ok(Some(Belongings {
        state: Arc::new(json(&state)?),
        receipts,
        outbox: rows.into_iter().map(kept).collect::<Result<_, _>>()?,
    }))
}

/// Stores a conversation in place of what is there, as often as that changes meanwhile.
async fn restore(client: &Client, whole: &Whole) -> Result<(), StoreError> {
    let state = &whole.belongings.state;
    let keys = client.keys.service(&state.service);
    for _ in 0..LOOKS {
        let there = read::state(client, state.id).await?;
        let (version, words) = known(client, &keys, state.id).await?.unwrap_or_default();
        let expected = read_unsigned(if version.is_empty() { "0" } else { &version })?;
        let before = there.map_or_else(|| state.visitor.clone(), |there| there.visitor.clone());
        let mut touched = Vec::from(keys.of_conversation(state.id, &state.visitor));
        touched.push(keys.visitor(&before));
        let args = args(whole, expected, words)?;
        let answer: String = client.run(&script::RESTORE, &touched, &args).await?;
        match answer.as_str() {
            "restored" => return Ok(()),
            "changed" => {}
            other => return Err(odd(&other)),
        }
    }
    Err(erase::restless(state.id))
}

fn args(whole: &Whole, expected: u64, words: BTreeSet<String>) -> Result<Vec<Vec<u8>>, StoreError> {
    let Belongings {
        state,
        receipts,
        outbox,
    } = &whole.belongings;
    let mut args = Vec::new();
    push_state(&mut args, expected, state, &Card::from(&**state))?;
    push_words(&mut args, words);
    push_events(&mut args, &whole.events)?;
    push_outbox(&mut args, outbox.iter().map(|kept| (&kept.row, kept.dead)))?;
    push_length(&mut args, receipts.len());
    for receipt in receipts {
        args.push(receipt.key.clone().into_bytes());
        args.push(receipt_line(receipt).into_bytes());
    }
    Ok(args)
}

#[async_trait]
impl RecordArchive for RedisStore {
    async fn restore_record(&self, record: Record) -> Result<(), StoreError> {
        directory::restore(self.client(), &record).await
    }
}

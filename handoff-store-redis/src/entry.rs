//! A commit as the call of a script. Callers make it, each on its own thread, so that the writer only sends.

use std::collections::BTreeSet;

use handoff_core::board::{search_words, searched_texts};
use handoff_core::conversation::{Card, Conversation, Event};
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;
use handoff_core::store::{Commit, CommitOutcome, OutboxRow, Receipt};
use redis::{Cmd, Value};

use crate::error::odd;
use crate::head::head;
use crate::keys::Keys;
use crate::outbox::stored;
use crate::script;
use crate::sortable::{self, NUMBER, read_id, read_unsigned, split, unsigned};

/// An event is found by so many of its first words: the server does nothing else while it enters them, which takes it some
/// milliseconds for so many.
const MAX_WORDS: usize = 5_000;
/// The scores of a visitor's conversations.
pub(crate) const NOT_CLOSED: &str = "1";
const CLOSED: &str = "2";

/// The call that stores a commit, which was validated.
pub(crate) fn call(keys: &Keys, commit: &Commit) -> Result<Cmd, StoreError> {
    let state = &commit.state;
    let keys = keys
        .service(&state.service)
        .of_conversation(state.id, &state.visitor);
    let (receipt_key, receipt) = commit
        .receipt
        .as_ref()
        .map(|receipt| (receipt.key.clone(), receipt_line(receipt)))
        .unwrap_or_default();
    let mut args = Vec::with_capacity(16 + commit.events.len());
    push_state(&mut args, commit.expected, state, &commit.card)?;
    args.push(receipt_key.into_bytes());
    args.push(receipt.into_bytes());
    push_events(&mut args, &commit.events)?;
    let kept = commit.outbox.iter().map(|row| (row, false));
    push_outbox(&mut args, kept)?;
    Ok(script::call(&script::COMMIT, &keys, &args))
}

/// Id, version before, head, state, and whether it is closed.
pub(crate) fn push_state(
    args: &mut Vec<Vec<u8>>,
    expected: u64,
    state: &Conversation,
    card: &Card,
) -> Result<(), StoreError> {
    let closed = if card.closed.is_some() {
        CLOSED
    } else {
        NOT_CLOSED
    };
    args.push(sortable::id(state.id.as_uuid()).into_bytes());
    args.push(unsigned(expected).into_bytes());
    args.push(head(state, card).into_bytes());
    args.push(serde_json::to_vec(state).map_err(StoreError::backend)?);
    args.push(closed.as_bytes().to_vec());
    Ok(())
}

/// The list of events, and the list of their words.
pub(crate) fn push_events(args: &mut Vec<Vec<u8>>, events: &[Event]) -> Result<(), StoreError> {
    push_length(args, events.len());
    for event in events {
        args.push(serde_json::to_vec(event).map_err(StoreError::backend)?);
    }
    push_words(args, words(events.iter()));
    Ok(())
}

pub(crate) fn push_words(args: &mut Vec<Vec<u8>>, words: BTreeSet<String>) {
    push_length(args, words.len());
    args.extend(words.into_iter().map(String::into_bytes));
}

/// The list of notifications, each with its id and whether it is a dead letter.
pub(crate) fn push_outbox<'r>(
    args: &mut Vec<Vec<u8>>,
    rows: impl ExactSizeIterator<Item = (&'r OutboxRow, bool)>,
) -> Result<(), StoreError> {
    push_length(args, rows.len());
    for (row, dead) in rows {
        args.push(sortable::id(row.id).into_bytes());
        args.push(u8::from(dead).to_string().into_bytes());
        args.push(stored(row)?.into_bytes());
    }
    Ok(())
}

pub(crate) fn push_length(args: &mut Vec<Vec<u8>>, length: usize) {
    args.push(length.to_string().into_bytes());
}

/// The words by which events are found. They must be the same when the events are erased: who changes how words are
/// read must fill the index anew.
pub(crate) fn words<'e>(events: impl Iterator<Item = &'e Event>) -> BTreeSet<String> {
    let words = |event: &'e Event| {
        let texts = searched_texts(&event.body);
        texts.flat_map(search_words).take(MAX_WORDS)
    };
    events.flat_map(words).collect()
}

/// A receipt without its key: digest, first, version.
pub(crate) fn receipt_line(receipt: &Receipt) -> String {
    unsigned(receipt.digest) + &unsigned(receipt.first) + &unsigned(receipt.version)
}

/// The receipt of a line.
pub(crate) fn receipt(key: String, line: &str) -> Result<Receipt, StoreError> {
    let (digest, rest) = split(line, NUMBER)?;
    let (first, version) = split(rest, NUMBER)?;
    Ok(Receipt {
        key,
        digest: read_unsigned(digest)?,
        first: read_unsigned(first)?,
        version: read_unsigned(version)?,
    })
}

/// What the script answered to a commit with a receipt of this key.
pub(crate) fn outcome(answer: Value, key: Option<&str>) -> Result<CommitOutcome, StoreError> {
    let parts: Vec<String> =
        redis::from_redis_value(answer).map_err(|error| odd(&error.to_string()))?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (parts.as_slice(), key) {
        (["committed"], _) => Ok(CommitOutcome::Committed),
        (["conflict"], _) => Ok(CommitOutcome::VersionConflict),
        (["repeated", line], Some(key)) => {
            receipt(key.to_owned(), line).map(CommitOutcome::Repeated)
        }
        (["elsewhere", id], _) => {
            let id = ConversationId::from_uuid(read_id(id)?);
            Ok(CommitOutcome::OpenElsewhere(id))
        }
        _ => Err(odd(&parts)),
    }
}

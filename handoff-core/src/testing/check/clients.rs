//! What clients were told: I6.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::log::Logs;
use super::promise::{Judge, Promise, Violation};
use crate::id::ConversationId;
use crate::testing::history::{Answer, History, Observed};

type Key = (ConversationId, Arc<str>, u64);

/// Every acknowledged command is in the log, at the place that the client was told, and every repeat was told the same.
pub(super) fn judge(history: &History, logs: &Logs, violations: &mut Vec<Violation>) {
    let mut told: BTreeMap<Key, (Option<u64>, bool)> = BTreeMap::new();
    for (record, seen) in history.records.iter().enumerate() {
        let Observed::Answered {
            conversation,
            key,
            digest,
            answer,
        } = &seen.what
        else {
            continue;
        };
        let mut judge = Judge {
            violations: &mut *violations,
            conversation: Some(*conversation),
            seq: None,
            record,
        };
        let stored = logs
            .conversations
            .get(conversation)
            .and_then(|log| log.receipts.get(key));
        match answer {
            Answer::Done { first } => {
                judge.seq = *first;
                done(
                    *first,
                    stored.map(|r| (r.first, r.digest)),
                    *digest,
                    key,
                    &mut judge,
                );
                let before = told
                    .entry((*conversation, key.clone(), *digest))
                    .or_insert((*first, true));
                judge.must(
                    before.0 == *first,
                    Promise::I6,
                    "a repeat was answered otherwise than the first",
                );
            }
            Answer::Refused { code } if code == "command_id_reused" => judge.must(
                stored.is_some_and(|receipt| receipt.digest != *digest),
                Promise::I6,
                "a command was taken for another with the same id",
            ),
            Answer::Refused { .. } => judge.must(
                stored.is_none_or(|receipt| receipt.digest != *digest),
                Promise::I5,
                "a command was refused and done",
            ),
            Answer::Unknown => {}
        }
    }
}

fn done(
    first: Option<u64>,
    stored: Option<(u64, u64)>,
    digest: u64,
    key: &str,
    judge: &mut Judge<'_>,
) {
    match (first, stored) {
        (Some(first), Some((seq, _))) if seq != first => judge.broken(
            Promise::I6,
            format!("{key} was acknowledged at seq {first} and is at seq {seq}"),
        ),
        (Some(_), None) => judge.broken(
            Promise::I6,
            format!("{key} was acknowledged and is not in the log"),
        ),
        (_, Some((_, other))) if other != digest => judge.broken(
            Promise::I6,
            format!("{key} was acknowledged, but another command with that id was done"),
        ),
        _ => {}
    }
}

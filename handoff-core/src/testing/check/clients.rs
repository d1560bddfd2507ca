//! What clients were told: I6.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::log::Logs;
use super::promise::{Judge, Promise, Violation};
use crate::id::ConversationId;
use crate::testing::history::{Answer, History, Observed};

/// One command: a conversation, a key and a digest.
type Command = (ConversationId, Arc<str>, u64);

/// What is known of a command from outside.
#[derive(Debug, Default)]
struct Told {
    /// How often it was sent.
    asked: u32,
    /// The seq that the client was told first.
    first: Option<u64>,
}

/// Every acknowledged command is in the log, at the place that the client was told, and every repeat was told the same.
pub(super) fn judge(history: &History, logs: &Logs, violations: &mut Vec<Violation>) {
    let mut commands: BTreeMap<Command, Told> = BTreeMap::new();
    for (record, seen) in history.records.iter().enumerate() {
        let (conversation, key, digest, answer) = match &seen.what {
            Observed::Asked {
                conversation,
                key,
                digest,
            } => {
                let command = (*conversation, key.clone(), *digest);
                commands.entry(command).or_default().asked += 1;
                continue;
            }
            Observed::Answered {
                conversation,
                key,
                digest,
                answer,
            } => (*conversation, key, *digest, answer),
            _ => continue,
        };
        let mut judge = Judge {
            violations: &mut *violations,
            conversation: Some(conversation),
            seq: None,
            record,
        };
        let stored = logs
            .conversations
            .get(&conversation)
            .and_then(|log| log.receipts.get(key));
        let stored = stored.map(|receipt| (receipt.first, receipt.digest));
        let told = commands
            .entry((conversation, key.clone(), digest))
            .or_default();
        match answer {
            Answer::Done { first } => done(*first, stored, digest, key, told, &mut judge),
            Answer::Refused { code } if code == "command_id_reused" => judge.must(
                stored.is_some_and(|(_, other)| other != digest),
                Promise::I6,
                "a command was taken for another with the same id",
            ),
            // Of one that was sent twice, one may be refused for the time being and the other done later.
            Answer::Refused { .. } if told.asked <= 1 => judge.must(
                stored.is_none_or(|(_, other)| other != digest),
                Promise::I5,
                "a command was refused and done",
            ),
            Answer::Refused { .. } | Answer::Unknown => {}
        }
    }
}

fn done(
    first: Option<u64>,
    stored: Option<(u64, u64)>,
    digest: u64,
    key: &str,
    told: &mut Told,
    judge: &mut Judge<'_>,
) {
    judge.seq = first;
    match (first, stored) {
        (Some(first), Some((seq, _))) if seq != first => judge.broken(
            Promise::I6,
            format!("{key} was acknowledged at seq {first} and is at seq {seq}"),
        ),
        (Some(_), None) => judge.broken(
            Promise::I6,
            format!("{key} was acknowledged and is not in the log"),
        ),
        (Some(_), Some((_, other))) if other != digest => judge.broken(
            Promise::I6,
            format!("{key} was acknowledged, but another command with that id was done"),
        ),
        _ => {}
    }
    if first.is_some() {
        judge.must(
            told.first.is_none_or(|before| Some(before) == first),
            Promise::I6,
            "a repeat was answered otherwise than the first",
        );
        told.first = first;
    }
}

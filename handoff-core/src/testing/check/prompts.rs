//! What assistants were told and what they wrote: I11 and half of I18.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::log::{Log, Logs};
use super::promise::{Judge, Promise, Violation};
use crate::assistant::Turn;
use crate::conversation::{Event, EventBody, Speaker, Ticket};
use crate::testing::history::{History, Observed};

/// What was written with every ticket (conversation, epoch, turn), and whether that was the whole.
type Streams = BTreeMap<(u128, u64, u64), Vec<(Arc<str>, bool)>>;

/// Looks at every prompt and at every stream's end.
pub(super) fn judge(history: &History, logs: &Logs, violations: &mut Vec<Violation>) {
    let mut streams: Streams = Streams::new();
    for (record, seen) in history.records.iter().enumerate() {
        match &seen.what {
            Observed::Prompted { turn } => {
                let id = turn.ticket.conversation;
                let mut judge = Judge {
                    violations: &mut *violations,
                    conversation: Some(id),
                    seq: None,
                    record,
                };
                if let Some(log) = logs.conversations.get(&id) {
                    prompt(turn, log, &mut judge);
                }
            }
            Observed::Written {
                ticket,
                text,
                whole,
            } => streams
                .entry(stream(ticket))
                .or_default()
                .push((text.clone(), *whole)),
            _ => {}
        }
    }
    for (id, log) in &logs.conversations {
        let mut judge = Judge {
            violations: &mut *violations,
            conversation: Some(*id),
            seq: None,
            record: history.records.len(),
        };
        for event in &log.events {
            whole(event, id.as_uuid().as_u128(), &streams, &mut judge);
            asked_again(event, log, &mut judge);
        }
    }
}

fn stream(ticket: &Ticket) -> (u128, u64, u64) {
    (
        ticket.conversation.as_uuid().as_u128(),
        ticket.epoch,
        ticket.turn,
    )
}

/// A reply that was stored is one that was written to its end.
fn whole(event: &Event, id: u128, streams: &Streams, judge: &mut Judge<'_>) {
    let EventBody::ReplyCommitted {
        turn,
        reply,
        approved_by: None,
    } = &event.body
    else {
        return;
    };
    judge.seq = Some(event.seq);
    let of_turn = streams.range((id, 0, *turn)..=(id, u64::MAX, *turn));
    let mut written = of_turn
        .filter(|((_, _, of), _)| of == turn)
        .flat_map(|(_, ends)| ends)
        .peekable();
    if written.peek().is_some() {
        let was_whole = written.any(|(text, whole)| *whole && **text == *reply.text);
        judge.must(
            was_whole,
            Promise::I18,
            "a reply was stored as whole that was cut or written otherwise",
        );
    }
}

/// What the simulated assistants ask for, and what tells it. Not by the guard's own eyes: it is what is tested.
const QUESTION: &str = "What is your order number?";
const ANSWER: &str = "My order number is 47.";

/// A reply asks for nothing that was told before it was asked for.
fn asked_again(event: &Event, log: &Log, judge: &mut Judge<'_>) {
    let EventBody::ReplyCommitted {
        turn,
        reply,
        approved_by: None,
    } = &event.body
    else {
        return;
    };
    if !reply.text.contains(QUESTION) {
        return;
    }
    judge.seq = Some(event.seq);
    let asked = |event: &&Event| matches!(event.body, EventBody::ReplyRequested { turn: of, .. } if of == *turn);
    let since = log.events.iter().find(asked).map_or(0, |asked| asked.seq);
    let before = log.events.iter().take_while(|event| event.seq < since);
    let told = before
        .filter_map(said)
        .any(|(_, speaker, text)| speaker != Speaker::Assistant && text.contains(ANSWER));
    judge.must(
        !told,
        Promise::I27,
        "the assistant asked for what the visitor had told",
    );
}

/// The transcript is what was said, up to some moment after the question, and the notes are those that were meant for it.
fn prompt(turn: &Turn, log: &Log, judge: &mut Judge<'_>) {
    let asked = log.events.iter().find(
        |event| matches!(event.body, EventBody::ReplyRequested { turn: of, .. } if of == turn.ticket.turn),
    );
    let Some(asked) = asked else {
        return judge.broken(
            Promise::I11,
            "the assistant was asked for a turn that is not in the log",
        );
    };
    judge.seq = Some(asked.seq);
    let said: Vec<(u64, Speaker, &str)> = log.events.iter().filter_map(said).collect();
    let before = said.iter().filter(|(seq, ..)| *seq <= asked.seq).count();
    let matches = (before..=said.len()).any(|end| {
        let lines = turn.transcript.len();
        end.checked_sub(lines)
            .and_then(|start| said.get(start..end))
            .is_some_and(|stored| {
                let told = turn.transcript.iter();
                stored.iter().zip(told).all(|((_, speaker, text), line)| {
                    *speaker == line.speaker && **text == line.text
                })
            })
    });
    judge.must(
        matches,
        Promise::I11,
        "the transcript in a prompt is not what was said",
    );
    for line in &turn.briefing.earlier {
        let beginning = line.text.trim_end_matches('…');
        let was_said = |(_, speaker, text): &(u64, Speaker, &str)| {
            *speaker == line.speaker && text.starts_with(beginning)
        };
        judge.must(
            said.iter().any(was_said),
            Promise::I11,
            "a condensed line in a prompt is not what was said",
        );
    }
    for promise in &turn.briefing.promises {
        let was_said = |(_, speaker, text): &(u64, Speaker, &str)| {
            *speaker == promise.by && text.contains(promise.text.trim_end_matches('…'))
        };
        judge.must(
            said.iter().any(was_said),
            Promise::I11,
            "a promise in a prompt is none that was made",
        );
    }
    let taken_over =
        log.events.iter().rev().find(|event| {
            event.seq <= asked.seq && matches!(event.body, EventBody::TakenOver { .. })
        });
    let since = taken_over.map_or(0, |event| event.seq);
    for whisper in &turn.briefing.whispers {
        let told = log.events.iter().any(|event| {
            event.seq > since
                && matches!(&event.body, EventBody::Whispered { text } if text == whisper)
        });
        judge.must(
            told,
            Promise::I11,
            "a whisper in a prompt was not told to the assistant since the last takeover",
        );
    }
    for note in &turn.briefing.notes {
        let meant = log.events.iter().any(|event| {
            matches!(&event.body, EventBody::NoteAdded { text, for_assistant: true } if text == note)
        });
        judge.must(
            meant,
            Promise::I11,
            "a note reached the assistant that was not meant for it",
        );
    }
}

fn said(event: &Event) -> Option<(u64, Speaker, &str)> {
    match &event.body {
        EventBody::MessageReceived { text } => Some((event.seq, Speaker::Visitor, text)),
        EventBody::ReplyCommitted { reply, .. } => {
            Some((event.seq, Speaker::Assistant, &reply.text))
        }
        EventBody::AgentMessaged { text } => Some((event.seq, Speaker::Agent, text)),
        EventBody::FallbackSent { text } => Some((event.seq, Speaker::System, text)),
        _ => None,
    }
}

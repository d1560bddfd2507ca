//! Notices as payloads of `NOTIFY`: lines of text, as many in a payload as it holds.
//!
//! A change, of which there are most, is `c`, the conversation's 32 digits, a space, the version, a space, the service.
//! `l` says that something was lost. Other notices are JSON, which begins with a brace. A newer node's line of another
//! kind counts as something lost.

use std::fmt::Write;
use std::sync::Arc;

use handoff_core::bus::{Heard, Notice, Signal};
use handoff_core::id::{ConversationId, ServiceId};
use uuid::Uuid;

/// Postgres takes payloads of less than 8000 bytes.
const MAX_PAYLOAD: usize = 7_999;
/// A piece of a reply that does not fit is cut into such as always fit: a character takes at most six bytes of JSON.
const PIECE_CHARS: usize = 1_000;
/// Something was lost.
const LOST: &str = "l";

/// The payloads of these notices, in order; `lost` says first that something before them was lost.
pub(super) fn encode(notices: &[Notice], lost: bool) -> Vec<String> {
    let mut payloads = vec![String::new()];
    if lost {
        push(&mut payloads, LOST);
    }
    for notice in notices {
        push_notice(&mut payloads, notice);
    }
    payloads
}

fn push_notice(payloads: &mut Vec<String>, notice: &Notice) {
    let line = line(notice);
    match notice {
        _ if line.len() <= MAX_PAYLOAD => push(payloads, &line),
        Notice::Signal(Signal::Piece { .. }) => {
            for part in parts(notice) {
                push_notice(payloads, &part);
            }
        }
        _ => push(payloads, LOST),
    }
}

/// Adds a line to the last payload, or begins another.
fn push(payloads: &mut Vec<String>, line: &str) {
    if let Some(last) = payloads
        .last_mut()
        .filter(|last| last.len() + 1 + line.len() <= MAX_PAYLOAD)
    {
        if !last.is_empty() {
            last.push('\n');
        }
        last.push_str(line);
    } else {
        payloads.push(line.to_owned());
    }
}

fn line(notice: &Notice) -> String {
    match notice {
        Notice::Changed {
            conversation,
            service,
            version,
        } => {
            let mut line = String::with_capacity(96);
            let id = conversation.as_uuid().simple();
            // Writing into a string does not fail.
            write!(line, "c{id} {version} {service}").ok();
            line
        }
        other => serde_json::to_string(other).unwrap_or_else(|_| LOST.to_owned()),
    }
}

/// A piece of a reply as smaller ones.
fn parts(notice: &Notice) -> Vec<Notice> {
    let Notice::Signal(Signal::Piece {
        ticket,
        offset,
        text,
    }) = notice
    else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    let mut offset = *offset;
    let mut rest = &**text;
    while !rest.is_empty() {
        let end = rest
            .char_indices()
            .nth(PIECE_CHARS)
            .map_or(rest.len(), |(end, _)| end);
        let (part, after) = rest.split_at(end);
        parts.push(Notice::Signal(Signal::Piece {
            ticket: *ticket,
            offset,
            text: Arc::from(part),
        }));
        offset = offset.saturating_add(part.encode_utf16().count() as u64);
        rest = after;
    }
    parts
}

/// What a payload says.
pub(super) fn decode(payload: &str) -> impl Iterator<Item = Heard> {
    payload
        .split('\n')
        .map(|line| notice(line).map_or(Heard::Lagged, Heard::Notice))
}

fn notice(line: &str) -> Option<Notice> {
    let Some(change) = line.strip_prefix('c') else {
        return serde_json::from_str(line).ok();
    };
    let mut words = change.splitn(3, ' ');
    let id = Uuid::try_parse(words.next()?).ok()?;
    Some(Notice::Changed {
        conversation: ConversationId::from_uuid(id),
        version: words.next()?.parse().ok()?,
        service: ServiceId::new(words.next()?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use handoff_core::conversation::Ticket;
    use handoff_core::directory::RecordKind;

    use super::*;

    fn changed(version: u64) -> Notice {
        Notice::Changed {
            conversation: ConversationId::from_uuid(Uuid::from_u128(u128::from(version))),
            service: ServiceId::new("store 1/ü").unwrap(),
            version,
        }
    }

    fn piece(text: &str) -> Notice {
        Notice::Signal(Signal::Piece {
            ticket: Ticket {
                conversation: ConversationId::from_uuid(Uuid::from_u128(1)),
                epoch: 1,
                turn: 1,
            },
            offset: 10,
            text: text.into(),
        })
    }

    fn heard(payloads: &[String]) -> Vec<Heard> {
        payloads
            .iter()
            .flat_map(|payload| decode(payload))
            .collect()
    }

    #[test]
    fn many_notices_share_a_payload_and_keep_their_order() {
        let notices: Vec<Notice> = (1..=1_000).map(changed).collect();
        let payloads = encode(&notices, false);
        assert!(payloads.len() < 10, "{}", payloads.len());
        assert!(payloads.iter().all(|payload| payload.len() <= MAX_PAYLOAD));
        let back: Vec<Heard> = notices.into_iter().map(Heard::Notice).collect();
        assert_eq!(heard(&payloads), back);
    }

    #[test]
    fn what_was_lost_is_said_first() {
        let said = heard(&encode(&[changed(1)], true));
        assert_eq!(said, [Heard::Lagged, Heard::Notice(changed(1))]);
    }

    #[test]
    fn a_long_piece_comes_in_parts_that_join() {
        for text in ["\u{1}👩‍💻é\n".repeat(4_000), "x".repeat(MAX_PAYLOAD)] {
            let payloads = encode(&[piece(&text)], false);
            assert!(payloads.iter().all(|payload| payload.len() <= MAX_PAYLOAD));
            let (mut joined, mut at) = (String::new(), 10);
            for heard in heard(&payloads) {
                let Heard::Notice(Notice::Signal(Signal::Piece { offset, text, .. })) = heard
                else {
                    panic!("{heard:?}");
                };
                assert_eq!(offset, at);
                at += text.encode_utf16().count() as u64;
                joined.push_str(&text);
            }
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn what_can_not_be_said_or_understood_counts_as_lost() {
        let record = Notice::Record {
            kind: RecordKind::Setting,
            key: "x".repeat(9_000),
        };
        assert_eq!(heard(&encode(&[record], false)), [Heard::Lagged]);
        for strange in ["", "c", "c1 2", "z", "{\"type\":\"from_the_future\"}"] {
            assert_eq!(decode(strange).collect::<Vec<_>>(), [Heard::Lagged]);
        }
    }
}

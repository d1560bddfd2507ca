//! A history in words, one line a record.

use std::fmt;

use super::history::{Committed, Frame, History, Observed, Reader, Record};
use crate::conversation::{Event, EventBody, Ticket};
use crate::id::ConversationId;

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.records.first().map(|record| record.at);
        for (index, record) in self.records.iter().enumerate() {
            let at = start.map_or(0, |start| record.at.since(start).get());
            writeln!(f, "{index:5} {:4}.{:03} {record}", at / 1000, at % 1000)?;
        }
        Ok(())
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node {
            Some(node) => write!(f, "n{node} ")?,
            None => f.write_str("   ")?,
        }
        match &self.what {
            Observed::Committed(commit) => committed(f, commit),
            Observed::Asked {
                conversation,
                key,
                digest,
            } => write!(f, "{} asked {key} ({digest})", short(*conversation)),
            Observed::Answered {
                conversation,
                key,
                answer,
                ..
            } => write!(f, "{} answered {key}: {answer:?}", short(*conversation)),
            Observed::Subscribed {
                socket,
                reader,
                conversation,
                after,
            } => {
                let (id, reader) = (short(*conversation), name(reader));
                write!(f, "{id} socket {socket} of {reader} after {after}")
            }
            Observed::Shown { socket, frame } => shown(f, *socket, frame),
            Observed::Cut { socket } => write!(f, "socket {socket} cut"),
            Observed::Rendered {
                socket,
                version,
                said,
                piece,
            } => write!(f, "socket {socket} shows {version}: {said:?} {piece:?}"),
            Observed::Stranded { reader, what } => write!(f, "{} lacks {what}", name(reader)),
            Observed::Prompted { turn } => {
                let lines = turn.transcript.len();
                write!(f, "{} prompted with {lines} lines", of(&turn.ticket))
            }
            Observed::Written {
                ticket,
                text,
                whole,
            } => write!(f, "{} written whole={whole}: {text}", of(ticket)),
            Observed::Notified { id } => write!(f, "notified {id}"),
            Observed::Started => f.write_str("started"),
            Observed::Killed => f.write_str("killed"),
            Observed::Fault { name } => write!(f, "FAULT {name}"),
            Observed::Quiet => f.write_str("quiet"),
        }
    }
}

fn committed(f: &mut fmt::Formatter<'_>, commit: &Committed) -> fmt::Result {
    write!(f, "{} committed", short(commit.conversation))?;
    if let Some(receipt) = &commit.receipt {
        write!(f, " for {}", receipt.key)?;
    }
    for event in commit.events.iter() {
        write!(
            f,
            "\n{:23}#{} e{} {:?}: ",
            "", event.seq, event.epoch, event.by
        )?;
        body(f, event)?;
    }
    write!(f, "\n{:23}wakes at {:?}", "", commit.wake)
}

fn body(f: &mut fmt::Formatter<'_>, event: &Event) -> fmt::Result {
    match &event.body {
        EventBody::TimingChanged { .. } | EventBody::Opened { .. } => {
            f.write_str(event.body.kind())
        }
        other => write!(f, "{other:?} at {}", event.at),
    }
}

fn shown(f: &mut fmt::Formatter<'_>, socket: u32, frame: &Frame) -> fmt::Result {
    match frame {
        Frame::Events { events, version } => {
            let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
            write!(f, "socket {socket} gets {seqs:?} up to {version}")
        }
        Frame::Piece { ticket, text, .. } => {
            write!(f, "socket {socket} gets a piece of {}: {text}", of(ticket))
        }
        Frame::Reset => write!(f, "socket {socket} is reset"),
    }
}

/// The last digits of an id tell it from its neighbours.
fn short(id: ConversationId) -> String {
    format!("c{:x}", id.as_uuid().as_u128() & 0xFFFF_FFFF)
}

fn of(ticket: &Ticket) -> String {
    format!(
        "{} e{} t{}",
        short(ticket.conversation),
        ticket.epoch,
        ticket.turn
    )
}

fn name(reader: &Reader) -> String {
    match reader {
        Reader::Visitor(id) => id.to_string(),
        Reader::Agent(id) => id.to_string(),
    }
}

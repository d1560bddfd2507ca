//! What was shown on every subscription: I4, I8, I10, I20 and half of I18.

use std::collections::BTreeMap;

use super::ledger::moves_floor;
use super::log::{Log, Logs};
use super::promise::{Judge, Promise, Violation};
use crate::conversation::{Audience, Claim, Event, EventBody, Purpose, Ticket};
use crate::id::ConversationId;
use crate::testing::history::{Frame, History, Observed, Reader};

/// One subscription as its client saw it.
#[derive(Debug)]
struct Socket {
    reader: Reader,
    conversation: ConversationId,
    /// The last seq that was shown.
    last: u64,
    /// Everything up to here was shown.
    version: u64,
    epoch: u64,
    cut: bool,
}

/// Folds every subscription.
#[derive(Debug)]
pub(super) struct Sockets<'a> {
    logs: &'a Logs,
    by_number: BTreeMap<u32, Socket>,
    /// How far every reader saw every conversation, over all subscriptions.
    seen: BTreeMap<(Reader, ConversationId), u64>,
}

/// Looks at every subscription.
pub(super) fn judge(history: &History, logs: &Logs, violations: &mut Vec<Violation>) {
    let mut sockets = Sockets {
        logs,
        by_number: BTreeMap::new(),
        seen: BTreeMap::new(),
    };
    for (record, seen) in history.records.iter().enumerate() {
        let mut judge = Judge {
            violations: &mut *violations,
            conversation: None,
            seq: None,
            record,
        };
        sockets.see(&seen.what, &mut judge);
    }
}

impl Sockets<'_> {
    fn see(&mut self, what: &Observed, judge: &mut Judge<'_>) {
        match what {
            Observed::Subscribed {
                socket,
                reader,
                conversation,
                after,
            } => self.subscribed(*socket, reader, *conversation, *after, judge),
            Observed::Shown { socket, frame } => self.shown(*socket, frame, judge),
            Observed::Cut { socket } => {
                if let Some(socket) = self.by_number.get_mut(socket) {
                    socket.cut = true;
                }
            }
            Observed::Rendered {
                socket,
                version,
                said,
                piece,
            } => self.rendered(*socket, *version, said, piece.as_ref(), judge),
            Observed::Stranded { reader, what } => judge.broken(
                Promise::I26,
                format!("{reader:?} lacks {what} when all is quiet"),
            ),
            _ => {}
        }
    }

    fn subscribed(
        &mut self,
        socket: u32,
        reader: &Reader,
        conversation: ConversationId,
        after: u64,
        judge: &mut Judge<'_>,
    ) {
        judge.conversation = Some(conversation);
        let seen = self.seen.get(&(reader.clone(), conversation));
        if after > 0 && seen.copied() != Some(after) {
            judge.broken(
                Promise::I20,
                format!("it resumes after {after}, but saw {seen:?}"),
            );
        }
        let log = self.logs.conversations.get(&conversation);
        let epoch = log.and_then(|log| {
            let before = log.events.iter().take_while(|event| event.seq <= after);
            before.last().map(|event| event.epoch)
        });
        let fresh = Socket {
            reader: reader.clone(),
            conversation,
            last: after,
            version: after,
            epoch: epoch.unwrap_or(0),
            cut: false,
        };
        self.by_number.insert(socket, fresh);
    }

    fn shown(&mut self, number: u32, frame: &Frame, judge: &mut Judge<'_>) {
        let Some(socket) = self.by_number.get_mut(&number) else {
            return judge.broken(Promise::I8, "a frame on a socket that nobody opened");
        };
        judge.conversation = Some(socket.conversation);
        judge.must(!socket.cut, Promise::I8, "a frame on a socket that was cut");
        let Some(log) = self.logs.conversations.get(&socket.conversation) else {
            return judge.broken(
                Promise::I8,
                "a frame of a conversation that was never stored",
            );
        };
        match frame {
            Frame::Events { events, version } => {
                judge.seq = Some(*version);
                socket.events(log, events, *version, judge);
                self.seen
                    .insert((socket.reader.clone(), socket.conversation), *version);
            }
            Frame::Piece { ticket, .. } => socket.piece(log, ticket, judge),
            Frame::Reset => {
                socket.last = 0;
                socket.version = 0;
            }
        }
    }

    fn rendered(
        &self,
        number: u32,
        version: u64,
        said: &[(u64, String)],
        piece: Option<&(Ticket, String)>,
        judge: &mut Judge<'_>,
    ) {
        let Some(socket) = self.by_number.get(&number) else {
            return;
        };
        judge.conversation = Some(socket.conversation);
        let Some(log) = self.logs.conversations.get(&socket.conversation) else {
            return;
        };
        judge.seq = Some(version);
        if version != log.ledger.version {
            return judge.broken(
                Promise::I8,
                format!(
                    "{:?} has seen version {version} of {} when all is quiet",
                    socket.reader, log.ledger.version
                ),
            );
        }
        let stored = log
            .events
            .iter()
            .filter_map(|event| Some((event.seq, event.body.said()?)));
        judge.must(
            stored.eq(said.iter().map(|(seq, text)| (*seq, text.as_str()))),
            Promise::I18,
            "what is shown is not what is stored",
        );
        let written = log.ledger.ticket.map(|ticket| (ticket.epoch, ticket.turn));
        let orphan = piece.is_some_and(|(ticket, _)| written != Some((ticket.epoch, ticket.turn)));
        judge.must(
            !orphan,
            Promise::I18,
            "a piece is shown of a reply that ended",
        );
    }
}

impl Socket {
    fn is_visitor(&self) -> bool {
        matches!(self.reader, Reader::Visitor(_))
    }

    /// The next events of the log for this reader, without a hole.
    fn events(&mut self, log: &Log, events: &[Event], version: u64, judge: &mut Judge<'_>) {
        let visitor = self.is_visitor();
        let due = log.events.iter().filter(|event| {
            event.seq > self.version
                && event.seq <= version
                && (!visitor || event.body.audience() == Audience::Everyone)
        });
        let due = due.map(|event| event.seq);
        if version < self.version || !due.eq(events.iter().map(|event| event.seq)) {
            judge.broken(
                Promise::I8,
                format!(
                    "after {} up to {version} came {:?}",
                    self.version,
                    events.iter().map(|event| event.seq).collect::<Vec<_>>()
                ),
            );
        }
        for event in events {
            judge.seq = Some(event.seq);
            judge.must(
                event.seq > self.last,
                Promise::I8,
                "it was shown twice or out of order",
            );
            if visitor && !is_fit_for_visitors(event) {
                judge.broken(
                    Promise::I10,
                    format!("a visitor was shown {:?}", event.body),
                );
            }
            self.last = event.seq;
            if moves_floor(&event.body) {
                self.epoch = event.epoch;
            }
        }
        self.version = version;
    }

    fn piece(&self, log: &Log, ticket: &Ticket, judge: &mut Judge<'_>) {
        judge.must(
            ticket.epoch >= self.epoch,
            Promise::I4,
            "a piece of an older epoch was shown after the change of control",
        );
        let purpose = log.events.iter().find_map(|event| match event.body {
            EventBody::ReplyRequested { turn, purpose, .. } if turn == ticket.turn => Some(purpose),
            _ => None,
        });
        judge.must(
            !self.is_visitor() || purpose == Some(Purpose::Reply),
            Promise::I10,
            "a visitor was shown a piece that was not meant for visitors",
        );
    }
}

/// Nothing in it is for the team alone.
fn is_fit_for_visitors(event: &Event) -> bool {
    match &event.body {
        EventBody::Returned { instruction, .. } => instruction.is_none(),
        EventBody::Transferred { note, .. } => note.is_empty(),
        EventBody::TakenOver { how, .. } => match how {
            Claim::Transferred { note: words } | Claim::Forced { reason: words } => {
                words.is_empty()
            }
            _ => true,
        },
        EventBody::ReplyInterrupted { partial, .. } => partial.is_empty(),
        body => body.audience() == Audience::Everyone,
    }
}

//! Puts what the store holds and what clients saw into one history, and has it judged.

use std::collections::BTreeSet;

use handoff_axum::visitor_event;
use handoff_core::conversation::Event;
use handoff_core::id::ConversationId;
use handoff_core::testing::check::{Verdict, judge};
use handoff_core::testing::history::{Answer, Frame, History, Observed, Reader, for_visitors};
use handoff_core::time::{Millis, Timestamp};

use super::log::{Stored, notified};
use super::recorder::{Asked, Place, Seen, Told};

/// A node looks for what is due at least every 15 seconds; in a debug build on a busy machine the rest takes its time.
const SLACK: Millis = Millis::from_secs(25);
/// A commit's time is that of its decision: it may become visible so much later.
const LAG: Millis = Millis::from_secs(1);

/// A broken promise, and when that was seen.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub(super) at: Timestamp,
    pub(super) what: String,
}

/// What came out.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) history: History,
    pub(super) verdict: Verdict,
    pub(super) broken: Vec<Broken>,
}

/// Judges a run.
pub(super) fn judged(stored: &Stored, seen: &[(Timestamp, Seen)], quiet_at: Timestamp) -> Judged {
    let (commits, wrong) = stored.commits();
    let wrong = wrong.into_iter().map(|what| Broken { at: quiet_at, what });
    let mut telling = Telling {
        stored,
        fresh: BTreeSet::new(),
        broken: wrong.collect(),
    };
    let mut records: Vec<(Timestamp, Option<u32>, Observed)> = Vec::new();
    for (at, commit) in commits {
        let told: Vec<_> = notified(&commit).collect();
        records.push((at, None, Observed::Committed(commit)));
        records.extend(
            told.into_iter()
                .map(|id| (at, None, Observed::Notified { id })),
        );
    }
    for (at, seen) in seen {
        let (node, observed) = telling.observed(*at, seen);
        records.extend(observed.map(|observed| (*at, node, observed)));
    }
    // The sort is stable: of one moment, commits stand before what was seen of them.
    records.sort_by_key(|(at, ..)| *at);
    let mut history = History::default();
    for (at, node, observed) in records {
        history.push(at, node, observed);
    }
    history.push(quiet_at, None, Observed::Quiet);
    let verdict = judge(&history, SLACK);
    let mut broken = telling.broken;
    for violation in &verdict.violations {
        let at = history
            .records
            .get(violation.record)
            .map_or(quiet_at, |record| record.at);
        broken.push(Broken {
            at,
            what: violation.to_string(),
        });
    }
    Judged {
        history,
        verdict,
        broken,
    }
}

struct Telling<'a> {
    stored: &'a Stored,
    /// Visitors' subscriptions from the beginning that nothing was shown on yet.
    fresh: BTreeSet<u32>,
    broken: Vec<Broken>,
}

impl Telling<'_> {
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of record")]
    fn observed(&mut self, at: Timestamp, seen: &Seen) -> (Option<u32>, Option<Observed>) {
        let observed = match seen {
            Seen::Started(node) => return (Some(*node), Some(Observed::Started)),
            Seen::Killed(node) => return (Some(*node), Some(Observed::Killed)),
            Seen::Asked(asked) => Observed::Asked {
                conversation: self.place(asked),
                key: asked.receipt.0.as_str().into(),
                digest: asked.receipt.1,
            },
            Seen::Answered(asked, told) => Observed::Answered {
                conversation: self.place(asked),
                key: asked.receipt.0.as_str().into(),
                digest: asked.receipt.1,
                answer: self.answer(asked, told),
            },
            Seen::Subscribed {
                socket,
                reader,
                conversation,
                after,
            } => {
                if *after == 0 && matches!(reader, Reader::Visitor(_)) {
                    self.fresh.insert(*socket);
                }
                Observed::Subscribed {
                    socket: *socket,
                    reader: reader.clone(),
                    conversation: *conversation,
                    after: *after,
                }
            }
            Seen::TeamEvents {
                socket,
                events,
                version,
            } => {
                let frame = Frame::Events {
                    events: events.as_slice().into(),
                    version: *version,
                };
                Observed::Shown {
                    socket: *socket,
                    frame,
                }
            }
            Seen::VisitorEvents {
                socket,
                conversation,
                events,
                version,
            } => {
                let events = events.iter().filter_map(|shown| {
                    let event = self.stored.event(*conversation, shown.seq);
                    if event.and_then(visitor_event).as_ref() != Some(shown) {
                        let what = format!("I18: a visitor of {conversation} was shown {shown:?}, but stored is {event:?}");
                        self.broken.push(Broken { at, what });
                    }
                    for_visitors(event?.clone())
                });
                let mut events: Vec<Event> = events.collect();
                // That there is a conversation is said by `welcome` and `opened`, not by an event.
                if self.fresh.remove(socket) {
                    let opened = self.stored.event(*conversation, 1).cloned();
                    events.splice(0..0, opened.filter(|_| *version > 0));
                }
                let frame = Frame::Events {
                    events: events.into(),
                    version: *version,
                };
                Observed::Shown {
                    socket: *socket,
                    frame,
                }
            }
            Seen::Piece {
                socket,
                ticket,
                offset,
                text,
            } => {
                let frame = Frame::Piece {
                    ticket: *ticket,
                    offset: *offset,
                    text: text.as_str().into(),
                };
                Observed::Shown {
                    socket: *socket,
                    frame,
                }
            }
            Seen::Cut { socket } => Observed::Cut { socket: *socket },
            Seen::Rendered {
                socket,
                conversation,
                version,
                said,
                piece,
            } => {
                if self.went_on(*conversation, *version, at) {
                    return (None, None);
                }
                Observed::Rendered {
                    socket: *socket,
                    version: *version,
                    said: said.clone(),
                    piece: piece.clone(),
                }
            }
            Seen::Stranded { reader, what } => Observed::Stranded {
                reader: reader.clone(),
                what: what.clone(),
            },
            Seen::Fault(name) => Observed::Fault {
                name: (*name).into(),
            },
            Seen::Broken(what) => {
                self.broken.push(Broken {
                    at,
                    what: what.clone(),
                });
                return (None, None);
            }
        };
        (None, Some(observed))
    }

    fn place(&self, asked: &Asked) -> ConversationId {
        match &asked.place {
            Place::Known(id) => *id,
            Place::Of(visitor) => {
                // An acknowledged word without a conversation is not in the log: the checker says so.
                let known = self.stored.of_visitor(visitor, &asked.receipt.0);
                known.unwrap_or(ConversationId::from_uuid(uuid::Uuid::nil()))
            }
        }
    }

    /// Programs are told a version; the checker wants the place of what was done.
    fn answer(&self, asked: &Asked, told: &Told) -> Answer {
        match told {
            Told::At(seq) => Answer::Done { first: Some(*seq) },
            Told::Refused(code) => Answer::Refused {
                code: code.clone().into(),
            },
            Told::Version(version) => {
                let place = self.place(asked);
                let receipt = self.stored.receipt(place, &asked.receipt.0);
                let first = match receipt {
                    Some(receipt) if receipt.version == *version => Some(receipt.first),
                    Some(_) => Some(*version),
                    None if asked.leaves_receipt || !self.stood_so(place, *version) => {
                        Some(*version)
                    }
                    None => None,
                };
                Answer::Done { first }
            }
        }
    }

    /// A command that changes nothing leaves no receipt; but the version that it was told was there.
    fn stood_so(&self, id: ConversationId, version: u64) -> bool {
        let state = self.stored.state_at(id, version);
        state.is_some_and(|state| state.version == version)
    }

    /// Whether something happened about when a client said for the last time what it shows, or later.
    fn went_on(&self, id: ConversationId, version: u64, at: Timestamp) -> bool {
        let Some(whole) = self.stored.conversations.get(&id) else {
            return false;
        };
        let missed = whole.events.iter().filter(|event| event.seq > version);
        missed.into_iter().any(|event| event.at.after(LAG) > at)
    }
}

//! The conversation that a widget follows.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use handoff_core::conversation::{Conversation, Event, Lifecycle};
use handoff_core::id::ConversationId;
use handoff_core::runtime::{Change, Follow, Handoff, Slot};

use crate::visitor::visitor_event;
use crate::ws::end::End;
use crate::ws::fence::Fence;
use crate::ws::protocol::VisitorFrame;
use crate::ws::wire::{Duplex, Wire, encode};

/// So many stored events go into one frame.
const CHUNK: usize = 32;

/// The conversation that a widget follows, as far as it was shown.
#[derive(Debug)]
pub(super) struct Thread {
    pub(super) conversation: ConversationId,
    pub(super) follow: Follow,
    pub(super) fence: Fence,
    /// Nothing more happens in it.
    pub(super) closed: bool,
    _visit: Visit,
}

impl Thread {
    pub(super) fn begin(handoff: &Handoff, state: &Conversation, after: u64) -> Self {
        Self {
            conversation: state.id,
            follow: handoff.follow(state.id, after),
            fence: Fence::at(state),
            closed: matches!(state.lifecycle, Lifecycle::Closed { .. }),
            _visit: Visit::begin(handoff, state.id),
        }
    }

    /// Shows events that just happened, encoded once for all of this visitor's sockets.
    pub(super) fn show_live<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        change: &Arc<Change>,
    ) -> Result<(), End> {
        change.events.iter().for_each(|event| self.pass(event));
        let frame: Option<Utf8Bytes> = change.encoded(Slot::VisitorEvents, || {
            let frame = frame(&change.events, change.version, true);
            (!is_empty(&frame)).then(|| encode(&frame))
        });
        frame.map_or(Ok(()), |frame| wire.push(frame))
    }

    /// Shows stored events, as fast as the widget reads.
    pub(super) async fn show_stored<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        events: &[Event],
        caught_up: bool,
    ) -> Result<(), End> {
        let last = events.len().div_ceil(CHUNK).saturating_sub(1);
        for (nth, chunk) in events.chunks(CHUNK).enumerate() {
            wire.make_room().await?;
            for event in chunk {
                self.pass(event);
            }
            let version = chunk.last().map_or(0, |event| event.seq);
            wire.send(&frame(chunk, version, caught_up && nth == last))?;
        }
        if events.is_empty() {
            wire.send(&frame(&[], self.follow.version(), caught_up))?;
        }
        Ok(())
    }

    fn pass(&mut self, event: &Event) {
        use handoff_core::conversation::EventBody;
        self.fence.pass(event);
        self.closed |= matches!(event.body, EventBody::Closed { .. });
    }
}

fn frame(events: &[Event], version: u64, caught_up: bool) -> VisitorFrame {
    VisitorFrame::Events {
        events: events.iter().filter_map(visitor_event).collect(),
        version,
        caught_up,
    }
}

fn is_empty(frame: &VisitorFrame) -> bool {
    matches!(frame, VisitorFrame::Events { events, .. } if events.is_empty())
}

/// A visitor is there as long as this is.
#[derive(Debug)]
struct Visit {
    handoff: Handoff,
    conversation: ConversationId,
}

impl Visit {
    fn begin(handoff: &Handoff, conversation: ConversationId) -> Self {
        handoff.visitor_connected(conversation);
        Self {
            handoff: handoff.clone(),
            conversation,
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.handoff.visitor_disconnected(self.conversation);
    }
}

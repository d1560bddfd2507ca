//! A conversation that a dashboard has open.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use handoff_core::bus::Signal;
use handoff_core::conversation::{AgentRef, Conversation, Event};
use handoff_core::error::StoreError;
use handoff_core::id::{AgentId, ConversationId};
use handoff_core::runtime::{Change, Followed, Handoff, Slot};
use tokio::time::Instant;

use crate::ws::end::End;
use crate::ws::fence::Fence;
use crate::ws::protocol::TeamFrame;
use crate::ws::wire::{Duplex, Wire, encode};

/// So many stored events go into one frame.
const CHUNK: usize = 32;
/// A viewer who was not heard of for so long is gone.
const FORGET_VIEWER: Duration = Duration::from_mins(1);

/// What is heard of a conversation.
pub(super) type Updates = BoxStream<'static, Result<Followed, StoreError>>;

/// A conversation that a dashboard has open, as far as it was shown.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) conversation: ConversationId,
    handoff: Handoff,
    me: AgentRef,
    fence: Fence,
    viewers: BTreeMap<AgentId, (AgentRef, Instant)>,
}

impl Watch {
    /// Begins to follow after a version, and tells colleagues.
    pub(super) fn begin(
        handoff: &Handoff,
        me: &AgentRef,
        state: &Conversation,
        after: u64,
    ) -> (Self, Updates) {
        let follow = handoff.follow(state.id, after);
        let updates = stream::unfold(follow, |mut follow| async {
            let next = follow.next().await;
            Some((next, follow))
        });
        let watch = Self {
            conversation: state.id,
            handoff: handoff.clone(),
            me: me.clone(),
            fence: Fence::at(state),
            viewers: BTreeMap::new(),
        };
        watch.announce(true);
        (watch, updates.boxed())
    }

    fn announce(&self, viewing: bool) {
        let (conversation, agent) = (self.conversation, self.me.clone());
        self.handoff.signal(Signal::Viewing {
            conversation,
            agent,
            viewing,
        });
    }

    /// Says again that this agent looks, and forgets who no longer does.
    pub(super) fn renew<S: Duplex>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        self.announce(true);
        let before = self.viewers.len();
        self.viewers
            .retain(|_, (_, heard_at)| heard_at.elapsed() < FORGET_VIEWER);
        if self.viewers.len() < before {
            self.show_viewers(wire)
        } else {
            Ok(())
        }
    }

    /// Shows what was heard.
    pub(super) async fn show<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        followed: Followed,
    ) -> Result<(), End> {
        match followed {
            Followed::Events {
                change: Some(change),
                ..
            } => self.show_live(wire, &change),
            Followed::Events {
                events,
                change: None,
                caught_up,
            } => self.show_stored(wire, &events, caught_up).await,
            Followed::Signal(signal) => self.show_signal(wire, &signal),
            _ => Err(End::restarting()),
        }
    }

    fn show_live<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        change: &Arc<Change>,
    ) -> Result<(), End> {
        change
            .events
            .iter()
            .for_each(|event| self.fence.pass(event));
        let frame: Utf8Bytes = change.encoded(Slot::TeamEvents, || {
            encode(&frame(change.conversation, &change.events, true))
        });
        wire.push(frame)
    }

    async fn show_stored<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        events: &[Event],
        caught_up: bool,
    ) -> Result<(), End> {
        let last = events.len().div_ceil(CHUNK).saturating_sub(1);
        for (nth, chunk) in events.chunks(CHUNK).enumerate() {
            wire.make_room().await?;
            for event in chunk {
                self.fence.pass(event);
            }
            wire.send(&frame(self.conversation, chunk, caught_up && nth == last))?;
        }
        if events.is_empty() {
            wire.send(&frame(self.conversation, &[], caught_up))?;
        }
        Ok(())
    }

    fn show_signal<S: Duplex>(&mut self, wire: &mut Wire<S>, signal: &Signal) -> Result<(), End> {
        let conversation = self.conversation;
        match signal {
            Signal::Piece {
                ticket,
                offset,
                text,
            } if self.fence.admits(ticket) => wire.send(&TeamFrame::Piece {
                conversation,
                turn: ticket.turn,
                epoch: ticket.epoch,
                offset: *offset,
                text: text.to_string(),
            }),
            Signal::Typing {
                agent: Some(agent), ..
            } if agent.id == self.me.id => Ok(()),
            Signal::Typing {
                who, agent, typing, ..
            } => {
                let name = agent.as_ref().map(|agent| agent.name.to_string());
                wire.send(&TeamFrame::Typing {
                    conversation,
                    who: *who,
                    name,
                    typing: *typing,
                })
            }
            Signal::Viewing { agent, viewing, .. } => self.sees(wire, agent, *viewing),
            _ => Ok(()),
        }
    }

    /// A colleague looks, or no longer. Newcomers are told that this agent looks as well; and so is everybody where another
    /// window of this agent closed.
    fn sees<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        agent: &AgentRef,
        viewing: bool,
    ) -> Result<(), End> {
        let known = self.viewers.contains_key(&agent.id);
        let own = agent.id == self.me.id;
        if viewing {
            self.viewers
                .insert(agent.id.clone(), (agent.clone(), Instant::now()));
        } else if !own {
            self.viewers.remove(&agent.id);
        }
        if (viewing && !known && !own) || (!viewing && own) {
            self.announce(true);
        }
        if viewing == known && !own {
            Ok(())
        } else {
            self.show_viewers(wire)
        }
    }

    fn show_viewers<S: Duplex>(&self, wire: &mut Wire<S>) -> Result<(), End> {
        let agents = self
            .viewers
            .values()
            .map(|(agent, _)| agent.clone())
            .collect();
        wire.send(&TeamFrame::Viewers {
            conversation: self.conversation,
            agents,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.announce(false);
    }
}

fn frame(conversation: ConversationId, events: &[Event], caught_up: bool) -> TeamFrame {
    TeamFrame::Events {
        conversation,
        events: events.to_vec(),
        caught_up,
    }
}

//! A widget that was greeted.

use std::future::pending;
use std::sync::Arc;

use handoff_core::bus::Signal;
use handoff_core::conversation::{Mode, Speaker};
use handoff_core::directory::Service;
use handoff_core::error::StoreError;
use handoff_core::id::{ServiceId, VisitorId};
use handoff_core::runtime::{Followed, Handoff, Stored};
use tokio::time::{Instant, sleep_until};

use super::thread::Thread;
use crate::limits::{Pace, Seat};
use crate::transport::Transport;
use crate::visitor::{Entry, KnownVisitor, Nudge, Place};
use crate::ws::end::End;
use crate::ws::pace::TypingPace;
use crate::ws::protocol::{CloseCode, VisitorFrame};
use crate::ws::wire::{Duplex, Wire};

/// So many updates are taken before they are written.
const BATCH: usize = 64;

/// A widget that was greeted.
pub(super) struct Session<'t> {
    pub(super) transport: &'t Transport,
    pub(super) visitor: KnownVisitor,
    pub(super) place: Place,
    pub(super) thread: Option<Thread>,
    pub(super) typing: TypingPace,
    service: Arc<Stored<Service>>,
    frames: Pace,
    heard_at: Instant,
    nudge: Arc<Nudge>,
    _entry: Entry,
    _seat: Seat<(ServiceId, VisitorId)>,
}

impl<'t> Session<'t> {
    pub(super) fn new(
        transport: &'t Transport,
        visitor: KnownVisitor,
        service: Arc<Stored<Service>>,
        place: Place,
        thread: Option<Thread>,
        entry: Entry,
        seat: Seat<(ServiceId, VisitorId)>,
    ) -> Self {
        Self {
            transport,
            visitor,
            place,
            thread,
            typing: TypingPace::default(),
            service,
            frames: Pace::new(transport.inner.options.limits.frames),
            heard_at: Instant::now(),
            nudge: entry.nudge(),
            _entry: entry,
            _seat: seat,
        }
    }

    pub(super) fn handoff(&self) -> &'t Handoff {
        self.transport.handoff()
    }

    pub(super) fn mode(&self) -> Mode {
        self.service.value.policy.mode
    }

    /// Serves the widget; the error is how it ended.
    pub(super) async fn run<S: Duplex>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        let nudge = self.nudge.clone();
        loop {
            let silence = self.transport.inner.options.heartbeat.mul_f32(2.5);
            let deadline = self.heard_at + silence;
            tokio::select! {
                biased;
                () = self.transport.inner.closing.cancelled() => return Err(End::restarting()),
                followed = next(&mut self.thread) => {
                    let followed = followed.map_err(|_| End::restarting())?;
                    self.show_all(wire, followed).await?;
                }
                opened = nudge.heard() => Box::pin(self.look_again(wire, opened)).await?,
                text = wire.next() => {
                    self.heard_at = Instant::now();
                    if !self.frames.pass() {
                        return Err(End::new(CloseCode::TooMany, "too many frames"));
                    }
                    Box::pin(self.request(wire, &text?)).await?;
                }
                () = sleep_until(deadline) => return Err(End::new(CloseCode::Timeout, "no heartbeat came")),
            }
        }
    }

    /// Shows one update and those that are here already, then writes them together.
    async fn show_all<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        first: Followed,
    ) -> Result<(), End> {
        let mut next = Some(first);
        for _ in 0..BATCH {
            let Some(followed) = next.take() else { break };
            self.show(wire, followed).await?;
            next = self
                .thread
                .as_mut()
                .and_then(|thread| thread.follow.try_next());
        }
        if let Some(followed) = next {
            self.show(wire, followed).await?;
        }
        wire.write_some().await
    }

    async fn show<S: Duplex>(&mut self, wire: &mut Wire<S>, followed: Followed) -> Result<(), End> {
        let Some(thread) = &mut self.thread else {
            return Ok(());
        };
        match followed {
            Followed::Events {
                change: Some(change),
                ..
            } => thread.show_live(wire, &change),
            Followed::Events {
                events,
                change: None,
                caught_up,
            } => Box::pin(thread.show_stored(wire, &events, caught_up)).await,
            Followed::Signal(signal) => match shown(thread, &signal) {
                Some(frame) => wire.send(&frame),
                None => Ok(()),
            },
            _ => Err(End::restarting()),
        }
    }

    /// Another tab may have opened a conversation, or the service changed.
    async fn look_again<S: Duplex>(&mut self, wire: &mut Wire<S>, opened: bool) -> Result<(), End> {
        let gone = |_| End::restarting();
        if let Some(now) = self
            .handoff()
            .service(&self.visitor.service)
            .await
            .map_err(gone)?
        {
            let (before, after) = (&self.service.value, &now.value);
            let same = before.look == after.look && before.policy.mode == after.policy.mode;
            self.service = now.clone();
            if !same {
                let (look, mode) = (now.value.look.clone(), now.value.policy.mode);
                wire.send(&VisitorFrame::Service { look, mode })?;
            }
        }
        if opened && self.thread.as_ref().is_none_or(|thread| thread.closed) {
            let (service, visitor) = (&self.visitor.service, &self.visitor.id);
            let current = self
                .handoff()
                .store()
                .current(service, visitor)
                .await
                .map_err(gone)?;
            if let Some(current) = current {
                self.go_on_in(wire, current).await?;
            }
        }
        Ok(())
    }
}

async fn next(thread: &mut Option<Thread>) -> Result<Followed, StoreError> {
    match thread {
        Some(thread) => thread.follow.next().await,
        None => pending().await,
    }
}

/// What a visitor is shown of a signal.
fn shown(thread: &Thread, signal: &Signal) -> Option<VisitorFrame> {
    match signal {
        Signal::Piece {
            ticket,
            offset,
            text,
        } if thread.fence.admits_for_visitor(ticket) => Some(VisitorFrame::Piece {
            turn: ticket.turn,
            epoch: ticket.epoch,
            offset: *offset,
            text: text.to_string(),
        }),
        Signal::Typing {
            who: Speaker::Agent,
            agent: Some(agent),
            typing,
            ..
        } if thread.fence.is_held_by(&agent.id) => Some(VisitorFrame::Typing {
            name: agent.name.to_string(),
            typing: *typing,
        }),
        _ => None,
    }
}

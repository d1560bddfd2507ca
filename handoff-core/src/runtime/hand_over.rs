//! Replies that change hands, because the node that wrote them ends.

use super::handoff::Handoff;
use crate::bus::{Notice, Signal};
use crate::conversation::{Caller, Command, Ticket};
use crate::time::Millis;

/// So many permissions stand in one signal: a bus may carry only some kilobytes in one notice.
const AT_ONCE: usize = 25;
/// Of several nodes that hear it each waits up to so long, so that most find it done.
const LAG: Millis = Millis::new(200);

impl Handoff {
    /// Tells the other nodes which replies this one leaves. A hint that is lost costs the time to their deadlines.
    pub(super) fn hand_over(&self, abandoned: &[Ticket]) {
        for tickets in abandoned.chunks(AT_ONCE) {
            self.inner.courier.send(Notice::Signal(Signal::Abandoned {
                tickets: tickets.to_vec(),
            }));
        }
    }

    /// Asks anew for replies that another node left. The commit decides which of several nodes writes them.
    pub(super) fn take_up(&self, abandoned: Vec<Ticket>) {
        if self.inner.assistant.is_none() || self.is_shutting_down() {
            return;
        }
        let handoff = self.clone();
        self.inner.tasks.spawn(async move {
            if !handoff.wait(handoff.some_of(LAG)).await {
                return;
            }
            for ticket in abandoned {
                let state = handoff.load(ticket.conversation, true).await;
                if state.is_ok_and(|state| state.is_some_and(|c| c.ticket() == Some(ticket))) {
                    let lost = Command::FailReply {
                        ticket,
                        partial: String::new(),
                        truncated: true,
                    };
                    handoff
                        .dispatch_quietly(ticket.conversation, Caller::Assistant, lost)
                        .await;
                }
            }
        });
    }
}

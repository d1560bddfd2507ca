//! Hears what other nodes did.

use std::sync::Arc;

use futures::StreamExt;

use super::change::Change;
use super::handoff::Handoff;
use super::hub::BoardUpdate;
use super::roster::Person;
use crate::bus::{Bus, Heard, Notice, Signal};
use crate::conversation::Card;
use crate::directory::RecordKind;
use crate::id::{ConversationId, ServiceId};
use crate::time::Millis;

/// After a failure of the bus it is left alone for so long.
const PAUSE: Millis = Millis::from_secs(1);

impl Handoff {
    /// Listens until the engine shuts down.
    pub(super) async fn run_listener(self) {
        let Some(bus) = self.inner.courier.bus().cloned() else {
            return;
        };
        let shutdown = self.inner.shutdown.clone();
        shutdown
            .run_until_cancelled(self.listen_for_ever(bus))
            .await;
    }

    async fn listen_for_ever(&self, bus: Arc<dyn Bus>) {
        loop {
            match bus.subscribe().await {
                Ok(mut heard) => {
                    // Whatever was said before this is only in the store.
                    self.look_again();
                    while let Some(heard) = heard.next().await {
                        self.hear(heard).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, %bus, "other nodes can't be heard; looking again soon");
                }
            }
            self.clock().sleep_until(self.now().after(PAUSE)).await;
        }
    }

    async fn hear(&self, heard: Heard) {
        match heard {
            Heard::Lagged => self.look_again(),
            Heard::Notice(Notice::Changed {
                conversation,
                version,
                ..
            }) => self.pull(conversation, version).await,
            Heard::Notice(Notice::Record { kind, key }) => {
                if kind == RecordKind::Service {
                    self.inner.services.forget(&key);
                    if let Ok(service) = ServiceId::new(&key) {
                        self.stop_switched_off(&service).await;
                    }
                }
                self.inner.hub.tell_board(BoardUpdate::Record {
                    kind,
                    key: key.into(),
                });
            }
            Heard::Notice(Notice::Signal(Signal::Presence {
                node,
                agents,
                visitors,
                present,
            })) => {
                let agents = agents.into_iter().map(Person::Agent);
                let people = agents.chain(visitors.into_iter().map(Person::Visitor));
                self.hear_presence(node, people.collect(), present);
            }
            Heard::Notice(Notice::Signal(Signal::Abandoned { tickets })) => self.take_up(tickets),
            Heard::Notice(Notice::Signal(signal)) => self.inner.hub.signal(signal),
        }
    }

    fn look_again(&self) {
        self.inner.states.clear();
        self.inner.services.forget_all();
        self.inner.hub.tell_board(BoardUpdate::Lagged);
        self.inner.hub.look_again();
        self.look_after_own();
    }

    /// Reads what another node committed. One's own notices are known already.
    async fn pull(&self, conversation: ConversationId, version: u64) {
        if self
            .inner
            .states
            .get(&conversation)
            .is_some_and(|state| state.version >= version)
        {
            return;
        }
        match self.load(conversation, true).await {
            Ok(Some(state)) => {
                self.inner.replies.end_unless(&state);
                if let Some(wake) = state.wake() {
                    self.inner.alarm.set_earlier(wake);
                }
                let card = Arc::new(Card::from(&*state));
                let change = Change::new(state.clone(), card, Arc::from([]));
                self.inner.hub.publish(Arc::new(change));
                self.contradict(&state).await;
            }
            Ok(None) => {
                self.inner.states.remove(&conversation);
            }
            Err(error) => {
                tracing::warn!(%error, %conversation, "a change of another node is seen late");
            }
        }
    }
}

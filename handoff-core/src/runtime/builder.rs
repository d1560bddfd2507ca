//! Puts the engine together.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::alarm::Alarm;
use super::attendance::Presence;
use super::clock::{Clock, Ids, SystemClock, SystemIds};
use super::courier::Courier;
use super::handoff::{Handoff, Inner};
use super::hub::Hub;
use super::replies::Replies;
use super::services::Services;
use crate::assistant::Assistant;
use crate::attention::{Detector, default_detectors};
use crate::bus::Bus;
use crate::conversation::{Caller, Command};
use crate::customer::CustomerData;
use crate::directory::Directory;
use crate::error::StoreError;
use crate::notifier::Notifier;
use crate::store::ConversationStore;
use crate::time::{Millis, Timestamp};

/// A node remembers the state of at most so many conversations.
const MAX_STATES: usize = 50_000;
/// So many conversations are looked at, at a start, for replies that died with the process before.
const RECOVERY_PAGE: usize = 100_000;
/// The longest deadline of a reply that can have been given.
const LONGEST_REPLY: Millis = Millis::from_hours(24 * 366);

/// What an engine is made of. A store and a directory are required; the rest has defaults.
pub struct Builder {
    store: Arc<dyn ConversationStore>,
    directory: Arc<dyn Directory>,
    bus: Option<Arc<dyn Bus>>,
    assistant: Option<Arc<dyn Assistant>>,
    notifier: Option<Arc<dyn Notifier>>,
    customers: Option<Arc<dyn CustomerData>>,
    detectors: Vec<Arc<dyn Detector>>,
    guards: bool,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl Handoff {
    /// Begins to put an engine together.
    pub fn builder(store: Arc<dyn ConversationStore>, directory: Arc<dyn Directory>) -> Builder {
        Builder {
            store,
            directory,
            bus: None,
            assistant: None,
            notifier: None,
            customers: None,
            detectors: default_detectors(),
            guards: true,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        }
    }
}

impl Builder {
    /// Tells other nodes, and hears of them. Default: none; then this must be the only node of its store.
    #[must_use]
    pub fn bus(mut self, bus: Arc<dyn Bus>) -> Self {
        self.bus = Some(bus);
        self
    }

    /// Who writes replies. Default: nobody; then every turn ends at its deadline.
    #[must_use]
    pub fn assistant(mut self, assistant: Arc<dyn Assistant>) -> Self {
        self.assistant = Some(assistant);
        self
    }

    /// Who tells people that are not looking. Default: nobody.
    #[must_use]
    pub fn notifier(mut self, notifier: Arc<dyn Notifier>) -> Self {
        self.notifier = Some(notifier);
        self
    }

    /// Who knows the customers. Default: nobody.
    #[must_use]
    pub fn customers(mut self, customers: Arc<dyn CustomerData>) -> Self {
        self.customers = Some(customers);
        self
    }

    /// What needs attention. Default: [`default_detectors`].
    #[must_use]
    pub fn detectors(mut self, detectors: Vec<Arc<dyn Detector>>) -> Self {
        self.detectors = detectors;
        self
    }

    /// Whether a [`Guard`](crate::conversation::Guard) looks at every reply. Default yes; without it an assistant may ask
    /// again for what is known, and repeat the team's words.
    #[must_use]
    pub fn guard(mut self, on: bool) -> Self {
        self.guards = on;
        self
    }

    /// The clock to go by. Default: the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where ids come from. Default: random `UUIDv7s`.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn Ids>) -> Self {
        self.ids = ids;
        self
    }

    /// Starts the engine on the current tokio runtime.
    ///
    /// # Errors
    /// [`StoreError`] where the store can't be read.
    pub async fn start(self) -> Result<Handoff, StoreError> {
        let alone = self.bus.is_none();
        let node = self.ids.uuid();
        let handoff = Handoff {
            inner: Arc::new(Inner {
                store: self.store,
                directory: self.directory,
                assistant: self.assistant,
                notifier: self.notifier,
                customers: self.customers,
                detectors: self.detectors,
                guards: self.guards,
                clock: self.clock,
                ids: self.ids,
                states: quick_cache::sync::Cache::new(MAX_STATES),
                services: Services::default(),
                hub: Hub::new(),
                courier: Courier::new(self.bus),
                replies: Replies::new(),
                presence: Presence::new(node),
                alarm: Alarm::new(),
                outbox_more: Notify::new(),
                tasks: TaskTracker::new(),
                shutdown: CancellationToken::new(),
            }),
        };
        if alone {
            handoff.recover_replies().await?;
        } else {
            handoff.inner.tasks.spawn(handoff.clone().run_presence());
        }
        handoff.inner.tasks.spawn(handoff.clone().miss_the_gone());
        handoff.inner.tasks.spawn(handoff.clone().run_alarm());
        handoff.inner.tasks.spawn(handoff.clone().run_outbox());
        handoff.inner.tasks.spawn(handoff.clone().run_listener());
        let courier = handoff.clone();
        let shutdown = handoff.inner.shutdown.clone();
        handoff
            .inner
            .tasks
            .spawn(async move { courier.inner.courier.run(shutdown).await });
        Ok(handoff)
    }
}

impl Handoff {
    /// The only node knows that nobody writes the replies that were pending when it stopped: they are asked for anew at
    /// once, rather than at their deadline.
    async fn recover_replies(&self) -> Result<(), StoreError> {
        let horizon: Timestamp = self.now().after(LONGEST_REPLY);
        for due in self.store().due(horizon, RECOVERY_PAGE).await? {
            let Some(state) = self.store().load(due.conversation).await? else {
                continue;
            };
            if let Some(ticket) = state.ticket() {
                let lost = Command::FailReply {
                    ticket,
                    partial: String::new(),
                    truncated: true,
                };
                self.dispatch_quietly(due.conversation, Caller::Assistant, lost)
                    .await;
            }
        }
        Ok(())
    }
}

//! The handle of the engine.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::alarm::Alarm;
use super::attendance::Presence;
use super::clock::{Clock, Ids};
use super::courier::Courier;
use super::dispatch::DispatchError;
use super::follow::Follow;
use super::hub::{BoardFeed, Hub};
use super::replies::Replies;
use super::services::Services;
use crate::assistant::Assistant;
use crate::attention::Detector;
use crate::conversation::{Caller, Command, Context, Conversation, Page, Profile, Rejection, step};
use crate::customer::CustomerData;
use crate::directory::Directory;
use crate::error::StoreError;
use crate::id::{ConversationId, ServiceId, VisitorId};
use crate::notifier::Notifier;
use crate::store::{CommitOutcome, ConversationStore};
use crate::time::{Millis, Timestamp};

/// At a shutdown, replies that are being written have so long to come to their end.
const SHUTDOWN_GRACE: Millis = Millis::from_secs(3);

/// The engine: a plain handle, cheap to clone, that every part of a program shares.
#[derive(Clone)]
pub struct Handoff {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) store: Arc<dyn ConversationStore>,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) assistant: Option<Arc<dyn Assistant>>,
    pub(super) notifier: Option<Arc<dyn Notifier>>,
    pub(super) customers: Option<Arc<dyn CustomerData>>,
    pub(super) detectors: Vec<Arc<dyn Detector>>,
    pub(super) guards: bool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) states: quick_cache::sync::Cache<ConversationId, Arc<Conversation>>,
    pub(super) services: Services,
    pub(super) hub: Hub,
    pub(super) courier: Courier,
    pub(super) replies: Replies,
    pub(super) presence: Presence,
    pub(super) alarm: Alarm,
    pub(super) outbox_more: Notify,
    pub(super) tasks: TaskTracker,
    pub(super) shutdown: CancellationToken,
}

impl fmt::Debug for Handoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handoff")
            .field("store", &self.inner.store)
            .finish_non_exhaustive()
    }
}

impl Handoff {
    /// Where conversations are kept.
    pub fn store(&self) -> &Arc<dyn ConversationStore> {
        &self.inner.store
    }

    /// Where services, people and secrets are kept.
    pub fn directory(&self) -> &Arc<dyn Directory> {
        &self.inner.directory
    }

    /// The clock that it goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Where its ids come from.
    pub fn ids(&self) -> &Arc<dyn Ids> {
        &self.inner.ids
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The state of a conversation, as this node knows it.
    ///
    /// # Errors
    /// [`StoreError`] where the store can't be read.
    pub async fn state(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<Arc<Conversation>>, StoreError> {
        self.load(conversation, false).await
    }

    /// The visitor's conversation in this service: the one that is open; or the last one, where it was resolved and may
    /// go on; or a new one. Of several callers at once all get the same.
    ///
    /// # Errors
    /// [`DispatchError`]: [`Rejection::NoSuchConversation`] where there is no such service.
    pub async fn open(
        &self,
        service: &ServiceId,
        visitor: &VisitorId,
        profile: Profile,
        page: Page,
    ) -> Result<ConversationId, DispatchError> {
        if let Some(current) = self.store().current(service, visitor).await? {
            return Ok(current);
        }
        let Some(settings) = self.service(service).await? else {
            return Err(Rejection::NoSuchConversation.into());
        };
        let id = ConversationId::from_uuid(self.inner.ids.uuid());
        let blank = Arc::new(Conversation::unopened(id, service.clone(), visitor.clone()));
        let context = Context {
            now: self.now(),
            caller: &Caller::Visitor,
            policy: &settings.value.policy,
            findings: &[],
            is_reply: false,
            last_holder_present: false,
        };
        let step = step(&blank, &Command::Open { profile, page }, &context)?;
        match self.commit(blank, step, None).await? {
            Ok(_) => Ok(id),
            Err(CommitOutcome::OpenElsewhere(other)) => Ok(other),
            Err(_) => Err(DispatchError::Contended),
        }
    }

    /// Follows one conversation: the events after a version, then live ones and signals.
    pub fn follow(&self, conversation: ConversationId, after: u64) -> Follow {
        Follow::new(self.clone(), conversation, after)
    }

    /// Follows every board.
    pub fn board_feed(&self) -> BoardFeed {
        self.inner.hub.board()
    }

    /// Whether [`shutdown`](Self::shutdown) was called.
    pub fn is_shutting_down(&self) -> bool {
        self.inner.shutdown.is_cancelled()
    }

    /// Resolves when [`shutdown`](Self::shutdown) is called.
    pub async fn shutting_down(&self) {
        self.inner.shutdown.cancelled().await;
    }

    /// Stops timers and deliveries, lets commits and (for a few seconds) replies come to their end, hands over to other
    /// nodes the replies that did not, and returns. What is dropped on the way is found again at the next start. Dropping
    /// the future leaves the rest running.
    pub async fn shutdown(&self) {
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        let grace = self
            .inner
            .clock
            .sleep_until(self.now().after(SHUTDOWN_GRACE));
        let still_tell = async {
            self.inner.courier.run(CancellationToken::new()).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = self.inner.tasks.wait() => {}
            () = grace => {}
            () = still_tell => {}
        }
        let abandoned = self.inner.replies.abandon();
        self.inner.tasks.wait().await;
        self.hand_over(&abandoned);
        self.inner.courier.flush().await;
    }
}

//! The transport: what all routes and sockets share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Extensions, HeaderMap};
use handoff_core::conversation::{Conversation, Rejection};
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::runtime::Handoff;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::address;
use crate::auth::{Accounts, Identify};
use crate::boards::Boards;
use crate::failure::Failure;
use crate::limits::{Gate, Seats};
use crate::news::News;
use crate::options::{Options, Team};
use crate::origin::Hosts;
use crate::visitor::Registry;
use crate::ws::protocol::Me;

/// Sockets have so long to end by themselves when the transport closes.
const CLOSING_TIME: Duration = Duration::from_secs(5);

/// Why a transport did not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// It needs a tokio runtime.
    #[error("there is no tokio runtime here: start the transport from within one")]
    NoRuntime,
}

/// Handoff's routes and sockets on one engine. Clones share everything.
#[derive(Debug, Clone)]
pub struct Transport {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) handoff: Handoff,
    pub(crate) options: Options,
    pub(crate) hosts: Hosts,
    pub(crate) identify: Arc<dyn Identify>,
    pub(crate) accounts: Option<Accounts>,
    pub(crate) visitors: Registry,
    pub(crate) news: News,
    pub(crate) boards: Boards,
    pub(crate) new_visitors: Gate<IpAddr>,
    pub(crate) visitor_pace: Gate<(ServiceId, VisitorId)>,
    pub(crate) visitor_seats: Seats<(ServiceId, VisitorId)>,
    pub(crate) agent_seats: Seats<AgentId>,
    pub(crate) address_seats: Seats<IpAddr>,
    /// `/readyz` says no.
    pub(crate) draining: CancellationToken,
    pub(crate) closing: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Transport {
    /// Starts the transport of an engine on the current tokio runtime. It ends with the engine.
    ///
    /// # Errors
    /// [`StartError`] where there is no runtime.
    pub fn start(handoff: Handoff, options: Options) -> Result<Self, StartError> {
        tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let (identify, accounts): (Arc<dyn Identify>, _) = match &options.team {
            Team::Host(host) => (host.clone(), None),
            Team::Accounts => {
                let accounts = Accounts::new(handoff.clone(), &options);
                (Arc::new(accounts.clone()), Some(accounts))
            }
        };
        let limits = options.limits;
        let transport = Self {
            inner: Arc::new(Inner {
                hosts: Hosts::new(&options.base_url),
                identify,
                accounts,
                visitors: Registry::default(),
                news: News::default(),
                boards: Boards::default(),
                new_visitors: Gate::new(limits.new_visitors),
                visitor_pace: Gate::new(limits.visitor),
                visitor_seats: Seats::new(limits.visitor_sockets),
                agent_seats: Seats::new(limits.agent_sockets),
                address_seats: Seats::new(limits.address_sockets),
                draining: CancellationToken::new(),
                closing: CancellationToken::new(),
                tasks: TaskTracker::new(),
                handoff,
                options,
            }),
        };
        let (engine, closing) = (transport.handoff().clone(), transport.inner.closing.clone());
        transport.inner.tasks.spawn(async move {
            closing.run_until_cancelled(engine.shutting_down()).await;
            closing.cancel();
        });
        transport
            .inner
            .tasks
            .spawn(crate::news::run(transport.clone()));
        transport
            .inner
            .tasks
            .spawn(crate::boards::run(transport.clone()));
        Ok(transport)
    }

    /// The engine.
    pub fn handoff(&self) -> &Handoff {
        &self.inner.handoff
    }

    /// The built-in accounts, where the host brings no identity of its own.
    pub fn accounts(&self) -> Option<&Accounts> {
        self.inner.accounts.as_ref()
    }

    /// From now on `/readyz` answers 503; everything else goes on. Whatever spreads connections over nodes looks elsewhere
    /// then, before [`close`](Self::close) sends clients away.
    pub fn drain(&self) {
        self.inner.draining.cancel();
    }

    /// Tells every client to come back in a moment, and returns when their sockets are closed, or after five seconds.
    /// Call it before [`Handoff::shutdown`], so that clients go elsewhere while the rest comes to its end.
    pub async fn close(&self) {
        self.inner.closing.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(CLOSING_TIME, self.inner.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                sockets = self.inner.tasks.len(),
                "some sockets did not close in time"
            );
        }
    }

    /// The address that limits count.
    pub(crate) fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        address::counted(extensions, headers, &self.inner.options.trusted_proxies)
    }

    /// A conversation, if this person sees its service.
    pub(crate) async fn conversation_for(
        &self,
        me: &Me,
        id: ConversationId,
    ) -> Result<Arc<Conversation>, Failure> {
        let state = self.handoff().state(id).await?;
        state
            .filter(|state| me.sees(&state.service))
            .ok_or_else(|| Rejection::NoSuchConversation.into())
    }
}

//! The [`Identify`] trait, and what handlers get from it.

use std::fmt::Debug;

use async_trait::async_trait;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use handoff_core::conversation::{Caller, Rejection, Role};
use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use tokio::sync::watch;

use crate::failure::Failure;
use crate::transport::Transport;
use crate::ws::protocol::Me;

/// Tells who of the team sends a request. A host with a sign-in of its own implements it; [`Accounts`](super::Accounts)
/// is the built-in one.
///
/// # What an implementation must guarantee
/// - [`identify`](Self::identify) names a person only if this request proves that it is theirs, and only while they may
///   take part. It is asked for each request, and again for open sockets.
/// - One person has one id for ever; nobody else gets it.
/// - [`changes`](Self::changes) changes when somebody's sign-in ended or what they may do changed. Open sockets then ask
///   again before anything else is done or shown; without it they ask every fifteen seconds.
/// - Cookies are safe to use: requests of other sites are refused before they come here.
#[async_trait]
pub trait Identify: Debug + Send + Sync + 'static {
    /// Who sends a request with these headers; none: nobody is signed in.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be told: the request is refused, an open socket is closed.
    async fn identify(&self, headers: &HeaderMap) -> Result<Option<Me>, StoreError>;

    /// Everybody of the team, for colleagues to see and to hand conversations to.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be told.
    async fn team(&self) -> Result<Vec<Me>, StoreError>;

    /// A number that changes when somebody's sign-in may have ended.
    fn changes(&self) -> watch::Receiver<u64>;
}

impl Me {
    /// Whether a service's conversations are this person's to see.
    pub fn sees(&self, service: &ServiceId) -> bool {
        self.services
            .as_ref()
            .is_none_or(|services| services.contains(service))
    }

    /// As the engine knows them.
    pub fn caller(&self) -> Caller {
        Caller::Agent(self.agent.clone(), self.role)
    }

    /// Refuses whoever may do less.
    pub(crate) fn require(&self, needs: Role) -> Result<(), Failure> {
        if self.role >= needs {
            Ok(())
        } else {
            Err(Rejection::RoleTooLow { needs }.into())
        }
    }
}

/// Somebody of the team, signed in.
pub(crate) struct Signed(pub(crate) Me);

impl FromRequestParts<Transport> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, transport: &Transport) -> Result<Self, Failure> {
        let me = transport.inner.identify.identify(&parts.headers).await?;
        me.map(Self).ok_or_else(Failure::unauthorised)
    }
}

//! The visitors that are connected to this node.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use handoff_core::id::{ServiceId, VisitorId};
use tokio::sync::Notify;

/// Tells one socket that something changed which it does not follow.
#[derive(Debug, Default)]
pub(crate) struct Nudge {
    notify: Notify,
    opened: AtomicBool,
}

impl Nudge {
    /// Waits until there is something to look at; says whether the visitor may have a new conversation.
    pub(crate) async fn heard(&self) -> bool {
        self.notify.notified().await;
        self.opened.swap(false, Ordering::AcqRel)
    }

    fn opened(&self) {
        self.opened.store(true, Ordering::Release);
        self.notify.notify_one();
    }
}

type Key = (ServiceId, VisitorId);
type Sockets = Arc<Mutex<HashMap<Key, Vec<Arc<Nudge>>>>>;

/// The sockets of visitors, so that a visitor's other tabs hear of a conversation that one of them opened.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    sockets: Sockets,
}

impl Registry {
    /// Adds a socket, until the entry is dropped.
    pub(crate) fn enter(&self, service: ServiceId, visitor: VisitorId) -> Entry {
        let (key, nudge) = ((service, visitor), Arc::new(Nudge::default()));
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        sockets.entry(key.clone()).or_default().push(nudge.clone());
        Entry {
            sockets: self.sockets.clone(),
            key,
            nudge,
        }
    }

    /// A visitor may have a new conversation.
    pub(crate) fn opened(&self, service: &ServiceId, visitor: &VisitorId) {
        let sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        for nudge in sockets
            .get(&(service.clone(), visitor.clone()))
            .into_iter()
            .flatten()
        {
            nudge.opened();
        }
    }

    /// A service's settings changed.
    pub(crate) fn service_changed(&self, service: &str) {
        let sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        for nudge in sockets
            .iter()
            .filter(|((own, _), _)| own.as_str() == service)
            .flat_map(|(_, nudges)| nudges)
        {
            nudge.notify.notify_one();
        }
    }

    /// Anything may have changed.
    pub(crate) fn look_again(&self) {
        let sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        sockets.values().flatten().for_each(|nudge| nudge.opened());
    }
}

/// One socket in the registry.
#[derive(Debug)]
pub(crate) struct Entry {
    sockets: Sockets,
    key: Key,
    nudge: Arc<Nudge>,
}

impl Entry {
    pub(crate) fn nudge(&self) -> Arc<Nudge> {
        self.nudge.clone()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(nudges) = sockets.get_mut(&self.key) {
            nudges.retain(|nudge| !Arc::ptr_eq(nudge, &self.nudge));
            if nudges.is_empty() {
                sockets.remove(&self.key);
            }
        }
    }
}

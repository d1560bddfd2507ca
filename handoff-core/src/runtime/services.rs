//! The services and their settings, as this node knows them.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::handoff::Handoff;
use super::hub::BoardUpdate;
use crate::bus::Notice;
use crate::conversation::{Caller, Command, InvalidPolicy};
use crate::directory::{PutError, Record, RecordKind, Service};
use crate::error::StoreError;
use crate::id::ServiceId;
use crate::store::{BoardQuery, BoardSort, MAX_PAGE};

/// A stored value and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// The version.
    pub version: u64,
    /// The value.
    pub value: T,
}

/// Why a service was not saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// A setting is out of its bounds.
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
    /// Somebody else changed it in the meantime.
    #[error("somebody else changed this service in the meantime: it is at version {current}")]
    VersionConflict {
        /// Its version now.
        current: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A node keeps at most so many services in memory.
const MAX_CACHED: usize = 10_000;
/// So many services are read at once.
const PAGE: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Services {
    known: RwLock<HashMap<ServiceId, Arc<Stored<Service>>>>,
}

impl Services {
    fn get(&self, id: &ServiceId) -> Option<Arc<Stored<Service>>> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    fn keep(&self, service: Arc<Stored<Service>>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let newer = known
            .get(&service.value.id)
            .is_none_or(|kept| kept.version <= service.version);
        if newer && (known.len() < MAX_CACHED || known.contains_key(&service.value.id)) {
            known.insert(service.value.id.clone(), service);
        }
    }

    pub(super) fn forget(&self, key: &str) {
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|id, _| id.as_str() != key);
    }

    pub(super) fn forget_all(&self) {
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

fn decode(record: Record) -> Result<Arc<Stored<Service>>, StoreError> {
    let value = serde_json::from_value(record.body).map_err(StoreError::corrupt)?;
    Ok(Arc::new(Stored {
        version: record.version,
        value,
    }))
}

impl Handoff {
    /// A service's settings.
    ///
    /// # Errors
    /// [`StoreError`] where the directory can't be read.
    pub async fn service(
        &self,
        id: &ServiceId,
    ) -> Result<Option<Arc<Stored<Service>>>, StoreError> {
        if let Some(service) = self.inner.services.get(id) {
            return Ok(Some(service));
        }
        let record = self
            .directory()
            .get(RecordKind::Service, id.as_str(), self.now())
            .await?;
        let service = record.map(decode).transpose()?;
        if let Some(service) = &service {
            self.inner.services.keep(service.clone());
        }
        Ok(service)
    }

    /// Every service, in the order of ids.
    ///
    /// # Errors
    /// [`StoreError`] where the directory can't be read.
    pub async fn services(&self) -> Result<Vec<Arc<Stored<Service>>>, StoreError> {
        let mut services: Vec<Arc<Stored<Service>>> = Vec::new();
        loop {
            let after = services.last().map(|last| last.value.id.clone());
            let after = after.as_ref().map(ServiceId::as_str);
            let page = self
                .directory()
                .list(RecordKind::Service, after, PAGE, self.now())
                .await?;
            let last = page.len() < PAGE;
            for record in page {
                services.push(decode(record)?);
            }
            if last {
                return Ok(services);
            }
        }
    }

    /// Saves a service's settings if they are at `version` (0: it is new), tells every node, and brings open
    /// conversations in line, in the background.
    ///
    /// # Errors
    /// [`SaveError`]: nothing was saved.
    pub async fn save_service(
        &self,
        mut service: Service,
        version: u64,
    ) -> Result<Arc<Stored<Service>>, SaveError> {
        service.validate()?;
        let before = self
            .directory()
            .get(RecordKind::Service, service.id.as_str(), self.now())
            .await?
            .map(decode)
            .transpose()?;
        let before = before.as_ref().map(|before| &before.value.policy);
        service.policy.revise(before, version.saturating_add(1));
        let record = Record {
            kind: RecordKind::Service,
            key: service.id.to_string(),
            lookup: None,
            service: Some(service.id.clone()),
            version,
            expires_at: None,
            body: serde_json::to_value(&service).map_err(StoreError::backend)?,
        };
        let version =
            self.directory()
                .put(record, self.now())
                .await
                .map_err(|error| match error {
                    PutError::VersionConflict { current } => SaveError::VersionConflict { current },
                    PutError::LookupTaken => SaveError::VersionConflict { current: 0 },
                    PutError::Store(error) => SaveError::Store(error),
                })?;
        let saved = Arc::new(Stored {
            version,
            value: service,
        });
        self.inner.services.keep(saved.clone());
        self.record_changed(RecordKind::Service, saved.value.id.as_str());
        let (handoff, id) = (self.clone(), saved.value.id.clone());
        self.inner.tasks.spawn(async move {
            handoff.stop_switched_off(&id).await;
            handoff.bring_in_line(id).await;
        });
        Ok(saved)
    }

    /// Tells everybody that a record of the directory changed. Call it after writing one.
    pub fn record_changed(&self, kind: RecordKind, key: &str) {
        self.inner.hub.tell_board(BoardUpdate::Record {
            kind,
            key: key.into(),
        });
        self.inner.courier.send(Notice::Record {
            kind,
            key: key.to_owned(),
        });
    }

    /// Open conversations follow the service's new policy. What fails here follows with its next command.
    async fn bring_in_line(&self, service: ServiceId) {
        let mut query = BoardQuery {
            services: vec![service],
            statuses: crate::conversation::Status::ALL
                .into_iter()
                .filter(|status| status.is_open())
                .collect(),
            sort: BoardSort::Oldest,
            limit: MAX_PAGE,
            ..BoardQuery::default()
        };
        loop {
            let page = match self.store().board(&query).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(%error, "open conversations follow the new settings with their next command");
                    return;
                }
            };
            for card in page.cards {
                self.dispatch_quietly(card.id, Caller::System, Command::PolicyChanged)
                    .await;
            }
            if page.next.is_none() || self.inner.shutdown.is_cancelled() {
                return;
            }
            query.cursor = page.next;
        }
    }
}

//! Asks the server, and knows which service keeps what.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::stream::{self, StreamExt, TryStreamExt};
use handoff_core::error::StoreError;
use handoff_core::id::{ConversationId, ServiceId};
use quick_cache::sync::Cache;
use redis::{Cmd, FromRedisValue, Script};
use uuid::Uuid;

use crate::error::{closed, failed};
use crate::keys::{Keys, ServiceKeys};
use crate::link::Link;
use crate::sortable;

/// So many conversations' and notifications' services are remembered, about a hundred bytes each.
const REMEMBERED: usize = 100_000;
/// So many services are asked at once where all are.
const AT_ONCE: usize = 32;

/// Reads, and writes that are not commits.
pub(crate) struct Client {
    pub(crate) keys: Keys,
    link: Link,
    closed: AtomicBool,
    conversations: Cache<ConversationId, ServiceId>,
    rows: Cache<Uuid, ServiceId>,
}

impl Client {
    pub(crate) fn new(keys: Keys, link: Link) -> Self {
        Self {
            keys,
            link,
            closed: AtomicBool::new(false),
            conversations: Cache::new(REMEMBERED),
            rows: Cache::new(REMEMBERED),
        }
    }

    /// Later calls fail.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    fn link(&self) -> Result<Link, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        Ok(self.link.clone())
    }

    /// One command.
    pub(crate) async fn ask<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, StoreError> {
        cmd.query_async(&mut self.link()?).await.map_err(failed)
    }

    /// Commands of one slot as one step.
    pub(crate) async fn ask_at_once<T: FromRedisValue>(
        &self,
        cmds: impl IntoIterator<Item = Cmd>,
    ) -> Result<T, StoreError> {
        let mut pipeline = redis::pipe();
        pipeline.atomic();
        for cmd in cmds {
            pipeline.add_command(cmd);
        }
        pipeline
            .query_async(&mut self.link()?)
            .await
            .map_err(failed)
    }

    /// A script, which the server is told first where it does not know it.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        keys: &[String],
        args: &[impl AsRef<[u8]>],
    ) -> Result<T, StoreError> {
        let mut call = script.prepare_invoke();
        for key in keys {
            call.key(key);
        }
        for arg in args {
            call.arg(arg.as_ref());
        }
        call.invoke_async(&mut self.link()?).await.map_err(failed)
    }

    /// Every service that ever had a conversation, in their order.
    pub(crate) async fn services(&self) -> Result<Vec<ServiceId>, StoreError> {
        let names: Vec<String> = self.ask(&cmd("SMEMBERS", &self.keys.services())).await?;
        let services = names.into_iter().map(ServiceId::new);
        let mut services: Vec<ServiceId> = services
            .collect::<Result<_, _>>()
            .map_err(StoreError::corrupt)?;
        services.sort_unstable();
        Ok(services)
    }

    /// What these services answer, some at a time, in their order.
    pub(crate) async fn each<T, A>(
        &self,
        services: Vec<ServiceId>,
        ask: impl Fn(ServiceId, ServiceKeys) -> A,
    ) -> Result<Vec<T>, StoreError>
    where
        A: Future<Output = Result<T, StoreError>>,
    {
        let asked = services.into_iter().map(|service| {
            let keys = self.keys.service(&service);
            ask(service, keys)
        });
        stream::iter(asked).buffered(AT_ONCE).try_collect().await
    }

    /// Says that a conversation is going to be opened in a service, before it is: whatever stops the opening after
    /// this leaves a hint to nothing, which does no harm. `false` where another service has it.
    pub(crate) async fn announce(
        &self,
        id: ConversationId,
        service: &ServiceId,
    ) -> Result<bool, StoreError> {
        let mut hint = cmd("SET", &self.keys.service_of(id));
        hint.arg(service.as_str()).arg("NX").arg("GET");
        let mut join = cmd("SADD", &self.keys.services());
        join.arg(service.as_str());
        let (before, _): (Option<String>, u64) =
            futures::future::try_join(self.ask(&hint), self.ask(&join)).await?;
        match before.map(ServiceId::new).transpose() {
            Ok(None) => Ok(true),
            Ok(Some(before)) if before == *service => Ok(true),
            Ok(Some(before)) if self.has(&before, id).await? => Ok(false),
            _ => self.hint(id, service).await.map(|()| true),
        }
    }

    /// The service that keeps a conversation. A hint that was lost is found again by asking every service.
    pub(crate) async fn service_of(
        &self,
        id: ConversationId,
    ) -> Result<Option<ServiceId>, StoreError> {
        if let Some(service) = self.conversations.get(&id) {
            return Ok(Some(service));
        }
        let hint: Option<String> = self.ask(&cmd("GET", &self.keys.service_of(id))).await?;
        if let Some(service) = hint {
            let service = ServiceId::new(service).map_err(StoreError::corrupt)?;
            self.remember(id, &service);
            return Ok(Some(service));
        }
        let asked = self
            .each(self.services().await?, |service, _| async move {
                Ok(self.has(&service, id).await?.then_some(service))
            })
            .await?;
        let Some(service) = asked.into_iter().flatten().next() else {
            return Ok(None);
        };
        self.hint(id, &service).await?;
        Ok(Some(service))
    }

    async fn has(&self, service: &ServiceId, id: ConversationId) -> Result<bool, StoreError> {
        let mut cmd = cmd("HEXISTS", &self.keys.service(service).heads());
        self.ask(cmd.arg(sortable::id(id.as_uuid()))).await
    }

    async fn hint(&self, id: ConversationId, service: &ServiceId) -> Result<(), StoreError> {
        let mut hint = cmd("SET", &self.keys.service_of(id));
        self.ask::<()>(hint.arg(service.as_str())).await?;
        self.remember(id, service);
        Ok(())
    }

    /// Remembers the service of a conversation. It never changes.
    pub(crate) fn remember(&self, id: ConversationId, service: &ServiceId) {
        self.conversations.insert(id, service.clone());
    }

    /// Forgets a conversation that was erased.
    pub(crate) async fn forget(&self, id: ConversationId) -> Result<(), StoreError> {
        self.conversations.remove(&id);
        self.ask(&cmd("DEL", &self.keys.service_of(id))).await
    }

    /// The service of a notification that this node took.
    pub(crate) fn service_of_row(&self, row: Uuid) -> Option<ServiceId> {
        self.rows.get(&row)
    }

    pub(crate) fn remember_row(&self, row: Uuid, service: &ServiceId) {
        self.rows.insert(row, service.clone());
    }
}

/// A command on a key.
pub(crate) fn cmd(name: &str, key: &str) -> Cmd {
    let mut cmd = redis::cmd(name);
    cmd.arg(key);
    cmd
}

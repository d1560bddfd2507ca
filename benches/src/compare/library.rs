//! The engine inside this process, without a server around it.

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use handoff_core::{
    conversation::{Caller, Command, Mode, Page, Profile},
    directory::Service,
    id::{CommandId, ConversationId, ServiceId, VisitorId},
    memory::{MemoryDirectory, MemoryStore},
    runtime::{Builder, Handoff, Request},
};
use handoff_store_postgres::{BusOptions, PostgresBus, PostgresOptions, PostgresStore};
use handoff_store_sqlite::{Durability as Sync, SqliteOptions, SqliteStore};
use std::{path::Path, sync::Arc};

use super::contender::{Durability, text};

const OPENING_AT_ONCE: usize = 256;

/// An engine whose only service leaves every word to people, so that a message is a message and no reply.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    pub(crate) handoff: Handoff,
    service: ServiceId,
}

impl Engine {
    pub(crate) async fn in_memory() -> Result<Self> {
        let (store, directory) = (MemoryStore::new(), MemoryDirectory::new());
        Self::start(Handoff::builder(Arc::new(store), Arc::new(directory))).await
    }

    pub(crate) async fn on_sqlite(folder: &Path, durability: Durability) -> Result<Self> {
        let durability = match durability {
            Durability::Full => Sync::Full,
            Durability::Normal => Sync::Normal,
        };
        let options = SqliteOptions::default().durability(durability);
        let store = SqliteStore::open(folder.join("engine.db"), options).await?;
        Self::start(Handoff::builder(Arc::new(store.clone()), Arc::new(store))).await
    }

    /// A node beside others.
    pub(crate) async fn on_postgres(url: &str, bus: BusOptions) -> Result<Self> {
        let store = PostgresStore::connect(url, PostgresOptions::default()).await?;
        let bus = PostgresBus::connect(url, bus).await?;
        let builder = Handoff::builder(Arc::new(store.clone()), Arc::new(store));
        Self::start(builder.bus(Arc::new(bus))).await
    }

    async fn start(builder: Builder) -> Result<Self> {
        let handoff = builder.start().await?;
        let mut service = Service::new(ServiceId::new("bench")?, "Bench");
        service.policy.mode = Mode::HumanOnly;
        let id = service.id.clone();
        handoff.save_service(service, 0).await?;
        Ok(Self {
            handoff,
            service: id,
        })
    }

    /// Opens so many conversations, each with a first message.
    pub(crate) async fn open(&self, first: u32, count: u32) -> Result<Vec<ConversationId>> {
        stream::iter(first..first + count)
            .map(|number| self.open_one(number))
            .buffered(OPENING_AT_ONCE)
            .try_collect()
            .await
    }

    async fn open_one(&self, number: u32) -> Result<ConversationId> {
        let visitor = VisitorId::new(format!("visitor-{number}"))?;
        let (profile, page) = (Profile::default(), Page::default());
        let opened = self.handoff.open(&self.service, &visitor, profile, page);
        let conversation = opened.await?;
        self.say(conversation, 0).await?;
        Ok(conversation)
    }

    /// A visitor's message, with a command id as every client sends one.
    pub(crate) async fn say(&self, conversation: ConversationId, number: u32) -> Result<()> {
        let request = Request {
            id: Some(CommandId::new(number.to_string())?),
            caller: Caller::Visitor,
            command: Command::SendMessage { text: text(number) },
        };
        self.handoff.dispatch(conversation, request).await?;
        Ok(())
    }
}

//! All that a run consists of: processes, proxies, accounts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use handoff_axum::ws::protocol::{Me, ServiceView};
use handoff_core::conversation::Card;
use handoff_core::id::{ConversationId, ServiceId};
use handoff_core::testing::Random;
use handoff_core::time::Millis;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{sleep, timeout};

use super::Load;
use super::client::Racer;
use super::fault::Kept;
use super::node::{Node, Settings};
use super::proxy::Proxy;
use super::recorder::Recorder;
use super::shim::Shim;
use crate::client::Access;
use crate::compare::process::free_address;
use crate::servers::{Postgres, Redis};
use crate::storage::Storage;

/// The service that the demo sets up.
const SERVICE: &str = "store";
/// The nodes have so long to be well again after a fault.
const RECOVERY: Duration = Duration::from_mins(1);
/// One request may take so long before it is sent again.
const ANSWER: Duration = Duration::from_secs(4);

/// All that a run consists of.
#[derive(Debug)]
pub(super) struct World {
    pub(super) kept: Kept,
    pub(super) load: Load,
    pub(super) service: ServiceId,
    pub(super) access: Access,
    pub(super) racers: Vec<Racer>,
    pub(super) recorder: Arc<Recorder>,
    /// Ports of clients that just got a piece of a reply.
    pub(super) pieces: Mutex<mpsc::Receiver<u16>>,
    /// Where clients connect.
    pub(super) front: Proxy,
    /// Between each node and its store, and its bus.
    pub(super) stores: Vec<Proxy>,
    pub(super) buses: Vec<Proxy>,
    pub(super) nodes: Vec<Mutex<Node>>,
    pub(super) postgres: Option<Postgres>,
    pub(super) redis: Option<Mutex<Redis>>,
    numbers: AtomicU64,
    notes: std::sync::Mutex<BTreeMap<&'static str, f64>>,
    folder: TempDir,
}

#[derive(Deserialize)]
struct Cards {
    cards: Vec<Card>,
}

impl World {
    /// Starts everything and makes the accounts.
    pub(super) async fn start(
        kept: Kept,
        load: Load,
        binary: PathBuf,
        seed: u64,
        pieces: mpsc::Receiver<u16>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let postgres = match kept {
            Kept::Postgres => Some(Postgres::start().await?),
            _ => None,
        };
        let redis = match kept {
            Kept::Sqlite => None,
            _ => Some(Redis::start().await?),
        };
        let mut addresses = Vec::new();
        for _ in 0..kept.nodes() {
            addresses.push(free_address().await?);
        }
        let front = Proxy::start(addresses.clone(), Shim::None).await?;
        let base_url = format!("http://{}", front.address);
        let (mut stores, mut buses, mut nodes) = (Vec::new(), Vec::new(), Vec::new());
        for (index, address) in addresses.into_iter().enumerate() {
            if let Some(postgres) = &postgres {
                stores.push(Proxy::start(vec![postgres.address], Shim::commit()).await?);
            }
            if let Some(redis) = &redis {
                let random = Random::stream(seed, 500 + index as u64);
                buses.push(Proxy::start(vec![redis.address], Shim::pub_sub(random)).await?);
            }
            let bus = buses.last().map(|bus| Redis::url(bus.address));
            let store = stores.last().map(|store| Postgres::url(store.address));
            let storage = bus.map(|bus| (store.unwrap_or_else(|| bus.clone()), bus));
            nodes.push(Mutex::new(Node::new(Settings {
                binary: binary.clone(),
                address,
                data: folder.path().join(format!("node-{index}")),
                base_url: base_url.clone(),
                storage,
            })));
        }
        let mut world = Self {
            kept,
            load,
            service: ServiceId::new(SERVICE)?,
            access: Access::at(&base_url),
            racers: Vec::new(),
            recorder: Arc::new(Recorder::default()),
            pieces: Mutex::new(pieces),
            front,
            stores,
            buses,
            nodes,
            postgres,
            redis: redis.map(Mutex::new),
            numbers: AtomicU64::new(0),
            notes: std::sync::Mutex::default(),
            folder,
        };
        world.staff().await?;
        Ok(world)
    }

    /// Makes the owner and the agents, and sets times that pass within a run.
    async fn staff(&mut self) -> Result<()> {
        for (index, node) in self.nodes.iter().enumerate() {
            node.lock().await.start().await?;
            if index == 0 {
                let link = self.folder.path().join("node-0/owner-link.txt");
                let link = self.owner_link(link).await?;
                let owner = self.access.accept(&link, "owner", 0).await?;
                self.access = self.access.clone().owned_by(owner);
            }
        }
        let mut services: Vec<ServiceView> =
            self.access.get("services", self.access.owner()).await?;
        let mut view = services.pop().context("the demo has no service")?;
        view.service.policy.timing.takeover = Millis::from_secs(3);
        view.service.policy.timing.control_request = Millis::from_secs(2);
        view.service.policy.timing.holder_absence = Millis::from_secs(4);
        view.service.policy.timing.holder_warning = Millis::from_secs(5);
        view.service.policy.timing.holder_silence = Millis::from_secs(10);
        view.service.policy.timing.reply = Millis::from_secs(8);
        let body = json!({ "version": view.version, "service": view.service });
        self.access
            .put(&format!("services/{SERVICE}"), &body)
            .await?;
        for number in 0..self.load.agents {
            let cookie = self.access.invite(number).await?;
            let me: Me = self.access.get("session", &cookie).await?;
            self.racers.push(Racer {
                me,
                cookie,
                access: self.access.clone(),
                recorder: self.recorder.clone(),
            });
        }
        Ok(())
    }

    async fn owner_link(&self, file: PathBuf) -> Result<String> {
        let read = async {
            loop {
                if let Ok(link) = std::fs::read_to_string(&file)
                    && link.ends_with('\n')
                {
                    return link;
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(RECOVERY, read)
            .await
            .context("a node gives no link to its owner")
    }

    /// The nodes' store, opened in this process. An SQLite file can be opened once the node is gone.
    pub(super) async fn storage(&self) -> Result<Storage> {
        match (&self.postgres, &self.redis) {
            (Some(postgres), _) => Storage::postgres(&Postgres::url(postgres.address)).await,
            (None, Some(redis)) => {
                let address = redis.lock().await.address;
                Storage::redis(&Redis::url(address), "handoff").await
            }
            _ => Storage::sqlite(&self.folder.path().join("node-0/handoff.db")).await,
        }
    }

    /// A store of the same kind that no node knows.
    pub(super) async fn storage_apart(&self) -> Result<Storage> {
        match (&self.postgres, &self.redis) {
            (Some(postgres), _) => Storage::postgres(&postgres.apart().await?).await,
            (None, Some(redis)) => {
                let address = redis.lock().await.address;
                Storage::redis(&Redis::url(address), "apart").await
            }
            _ => Storage::sqlite(&self.folder.path().join("apart.db")).await,
        }
    }

    /// Keeps the worst of a figure that belongs to no single message.
    pub(super) fn note(&self, name: &'static str, value: f64) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let worst = notes.entry(name).or_insert(value);
        *worst = worst.max(value);
    }

    /// Those figures.
    pub(super) fn notes(&self) -> BTreeMap<&'static str, f64> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.clone()
    }

    /// A number that nothing had before.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Some conversations of the board. A connection that broke meanwhile is no error.
    pub(super) async fn conversations(&self) -> Result<Vec<ConversationId>> {
        let path = "conversations?limit=100";
        // Not by way of the clients' proxy: what is done to connections there is not meant for this.
        let node = self.nodes.first().context("no node")?.lock().await.url();
        let access = self.access.through(&node);
        let read = async {
            loop {
                let page = access.get::<Cards>(path, access.owner());
                if let Ok(Ok(page)) = timeout(ANSWER, page).await {
                    return page.cards.into_iter().map(|card| card.id).collect();
                }
                sleep(Duration::from_millis(50)).await;
            }
        };
        let read = timeout(RECOVERY, read).await;
        read.context("the board can't be read")
    }

    /// One of these, at random.
    pub(super) async fn conversation(&self, random: &mut Random) -> Result<ConversationId> {
        let all = self.conversations().await?;
        random
            .pick(&all)
            .copied()
            .context("there is no conversation yet")
    }

    /// Waits until every node answers from its store again.
    pub(super) async fn recovered(&self) -> Result<()> {
        for node in &self.nodes {
            let access = self.access.through(&node.lock().await.url());
            let well = async {
                let page = || access.get::<Cards>("conversations?limit=1", access.owner());
                while !matches!(timeout(ANSWER, page()).await, Ok(Ok(_))) {
                    sleep(Duration::from_millis(50)).await;
                }
            };
            if timeout(RECOVERY, well).await.is_err() {
                bail!(
                    "a node is not well a minute after a fault: {}",
                    node.lock().await.logged()
                );
            }
        }
        Ok(())
    }

    /// Ends every node, at once.
    pub(super) async fn end(&self) -> Result<()> {
        for node in &self.nodes {
            node.lock().await.kill().await?;
        }
        Ok(())
    }
}

//! Puts the server together, runs it, and takes it down in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use handoff_axum::{InvalidOptions, StartError, Transport};
use handoff_core::directory::Service;
use handoff_core::error::StoreError;
use handoff_core::id::{InvalidId, ServiceId};
use handoff_core::runtime::{Handoff, SaveError};
use handoff_llm::KnowledgeError;
use tokio::net::TcpListener;

use crate::assistant::BadAssistant;
use crate::greeting::Links;
use crate::settings::{Settings, Switch};
use crate::signals::End;
use crate::site::{self, HelpPages};
use crate::storage::{LineError, OpenError, Place, PlaceError, Storage};
use crate::{owner_link, serve};

/// The service of the demo shop, as it stands in its pages.
const DEMO_SERVICE: &str = "store";
const DEMO_NAME: &str = "Mossfoot";

/// Why the server does not run, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Options(#[from] InvalidOptions),
    #[error("the port of {0} is in use: stop what listens there, or choose another with --listen")]
    PortInUse(SocketAddr),
    #[error("can't listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Line(#[from] LineError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the help pages can't be used: {0}")]
    Knowledge(#[from] KnowledgeError),
    #[error("the assistant can't be used: {0}")]
    Assistant(#[from] BadAssistant),
    #[error("the store {place} can't be read: {source}")]
    Store { place: Place, source: StoreError },
    #[error("the demo's service could not be set up: {0}")]
    Demo(#[from] SaveError),
    #[error(transparent)]
    Id(#[from] InvalidId),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the process can't listen for signals: {0}")]
    Signals(#[source] std::io::Error),
    #[error("the links could not be printed or kept: {0}")]
    Print(#[from] std::io::Error),
}

/// Runs the server until it is asked to end.
pub(crate) async fn run(settings: Settings) -> Result<(), RunError> {
    let options = settings.transport()?;
    let place = settings.place()?;
    let line = settings.line(&place)?;
    let demo = settings.demo == Switch::On;
    let mut end = End::listen().map_err(RunError::Signals)?;
    // Before anything else: a second start must not touch what the first one holds.
    let listener = listen(settings.listen).await?;
    let (help, knowledge) = HelpPages::load(
        settings.help_pages.as_deref(),
        settings.base_url.as_deref(),
        demo,
    )?;
    let storage = Storage::open(&place, settings.sqlite()).await?;
    let bus = line.open().await?;
    let broken = |source| RunError::Store {
        place: place.clone(),
        source,
    };
    let assistant = settings.assistant.build(knowledge)?;
    let (conversations, records) = (storage.conversations.clone(), storage.records.clone());
    let mut builder = Handoff::builder(conversations, records);
    if let Some(assistant) = assistant {
        builder = builder.assistant(assistant);
    }
    if let Some(bus) = bus {
        builder = builder.bus(bus);
    }
    let handoff = builder.start().await.map_err(broken)?;
    if demo {
        set_up_demo(&handoff).await?;
    }
    let transport = Transport::start(handoff.clone(), options.clone())?;
    let owner = match transport.accounts() {
        Some(accounts) => accounts.owner_link().await.map_err(broken)?,
        None => None,
    };
    let base = options.base_url.as_str().trim_end_matches('/');
    if settings.base_url.is_none() && settings.listen.ip().is_unspecified() {
        tracing::warn!(
            base,
            "others reach this server only under its base URL: set it with --base-url"
        );
    }
    let app = transport
        .router()
        .merge(transport.health_routes())
        .merge(site::routes(Arc::new(help), demo));
    let links = Links {
        shop: demo.then(|| format!("{base}/")),
        dashboard: format!("{base}/dashboard"),
        owner,
    };
    owner_link::keep(&settings.data, links.owner.as_deref())?;
    let server = serve::Server::start(listener, app);
    links.print()?;
    tracing::info!(address = %settings.listen, store = %place, "ready");

    end.asked().await;
    transport.drain();
    if settings.drain > 0 {
        tracing::info!(seconds = settings.drain, "ending: no longer ready");
        // A second signal ends the wait.
        tokio::time::timeout(Duration::from_secs(settings.drain), end.asked())
            .await
            .ok();
    }
    tracing::info!("ending: clients are told to come back");
    server.stop_accepting();
    transport.close().await;
    server.drain().await;
    handoff.shutdown().await;
    storage.close().await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => RunError::PortInUse(address),
            _ => RunError::Listen { address, source },
        })
}

/// A fresh data folder gets the shop's service. Whoever set up services already knows what they want.
async fn set_up_demo(handoff: &Handoff) -> Result<(), RunError> {
    let services = handoff.services().await.map_err(SaveError::Store)?;
    if services.is_empty() {
        let mut service = Service::new(ServiceId::new(DEMO_SERVICE)?, DEMO_NAME);
        service.look.title = "Mossfoot help".into();
        service.look.color = "#1f5b3a".into();
        service.look.contact = "mailto:help@mossfoot.example".into();
        service.look.greeting = "Hello! Ask me about orders, sizes, delivery or returns.".into();
        service.look.suggestions = [
            "How long does delivery take?",
            "How do I return a pair of boots?",
            "Which size do I need?",
        ]
        .map(String::from)
        .to_vec();
        match handoff.save_service(service, 0).await {
            Ok(_) | Err(SaveError::VersionConflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

//! An engine in memory, whose assistant is the bot, and a record of what the bot asks of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use handoff_axum::{Options, Transport};
use handoff_core::assistant::{Answer, Assistant, AssistantError, ReplySink, Turn};
use handoff_core::conversation::{AgentRef, Caller, Command, Page, Profile, Role, Ticket};
use handoff_core::directory::Service;
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::{Handoff, Request};
use handoff_llm::{Webhook, WebhookOptions};
use serde::Deserialize;
use tokio::sync::watch;

/// A bot may take so long for what it has to do.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a bot has not done after so long it does not do.
const QUIET: Duration = Duration::from_secs(2);
/// The largest request of a bot that is looked at, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Not the bot's.
const ANOTHER_SECRET: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(crate) type Problem = Box<dyn std::error::Error>;
/// What the bot asked for, in its order.
type Calls = watch::Sender<Vec<Call>>;

/// Something that the bot asked for.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) ticket: Ticket,
    /// Rather than a piece of one.
    pub(crate) is_reply: bool,
    pub(crate) status: StatusCode,
}

/// The engine with the bot.
pub(crate) struct Stage {
    pub(crate) handoff: Handoff,
    service: ServiceId,
    calls: Calls,
    refused: Arc<AtomicUsize>,
}

impl Stage {
    pub(crate) async fn open(
        listen: SocketAddr,
        url: &str,
        secret: &str,
        token: &str,
    ) -> Result<Self, Problem> {
        let refused = Arc::default();
        let assistant = Rehearsal {
            webhook: Webhook::new(WebhookOptions::new(url, secret))?,
            forger: Webhook::new(WebhookOptions::new(url, ANOTHER_SECRET))?,
            refused: Arc::clone(&refused),
        };
        let (store, records) = (MemoryStore::new(), MemoryDirectory::new());
        let builder = Handoff::builder(Arc::new(store), Arc::new(records));
        let handoff = builder.assistant(Arc::new(assistant)).start().await?;
        let service = ServiceId::new("check")?;
        let settings = Service::new(service.clone(), "Check");
        handoff.save_service(settings, 0).await?;
        let options = Options::new(&format!("http://{listen}"))?;
        let transport = Transport::start(handoff.clone(), options)?;
        transport.admit_bot(&service, "the bot", token).await?;
        let calls = Calls::default();
        let app = transport
            .bot_routes()
            .layer(from_fn_with_state(calls.clone(), record));
        serve(listen, app, handoff.clone()).await?;
        Ok(Self {
            handoff,
            service,
            calls,
            refused,
        })
    }

    /// A new visitor's conversation.
    pub(crate) async fn visit(&self, name: &str) -> Result<ConversationId, Problem> {
        let visitor = VisitorId::new(name)?;
        let opened =
            self.handoff
                .open(&self.service, &visitor, Profile::default(), Page::default());
        Ok(opened.await?)
    }

    /// The visitor says something; returns the ticket that the bot gets for it.
    pub(crate) async fn say(&self, to: ConversationId, text: &str) -> Result<Ticket, Problem> {
        let text = text.to_owned();
        self.command(to, Caller::Visitor, Command::SendMessage { text })
            .await?;
        self.ticket(to).await
    }

    pub(crate) async fn ticket(&self, of: ConversationId) -> Result<Ticket, Problem> {
        let state = self.handoff.state(of).await?;
        let ticket = state.and_then(|state| state.ticket());
        ticket.ok_or_else(|| "the engine asks for no reply".into())
    }

    /// A person of the team does something.
    pub(crate) async fn person(&self, at: ConversationId, does: Command) -> Result<(), Problem> {
        let person = AgentRef {
            id: AgentId::new("ann")?,
            name: "Ann".into(),
        };
        let caller = Caller::Agent(person, Role::Agent);
        self.command(at, caller, does).await
    }

    async fn command(
        &self,
        at: ConversationId,
        caller: Caller,
        command: Command,
    ) -> Result<(), Problem> {
        let request = Request {
            id: None,
            caller,
            command,
        };
        self.handoff.dispatch(at, request).await?;
        Ok(())
    }

    /// Waits until the bot has asked for something of this ticket that passes.
    pub(crate) async fn until(
        &self,
        ticket: Ticket,
        what: &str,
        pass: impl Fn(&Call) -> bool,
    ) -> Result<(), Problem> {
        let mut calls = self.calls.subscribe();
        let came = calls.wait_for(|calls| {
            let mut own = calls.iter().filter(|call| call.ticket == ticket);
            own.any(&pass)
        });
        match tokio::time::timeout(PATIENCE, came).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(format!("in {} s {what}", PATIENCE.as_secs()).into()),
        }
    }

    pub(crate) async fn until_answered(&self, ticket: Ticket) -> Result<(), Problem> {
        let said = |call: &Call| call.is_reply && call.status.is_success();
        self.until(ticket, "the bot gave no reply", said).await
    }

    /// What the bot has asked for of this ticket, once it has had time for everything.
    pub(crate) async fn all_calls(&self, ticket: Ticket) -> Vec<Call> {
        tokio::time::sleep(QUIET).await;
        let calls = self.calls.borrow();
        let own = calls.iter().filter(|call| call.ticket == ticket);
        own.cloned().collect()
    }

    /// Waits until the bot has its turn; not for long, for it may have answered already.
    pub(crate) async fn until_told(&self) {
        let told = self
            .handoff
            .pending_turns(&self.service, Duration::from_secs(1));
        told.await;
    }

    /// So many messages that were signed with another secret were refused.
    pub(crate) fn forgeries_refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }
}

/// Tells the bot of each turn as bad luck and bad people would: with a wrong signature first, then twice.
#[derive(Debug)]
struct Rehearsal {
    webhook: Webhook,
    forger: Webhook,
    refused: Arc<AtomicUsize>,
}

#[async_trait]
impl Assistant for Rehearsal {
    async fn reply(&self, turn: &Turn, sink: &dyn ReplySink) -> Result<Answer, AssistantError> {
        if self.forger.reply(turn, sink).await.is_err() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        let (told, _again) = tokio::join!(
            self.webhook.reply(turn, sink),
            self.webhook.reply(turn, sink)
        );
        told
    }
}

async fn serve(listen: SocketAddr, app: Router, handoff: Handoff) -> Result<(), Problem> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| format!("can't listen on {listen}: {error}"))?;
    let end = async move { handoff.shutting_down().await };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(end);
    tokio::runtime::Handle::current().spawn(server.into_future());
    Ok(())
}

#[derive(Deserialize)]
struct Ticketed {
    ticket: Ticket,
}

async fn record(State(calls): State<Calls>, request: HttpRequest, next: Next) -> Response {
    let is_reply = request.uri().path().ends_with("/replies");
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let ticketed = serde_json::from_slice::<Ticketed>(&bytes);
    let answer = next
        .run(HttpRequest::from_parts(parts, Body::from(bytes)))
        .await;
    if let Ok(Ticketed { ticket }) = ticketed {
        let status = answer.status();
        calls.send_modify(|calls| {
            calls.push(Call {
                ticket,
                is_reply,
                status,
            });
        });
    }
    answer
}

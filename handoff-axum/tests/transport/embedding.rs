//! Inside somebody else's app.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use handoff_axum::ws::protocol::Me;
use handoff_axum::{Identify, Options, StartError, Team, Transport};
use handoff_core::conversation::{AgentRef, Role};
use handoff_core::error::StoreError;
use handoff_core::id::AgentId;
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::Handoff;
use tokio::sync::watch;
use tower::ServiceExt;

/// A host that knows its people by a header of its own.
#[derive(Debug)]
struct Host(watch::Sender<u64>);

fn me(name: &str) -> Me {
    let agent = AgentRef {
        id: AgentId::new(name).unwrap(),
        name: name.into(),
    };
    Me {
        agent,
        role: Role::Agent,
        services: None,
    }
}

#[async_trait]
impl Identify for Host {
    async fn identify(&self, headers: &HeaderMap) -> Result<Option<Me>, StoreError> {
        Ok(headers
            .get("x-host-user")
            .and_then(|user| user.to_str().ok())
            .map(me))
    }

    async fn team(&self) -> Result<Vec<Me>, StoreError> {
        Ok(vec![me("ann"), me("bob")])
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

async fn handoff() -> Handoff {
    Handoff::builder(
        Arc::new(MemoryStore::new()),
        Arc::new(MemoryDirectory::new()),
    )
    .start()
    .await
    .unwrap()
}

fn options() -> Options {
    let mut options = Options::new("https://host.test/chat").unwrap();
    options.team = Team::Host(Arc::new(Host(watch::Sender::new(0))));
    options
}

async fn status(app: &Router, path: &str, user: Option<&str>) -> StatusCode {
    let mut request = Request::builder().uri(path).header("host", "host.test");
    if let Some(user) = user {
        request = request.header("x-host-user", user);
    }
    app.clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
        .status()
}

#[tokio::test]
async fn it_nests_under_a_prefix_with_the_hosts_own_sign_in() {
    let transport = Transport::start(handoff().await, options()).unwrap();
    let app = Router::new()
        .route("/", get(|| async { "the host" }))
        .nest("/chat", transport.api())
        .fallback(|| async { (StatusCode::IM_A_TEAPOT, "the host's own") });
    assert_eq!(status(&app, "/", None).await, StatusCode::OK);
    assert_eq!(
        status(&app, "/chat/api/v1/session", None).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        status(&app, "/chat/api/v1/session", Some("ann")).await,
        StatusCode::OK
    );
    assert_eq!(
        status(&app, "/chat/api/v1/team", Some("ann")).await,
        StatusCode::OK
    );
    assert_eq!(
        status(&app, "/chat/api/v1/conversations?limit=5", Some("ann")).await,
        StatusCode::OK
    );
    assert_eq!(
        status(&app, "/chat/api/v1/nope", Some("ann")).await,
        StatusCode::NOT_FOUND
    );
    // What only built-in accounts have is not there.
    assert_eq!(
        status(&app, "/chat/api/v1/invitations/accept", Some("ann")).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(&app, "/elsewhere", None).await,
        StatusCode::IM_A_TEAPOT
    );
}

#[tokio::test]
async fn its_pieces_are_mounted_one_by_one_and_two_live_side_by_side() {
    let (one, two) = (
        Transport::start(handoff().await, options()).unwrap(),
        Transport::start(handoff().await, options()).unwrap(),
    );
    let app = Router::new()
        .nest("/team", one.agent_routes())
        .nest("/visitors", one.visitor_routes())
        .nest("/bots", one.bot_routes())
        .merge(one.health_routes())
        .nest("/two", two.api());
    assert_eq!(
        status(&app, "/team/api/v1/session", Some("ann")).await,
        StatusCode::OK
    );
    assert_eq!(
        status(&app, "/visitors/api/v1/visitor/services/x", None).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(&app, "/bots/api/v1/bot/turns", None).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        status(&app, "/two/api/v1/session", Some("bob")).await,
        StatusCode::OK
    );
    assert_eq!(status(&app, "/readyz", None).await, StatusCode::OK);
    drop((one, two));
    assert_eq!(
        status(&app, "/team/api/v1/session", Some("ann")).await,
        StatusCode::OK
    );
}

#[test]
fn without_a_runtime_it_says_so() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let handoff = runtime.block_on(handoff());
    assert_eq!(
        Transport::start(handoff, options()).unwrap_err(),
        StartError::NoRuntime
    );
}

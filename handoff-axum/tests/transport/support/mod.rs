//! A transport on memory stores, driven without a network.

mod assistant;
mod pipe;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use handoff_axum::{Limits, Options, Transport};
use handoff_core::conversation::{Event, Role};
use handoff_core::directory::{Directory, RecordKind, Service};
use handoff_core::id::{ConversationId, ServiceId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::Handoff;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) use assistant::Scripted;
pub(crate) use pipe::Pipe;
pub(crate) use socket::Socket;

pub(crate) const BASE: &str = "http://chat.test";
pub(crate) const PASSWORD: &str = "a brown bear in March";

/// A transport and everything around it.
pub(crate) struct World {
    pub(crate) handoff: Handoff,
    pub(crate) transport: Transport,
    pub(crate) directory: Arc<MemoryDirectory>,
    pub(crate) assistant: Scripted,
    pub(crate) app: Router,
    pub(crate) pipe: Pipe,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The code of a problem document.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16(), "{self:?}");
        assert!(!body["title"].as_str().unwrap().is_empty(), "{self:?}");
        body["type"]
            .as_str()
            .unwrap()
            .strip_prefix("/problems/")
            .unwrap()
            .to_owned()
    }
}

/// A request that is put together.
pub(crate) struct Ask<'w> {
    world: &'w World,
    request: axum::http::request::Builder,
    body: Body,
}

impl Ask<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// As somebody who is signed in.
    pub(crate) fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    /// With a token of a visitor or a bot.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    pub(crate) fn text(mut self, kind: &str, body: &str) -> Self {
        self.body = Body::from(body.to_owned());
        self.header("content-type", kind)
    }

    pub(crate) fn from(mut self, address: &str) -> Self {
        let peer = std::net::SocketAddr::new(address.parse().unwrap(), 4711);
        self.request = self.request.extension(axum::extract::ConnectInfo(peer));
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let request = self.request.body(self.body).unwrap();
        let response = self.world.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other options than the defaults (which have no limits here).
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new(BASE).unwrap();
        options.limits = Limits::open();
        options.heartbeat = Duration::from_mins(1);
        change(&mut options);
        let directory = Arc::new(MemoryDirectory::new());
        let assistant = Scripted::default();
        let store = Arc::new(MemoryStore::new());
        let handoff = Handoff::builder(store, directory.clone())
            .assistant(Arc::new(assistant.clone()))
            .start()
            .await
            .unwrap();
        let transport = Transport::start(handoff.clone(), options).unwrap();
        let app = transport.router().merge(transport.health_routes());
        let pipe = Pipe::serve(app.clone());
        let world = Self {
            handoff,
            transport,
            directory,
            assistant,
            app,
            pipe,
        };
        for id in ["store", "other"] {
            world
                .handoff
                .save_service(Service::new(service(id), id), 0)
                .await
                .unwrap();
        }
        world
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "chat.test");
        Ask {
            world: self,
            request,
            body: Body::empty(),
        }
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask("GET", path).cookie(cookie).send().await
    }

    pub(crate) async fn post(&self, path: &str, cookie: &str, body: Value) -> Answer {
        self.ask("POST", path)
            .cookie(cookie)
            .json(&body)
            .send()
            .await
    }

    /// Creates the owner and signs in; returns the cookie.
    pub(crate) async fn owner(&self) -> String {
        let link = self
            .transport
            .accounts()
            .unwrap()
            .owner_link()
            .await
            .unwrap()
            .unwrap();
        self.join(&link, "Olga").await
    }

    /// Creates a colleague and signs in; returns the cookie.
    pub(crate) async fn colleague(&self, owner: &str, name: &str, role: Role) -> String {
        let invited = self
            .post("/api/v1/team/invitations", owner, json!({ "role": role }))
            .await;
        assert_eq!(invited.status, StatusCode::OK, "{invited:?}");
        self.join(invited.json()["link"].as_str().unwrap(), name)
            .await
    }

    /// Lets somebody see these services alone.
    pub(crate) async fn confine(&self, name: &str, services: &[&str]) {
        let email = format!("{}@shop.test", name.to_lowercase());
        let now = self.handoff.now();
        let mut record = self
            .directory
            .find(RecordKind::Account, &email, now)
            .await
            .unwrap()
            .unwrap();
        record.body["services"] = json!(services);
        let key = record.key.clone();
        self.directory.put(record, now).await.unwrap();
        self.handoff.record_changed(RecordKind::Account, &key);
    }

    async fn join(&self, link: &str, name: &str) -> String {
        let token = link.split('#').nth(1).unwrap();
        let email = format!("{}@shop.test", name.to_lowercase());
        let person = json!({ "token": token, "name": name, "email": email, "password": PASSWORD });
        let joined = self
            .ask("POST", "/api/v1/invitations/accept")
            .json(&person)
            .send()
            .await;
        assert_eq!(joined.status, StatusCode::OK, "{joined:?}");
        cookie(&joined)
    }

    /// A new visitor of a service: `<visitor>.<secret>`.
    pub(crate) async fn visitor(&self, service: &str) -> Visitor {
        let entered = self
            .ask("POST", "/api/v1/visitor/session")
            .json(&json!({ "service": service }))
            .send()
            .await;
        assert_eq!(entered.status, StatusCode::OK, "{entered:?}");
        Visitor::of(service, &entered.json())
    }

    /// A visitor's message over HTTP; returns the conversation.
    pub(crate) async fn say(&self, visitor: &Visitor, text: &str) -> ConversationId {
        let message = json!({ "id": uuid(), "text": text });
        let said = self
            .ask("POST", "/api/v1/visitor/messages")
            .bearer(&visitor.token())
            .json(&message)
            .send()
            .await;
        assert_eq!(said.status, StatusCode::OK, "{said:?}");
        said.json()["conversation"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// The first hundred events of a conversation, as they are stored.
    pub(crate) async fn events(&self, conversation: ConversationId) -> Vec<Event> {
        let events = self.handoff.store().events(conversation, 0, 100).await;
        events.unwrap()
    }

    /// A widget's socket on which nothing was said.
    pub(crate) async fn visitor_socket(&self) -> Socket {
        let socket = self.pipe.socket("/api/v1/visitor/socket", &[]).await;
        socket.unwrap()
    }

    /// A widget's socket, greeted and caught up.
    pub(crate) async fn widget(&self, visitor: &Visitor) -> Socket {
        let mut socket = self.visitor_socket().await;
        socket.send(&visitor.hello(None, 0)).await;
        socket.until("welcome").await;
        socket
    }

    /// A dashboard's socket, greeted, with its board.
    pub(crate) async fn dashboard(&self, cookie: &str) -> Socket {
        let headers = [("cookie", cookie), ("origin", BASE)];
        let mut socket = self
            .pipe
            .socket("/api/v1/team/socket", &headers)
            .await
            .unwrap();
        socket
            .send(&json!({ "type": "hello", "protocol": 1 }))
            .await;
        while socket.until("board").await["last"] != true {}
        socket
    }
}

/// A visitor and its secret.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) service: String,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Visitor {
    pub(crate) fn of(service: &str, entered: &Value) -> Self {
        let text = |name: &str| entered[name].as_str().unwrap().to_owned();
        Self {
            service: service.to_owned(),
            id: text("visitor"),
            secret: text("secret"),
        }
    }

    pub(crate) fn token(&self) -> String {
        format!("{}.{}", self.id, self.secret)
    }

    pub(crate) fn hello(&self, conversation: Option<&str>, after: u64) -> Value {
        json!({
            "type": "hello", "protocol": 1, "service": self.service, "visitor": self.id, "secret": self.secret,
            "conversation": conversation, "after": after,
        })
    }
}

pub(crate) fn service(id: &str) -> ServiceId {
    ServiceId::new(id).unwrap()
}

/// A cookie as a browser sends it back.
pub(crate) fn cookie(answer: &Answer) -> String {
    answer.headers[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

/// An id that was not used before.
pub(crate) fn uuid() -> String {
    use handoff_core::runtime::{Ids, SystemIds};
    SystemIds.uuid().to_string()
}

//! People at a server.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::Server;
use crate::socket::Socket;

/// Makes the owner's account by the link in the data folder; returns the cookie.
pub(crate) fn owner(server: &Server, data: &Path) -> String {
    let link = std::fs::read_to_string(data.join("owner-link.txt")).unwrap();
    let (_, token) = link.trim().rsplit_once('#').unwrap();
    let person = json!({
        "token": token, "name": "Ann", "email": "ann@shop.test", "password": "a brown bear in March",
    });
    let joined = server
        .client()
        .post("/api/v1/invitations/accept", "", &person);
    assert_eq!(joined.status, 200, "{joined:?}");
    let cookie = joined.whole_head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie").then_some(value)
    });
    cookie.unwrap().split(';').next().unwrap().to_owned()
}

/// A visitor, wherever they connect.
pub(crate) struct Visitor {
    id: String,
    secret: String,
}

impl Visitor {
    pub(crate) fn enter(server: &Server) -> Self {
        let service = json!({ "service": "store" });
        let entered = server
            .client()
            .post("/api/v1/visitor/session", "", &service);
        let entered = entered.json();
        let text = |name: &str| entered[name].as_str().unwrap().to_owned();
        Self {
            id: text("visitor"),
            secret: text("secret"),
        }
    }

    /// At the widget, having seen a conversation up to a version.
    pub(crate) async fn at(&self, server: &Server, seen: Option<(&str, u64)>) -> Socket {
        let mut socket = Socket::open(server.address, "/api/v1/visitor/socket", None).await;
        let (conversation, after) = seen.unzip();
        let hello = json!({
            "type": "hello", "protocol": 1, "service": "store", "visitor": self.id, "secret": self.secret,
            "conversation": conversation, "after": after.unwrap_or_default(),
        });
        socket.send(&hello).await;
        socket.frame("welcome").await;
        socket
    }
}

/// At the dashboard.
pub(crate) async fn dashboard(server: &Server, cookie: &str) -> Socket {
    let mut socket = Socket::open(server.address, "/api/v1/team/socket", Some(cookie)).await;
    socket
        .send(&json!({ "type": "hello", "protocol": 1 }))
        .await;
    socket.frame("welcome").await;
    socket
}

pub(crate) fn send(id: &str, text: &str) -> Value {
    json!({ "type": "send", "id": id, "text": text })
}

/// A command of the team's.
pub(crate) fn command(conversation: &str, command: &Value) -> Value {
    json!({ "type": "do", "id": id(), "conversation": conversation, "command": command })
}

pub(crate) fn id() -> String {
    uuid::Uuid::from_u128(fastrand::u128(..)).to_string()
}

//! Who may do what: every route, for everybody.

use axum::http::StatusCode;
use handoff_core::conversation::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Visitor, World, uuid};

/// Everybody who asks.
struct Cast {
    owner: String,
    admin: String,
    agent: String,
    viewer: String,
    /// An agent of another service.
    stranger: String,
    visitor: Visitor,
    other_visitor: Visitor,
    bot: String,
    other_bot: String,
    conversation: String,
}

/// Who asks; each with their own kind of proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Visitor,
    OtherVisitor,
    Bot,
    OtherBot,
    Viewer,
    Agent,
    Stranger,
    Admin,
}

const ALL: [Who; 9] = [
    Who::Nobody,
    Who::Visitor,
    Who::OtherVisitor,
    Who::Bot,
    Who::OtherBot,
    Who::Viewer,
    Who::Agent,
    Who::Stranger,
    Who::Admin,
];

impl Cast {
    async fn of(world: &World) -> Self {
        let owner = world.owner().await;
        let admin = world.colleague(&owner, "Ada", Role::Admin).await;
        let agent = world.colleague(&owner, "Ann", Role::Agent).await;
        let viewer = world.colleague(&owner, "Vic", Role::Viewer).await;
        let stranger = world.colleague(&owner, "Sam", Role::Admin).await;
        for name in ["Ada", "Ann", "Vic"] {
            world.confine(name, &["store"]).await;
        }
        world.confine("Sam", &["other"]).await;
        let (visitor, other_visitor) = (world.visitor("store").await, world.visitor("store").await);
        let conversation = world.say(&visitor, "hello").await.to_string();
        let token = async |service: &str| {
            let made = world
                .post(
                    &format!("/api/v1/services/{service}/tokens"),
                    &owner,
                    json!({ "name": "bot" }),
                )
                .await;
            made.json()["token"].as_str().unwrap().to_owned()
        };
        let (bot, other_bot) = (token("store").await, token("other").await);
        Self {
            owner,
            admin,
            agent,
            viewer,
            stranger,
            visitor,
            other_visitor,
            bot,
            other_bot,
            conversation,
        }
    }

    async fn ask(
        &self,
        world: &World,
        who: Who,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let ask = world.ask(method, path);
        let ask = match who {
            Who::Nobody => ask,
            Who::Visitor => ask.bearer(&self.visitor.token()),
            Who::OtherVisitor => ask.bearer(&self.other_visitor.token()),
            Who::Bot => ask.bearer(&self.bot),
            Who::OtherBot => ask.bearer(&self.other_bot),
            Who::Viewer => ask.cookie(&self.viewer),
            Who::Agent => ask.cookie(&self.agent),
            Who::Stranger => ask.cookie(&self.stranger),
            Who::Admin => ask.cookie(&self.admin),
        };
        match body {
            Some(body) => ask.json(body).send().await,
            None => ask.send().await,
        }
    }
}

/// A route, what is sent, and what each gets: the others get 401.
struct Row {
    method: &'static str,
    path: String,
    body: Option<Value>,
    gets: Vec<(Who, u16)>,
}

#[expect(clippy::too_many_lines, reason = "one entry for each route")]
fn rows(cast: &Cast) -> Vec<Row> {
    use Who::{Admin, Agent, Bot, OtherBot, OtherVisitor, Stranger, Viewer, Visitor};
    let row = |method, path: &str, body: Option<Value>, gets: &[(Who, u16)]| Row {
        method,
        path: path.replace("{conversation}", &cast.conversation),
        body,
        gets: gets.to_vec(),
    };
    let team = [(Viewer, 200), (Agent, 200), (Stranger, 200), (Admin, 200)];
    let own = [(Viewer, 200), (Agent, 200), (Stranger, 404), (Admin, 200)];
    let command = |command: Value| Some(json!({ "id": uuid(), "command": command }));
    let ticket = json!({ "conversation": cast.conversation, "epoch": 7, "turn": 9 });
    let service = |id: &str| json!({ "id": id, "name": id });
    vec![
        row("GET", "/api/v1/session", None, &team),
        row("GET", "/api/v1/team", None, &team),
        row("GET", "/api/v1/services", None, &team),
        row("GET", "/api/v1/categories", None, &team),
        row("GET", "/api/v1/conversations", None, &team),
        row("GET", "/api/v1/conversations/{conversation}", None, &own),
        row(
            "GET",
            "/api/v1/conversations/{conversation}/events",
            None,
            &own,
        ),
        row(
            "GET",
            "/api/v1/conversations/{conversation}/summary",
            None,
            &own,
        ),
        row(
            "POST",
            "/api/v1/conversations/{conversation}/commands",
            command(json!({ "type": "add_note", "text": "x" })),
            &[(Viewer, 403), (Agent, 200), (Stranger, 404), (Admin, 200)],
        ),
        row(
            "POST",
            "/api/v1/conversations/{conversation}/commands",
            command(json!({ "type": "whisper", "text": "x" })),
            &[(Viewer, 403), (Agent, 200), (Stranger, 404), (Admin, 200)],
        ),
        row(
            "POST",
            "/api/v1/conversations/{conversation}/commands",
            command(json!({ "type": "wake" })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 404), (Admin, 403)],
        ),
        row(
            "POST",
            "/api/v1/services",
            Some(json!({ "service": service("new") })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 403), (Admin, 403)],
        ),
        row(
            "PUT",
            "/api/v1/services/store",
            Some(json!({ "version": 99, "service": service("store") })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 404), (Admin, 409)],
        ),
        row(
            "POST",
            "/api/v1/services/mode",
            Some(json!({ "mode": "supported", "services": ["store"] })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 404), (Admin, 200)],
        ),
        row("GET", "/api/v1/detectors", None, &team),
        row(
            "POST",
            "/api/v1/services/store/dry-run",
            Some(json!({ "what": { "type": "detector", "name": "help_request" }, "days": 7 })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 404), (Admin, 200)],
        ),
        row(
            "POST",
            "/api/v1/services/store/tokens",
            Some(json!({ "name": "x" })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 404), (Admin, 200)],
        ),
        row(
            "POST",
            "/api/v1/services/store/identity",
            None,
            &[(Viewer, 403), (Agent, 403), (Stranger, 404), (Admin, 200)],
        ),
        row(
            "POST",
            "/api/v1/team/invitations",
            Some(json!({ "role": "agent" })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 200), (Admin, 200)],
        ),
        row(
            "PUT",
            "/api/v1/categories/Sizes",
            Some(json!({ "color": "#aabbcc" })),
            &[(Viewer, 403), (Agent, 403), (Stranger, 200), (Admin, 200)],
        ),
        row(
            "DELETE",
            "/api/v1/categories/Nothing",
            None,
            &[(Viewer, 403), (Agent, 403), (Stranger, 404), (Admin, 404)],
        ),
        row(
            "GET",
            "/api/v1/visitor/events?conversation={conversation}",
            None,
            &[(Visitor, 200), (OtherVisitor, 404)],
        ),
        row(
            "POST",
            "/api/v1/visitor/messages",
            Some(json!({ "id": "same", "text": "x" })),
            &[(Visitor, 200), (OtherVisitor, 200)],
        ),
        row(
            "GET",
            "/api/v1/bot/turns?wait=0",
            None,
            &[(Bot, 200), (OtherBot, 200)],
        ),
        row(
            "POST",
            "/api/v1/bot/replies",
            Some(json!({ "id": uuid(), "ticket": ticket, "reply": { "text": "x" } })),
            &[(Bot, 409), (OtherBot, 404)],
        ),
        row(
            "POST",
            "/api/v1/bot/pieces",
            Some(json!({ "ticket": ticket, "offset": 0, "text": "x" })),
            &[(Bot, 409), (OtherBot, 404)],
        ),
    ]
}

#[tokio::test]
async fn every_route_knows_who_may() {
    let world = World::new().await;
    let cast = Cast::of(&world).await;
    for row in rows(&cast) {
        for who in ALL {
            let answer = cast
                .ask(&world, who, row.method, &row.path, row.body.as_ref())
                .await;
            let expected = row
                .gets
                .iter()
                .find(|(one, _)| *one == who)
                .map_or(401, |(_, status)| *status);
            assert_eq!(
                answer.status.as_u16(),
                expected,
                "{who:?} {} {}: {}",
                row.method,
                row.path,
                answer.text
            );
            if answer.status.is_client_error() {
                answer.problem();
            }
        }
    }
}

/// A new route without a row fails here: each path of the sources stands in the matrix, or among those that need no proof.
#[test]
fn every_route_stands_in_the_matrix() {
    const OPEN: [&str; 9] = [
        // Each has tests of its own.
        "/api/v1/invitations/accept",
        "/api/v1/visitor/session",
        "/api/v1/visitor/services/{service}",
        "/api/v1/team/socket",
        "/api/v1/visitor/socket",
        "/api/v1/session",
        "/api/v1/",
        "/api/v1/{*rest}",
        "/api/v1/categories/{name}",
    ];
    let sources = concat!(
        include_str!("../../src/team/mod.rs"),
        include_str!("../../src/visitor/mod.rs"),
        include_str!("../../src/bot/mod.rs"),
        include_str!("../../src/auth/routes.rs"),
        include_str!("../../src/router.rs"),
    );
    let matrix = include_str!("matrix.rs");
    let mut paths: Vec<&str> = sources
        .split('"')
        .filter(|text| text.starts_with("/api/v1/"))
        .collect();
    paths.dedup();
    assert!(paths.len() > 20, "{paths:?}");
    for path in paths {
        let shown = path
            .replace("services/{id}", "services/store")
            .replace("{id}", "{conversation}");
        assert!(
            OPEN.contains(&path) || matrix.contains(&format!("\"{shown}")),
            "{path} is in no row of the matrix"
        );
    }
}

#[tokio::test]
async fn foreign_and_unknown_look_the_same() {
    let world = World::new().await;
    let cast = Cast::of(&world).await;
    let unknown = uuid();
    for path in [
        "/api/v1/conversations/{id}",
        "/api/v1/conversations/{id}/events",
    ] {
        let read = async |id: &str| {
            cast.ask(
                &world,
                Who::Stranger,
                "GET",
                &path.replace("{id}", id),
                None,
            )
            .await
        };
        let (foreign, unknown) = (read(&cast.conversation).await, read(&unknown).await);
        assert_eq!(
            (foreign.status, &foreign.text),
            (StatusCode::NOT_FOUND, &unknown.text)
        );
    }
    let events = async |id: &str| {
        let path = format!("/api/v1/visitor/events?conversation={id}");
        cast.ask(&world, Who::OtherVisitor, "GET", &path, None)
            .await
            .text
    };
    assert_eq!(events(&cast.conversation).await, events(&unknown).await);
    let cards = cast
        .ask(
            &world,
            Who::Stranger,
            "GET",
            "/api/v1/conversations?service=store",
            None,
        )
        .await
        .json();
    assert_eq!(cards["cards"], json!([]));
    assert_eq!(
        world.get("/api/v1/conversations", &cast.owner).await.json()["cards"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

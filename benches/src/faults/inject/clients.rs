//! What clients do, and what happens to their connections.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::future::join_all;
use futures::{SinkExt as _, StreamExt as _};
use handoff_axum::ws::protocol::{PROTOCOL, TeamRequest, VisitorRequest};
use handoff_core::conversation::{Command, Page, Profile};
use handoff_core::id::VisitorId;
use handoff_core::testing::Random;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Barrier;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::linger;
use crate::client::VisitorKey;
use crate::compare::process::resident_bytes;
use crate::compare::{clock, machine};
use crate::faults::client::{CANARY, Heard};
use crate::faults::proxy::Order;
use crate::faults::recorder::Seen;
use crate::faults::world::World;

/// So many notes are written for a dashboard that does not read, each so large.
const NOTES: usize = 450;
const WATCHED: usize = 12;
const NOTE: usize = 15_000;
/// A node may grow by so much for one client that does not read.
const GROWTH: u64 = 64 << 20;
/// What waits for a client that reads again comes within so long.
const PATIENCE: Duration = Duration::from_secs(5);
/// All clients are back within so long.
const STORM: Duration = Duration::from_mins(1);

async fn open(
    world: &World,
    path: &str,
    cookie: Option<&str>,
    stream: TcpStream,
) -> Result<WebSocketStream<TcpStream>> {
    let mut request = world.access.socket_url(path).into_client_request()?;
    let origin = HeaderValue::from_str(world.access.origin())?;
    request.headers_mut().insert("origin", origin);
    if let Some(cookie) = cookie {
        request
            .headers_mut()
            .insert("cookie", HeaderValue::from_str(cookie)?);
    }
    Ok(client_async(request, stream).await?.0)
}

async fn address(world: &World, index: usize) -> Result<SocketAddr> {
    let node = world
        .nodes
        .get(index % world.nodes.len())
        .context("no node")?;
    let url = node.lock().await.url();
    Ok(url.trim_start_matches("http://").parse()?)
}

/// A dashboard watches a conversation in which much is written, and reads none of it. The node must let it go and not
/// keep all that for it.
pub(super) async fn slow_dashboard(world: &World, random: &mut Random) -> Result<u64> {
    let index = random.index(world.nodes.len());
    let process = world
        .nodes
        .get(index)
        .context("no node")?
        .lock()
        .await
        .process()?;
    let mut conversations = world.conversations().await?;
    conversations.truncate(WATCHED);
    let [racer, writer, ..] = world.racers.as_slice() else {
        return Ok(0);
    };
    let address = address(world, index).await?;
    let mut slow = loop {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4_096)?;
        let stream = socket.connect(address).await?;
        // A node that was just in trouble may send it away.
        match open(world, "team/socket", Some(&racer.cookie), stream).await {
            Ok(slow) => break slow,
            Err(_) => linger(random, 50, 200).await,
        }
    };
    let mut requests = vec![TeamRequest::Hello { protocol: PROTOCOL }];
    let watch = |conversation| TeamRequest::Watch {
        conversation,
        after: 0,
    };
    requests.extend(conversations.iter().copied().map(watch));
    for request in requests {
        slow.send(Message::text(serde_json::to_string(&request)?))
            .await?;
    }
    let before = resident_bytes(process)?;
    // In one conversation one note after the other: they would only get into each other's way.
    let each = NOTES / conversations.len().max(1);
    let written = conversations.iter().map(|conversation| async move {
        for _ in 0..each {
            let text = format!("{CANARY} {}", "x".repeat(NOTE));
            let note = Command::AddNote {
                text,
                for_assistant: false,
            };
            let id = format!("f12-{}", world.number());
            writer.run(None, &id, *conversation, note).await?;
        }
        anyhow::Ok(())
    });
    join_all(written)
        .await
        .into_iter()
        .collect::<Result<()>>()?;
    let grown = resident_bytes(process)?.saturating_sub(before);
    if grown > GROWTH {
        world.recorder.see(Seen::Broken(format!(
            "I21: a client that does not read cost {grown} bytes"
        )));
    }
    // Now it reads. Either it gets all of it, or the end: then it comes back and catches up, as any other.
    let wanted = each * conversations.len();
    let mut got = 0;
    while got < wanted {
        match timeout(PATIENCE, slow.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => {
                got += text.matches("note_added").count();
            }
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(_)) | None) => break,
            Err(_) => {
                let what = format!("I21: of {wanted} notes {got} reached a client that was kept");
                world.recorder.see(Seen::Broken(what));
                break;
            }
        }
    }
    Ok(1)
}

/// All agents claim one conversation at the same moment: one gets it, the others learn who.
pub(super) async fn race(world: &World, random: &mut Random) -> Result<u64> {
    let conversation = world.conversation(random).await?;
    let barrier = Barrier::new(world.racers.len());
    let claims = world.racers.iter().map(|racer| {
        let (id, barrier) = (format!("f15-{}", world.number()), &barrier);
        async move {
            barrier.wait().await;
            let command = Command::TakeOver { typing: false };
            racer.run(None, &id, conversation, command).await
        }
    });
    let heard: Vec<Heard> = join_all(claims).await.into_iter().collect::<Result<_>>()?;
    for (racer, heard) in world.racers.iter().zip(&heard) {
        if let Heard::Done(_) = heard {
            let id = format!("f15-{}", world.number());
            let back = Command::Return { instruction: None };
            racer.run(None, &id, conversation, back).await?;
        }
    }
    let unnamed = heard
        .iter()
        .any(|heard| matches!(heard, Heard::HeldBy(name) if name.is_empty()));
    ensure!(!unnamed, "a loser was not told who has the floor");
    Ok(1)
}

/// Every client is thrown out, and many more come at the same moment.
pub(super) async fn storm(world: &World) -> Result<u64> {
    let key = world.access.new_visitor(world.service.as_str()).await?;
    let mut addresses = Vec::new();
    for index in 0..world.nodes.len() {
        addresses.push(address(world, index).await?);
    }
    world.front.order_all(Order::Reset);
    let started = clock::now();
    let clients = (0..world.load.storm).zip(addresses.into_iter().cycle());
    let clients = clients.map(|(_, address)| {
        let key = &key;
        async move {
            loop {
                if let Ok(socket) = welcomed(world, key, address).await {
                    return (socket, started.elapsed());
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    });
    let Ok(mut back) = timeout(STORM, join_all(clients)).await else {
        let count = world.load.storm;
        world.recorder.see(Seen::Broken(format!(
            "of {count} clients some are not back after {STORM:?}"
        )));
        return Ok(1);
    };
    back.sort_by_key(|(_, took)| *took);
    let at = back.len() * 99 / 100;
    if let Some((_, took)) = back.get(at) {
        world.note(
            "seconds until 99 % of a storm were back",
            took.as_secs_f64(),
        );
    }
    world.note("load average after a storm", machine::load_average());
    Ok(1)
}

async fn welcomed(
    world: &World,
    key: &VisitorKey,
    address: SocketAddr,
) -> Result<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let mut socket = open(world, "visitor/socket", None, stream).await?;
    let hello = VisitorRequest::Hello {
        protocol: PROTOCOL,
        service: world.service.clone(),
        visitor: VisitorId::new(&key.visitor)?,
        secret: key.secret.clone(),
        conversation: None,
        after: 0,
        page: Page::default(),
        profile: Profile::default(),
    };
    socket
        .send(Message::text(serde_json::to_string(&hello)?))
        .await?;
    let welcome = socket.next().await.context("sent away")??;
    ensure!(welcome.is_text(), "sent away");
    Ok(socket)
}

/// Some connections are delayed, stalled, cut, reset and half-closed, one after the other.
pub(super) async fn trouble_wire(world: &World, random: &mut Random) -> Result<u64> {
    let mut delivered = 0;
    world
        .front
        .delay(Duration::from_millis(random.within(1, 60)));
    for _ in 0..random.within(4, 12) {
        let orders = [Order::Cut, Order::Reset, Order::HalfClose, Order::Stall];
        let order = random.pick(&orders).copied().unwrap_or(Order::Cut);
        delivered += world.front.order_one(order, |count| random.index(count));
        linger(random, 10, 200).await;
    }
    world.front.delay(Duration::ZERO);
    Ok(delivered)
}

//! F24: requests' futures are dropped at every point where they wait.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use anyhow::Result;
use handoff_core::conversation::{Caller, Command, EventBody, Mode, Page, Profile};
use handoff_core::directory::Service;
use handoff_core::id::{CommandId, ConversationId, ServiceId, VisitorId};
use handoff_core::runtime::{Handoff, Request};
use tokio::time::sleep;

use crate::faults::recorder::Seen;
use crate::faults::world::World;
use crate::storage::Storage;

/// A request waits at most so often.
const POINTS: u64 = 12;

/// Drops a request after its first wait, its second, and so on, and sends it again: it must be there once. The store
/// is one of the same kind, apart from that of the nodes, in this process.
pub(super) async fn drop_requests(world: &World) -> Result<u64> {
    let storage = world.storage_apart().await?;
    let (handoff, conversation) = talk(&storage, world.number()).await?;
    let mut dropped = 0;
    for point in 0..POINTS {
        let id = format!("f24-{}", world.number());
        let say = || Request {
            id: CommandId::new(&id).ok(),
            caller: Caller::Visitor,
            command: Command::SendMessage { text: id.clone() },
        };
        {
            let request = handoff.dispatch(conversation, say());
            if poll_times(request, point).await {
                dropped += 1;
            }
        }
        handoff.dispatch(conversation, say()).await?;
        let events = handoff.store().events(conversation, 0, 10_000).await?;
        let said = events.iter().filter(
            |event| matches!(&event.body, EventBody::MessageReceived { text } if *text == id),
        );
        let said = said.count();
        if said != 1 {
            let what =
                format!("I6: a request that was dropped after {point} waits is there {said} times");
            world.recorder.see(Seen::Broken(what));
        }
    }
    handoff.shutdown().await;
    storage.close().await;
    Ok(dropped)
}

/// An engine with a conversation.
async fn talk(storage: &Storage, number: u64) -> Result<(Handoff, ConversationId)> {
    let (store, directory) = storage.engine();
    let handoff = Handoff::builder(Arc::clone(&store), directory)
        .start()
        .await?;
    let id = ServiceId::new("dropped")?;
    if handoff.service(&id).await?.is_none() {
        let mut service = Service::new(id.clone(), "Dropped");
        service.policy.mode = Mode::HumanOnly;
        handoff.save_service(service, 0).await?;
    }
    let visitor = VisitorId::new(format!("dropped-{number}"))?;
    let opened = handoff.open(&id, &visitor, Profile::default(), Page::default());
    let opened = opened.await?;
    Ok((handoff, opened))
}

/// Polls a future so often and drops it, unless it was done before. Says whether it was dropped.
async fn poll_times<F: Future>(future: F, times: u64) -> bool {
    let mut future = pin!(future);
    for _ in 0..times {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(_done) = future.as_mut().poll(&mut context) {
            return false;
        }
        // What it waits for may come.
        sleep(Duration::from_millis(1)).await;
    }
    true
}

//! How a widget introduces itself.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use handoff_core::conversation::{Conversation, Page, Profile};
use handoff_core::directory::Service;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};
use handoff_core::runtime::Stored;
use serde::Deserialize;

use super::session::Session;
use super::thread::Thread;
use crate::failure::Failure;
use crate::transport::Transport;
use crate::visitor::{KnownVisitor, Place};
use crate::ws::end::End;
use crate::ws::protocol::{CloseCode, PROTOCOL, VisitorFrame, VisitorRequest};
use crate::ws::wire::{Duplex, Wire};

/// A client has so long to say hello.
pub(in crate::ws) const HELLO_TIME: Duration = Duration::from_secs(10);

/// The part of a hello that every version has.
#[derive(Debug, Deserialize)]
struct AnyHello {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    protocol: u32,
}

/// Waits for a hello of this protocol's version, whoever says it.
pub(in crate::ws) async fn first_frame<S: Duplex>(
    wire: &mut Wire<S>,
) -> Result<axum::extract::ws::Utf8Bytes, End> {
    let late = || End::new(CloseCode::Timeout, "no hello came");
    let text = tokio::time::timeout(HELLO_TIME, wire.next())
        .await
        .map_err(|_| late())??;
    let hello: AnyHello = serde_json::from_str(&text).map_err(End::malformed)?;
    if hello.kind != "hello" {
        return Err(End::malformed("say hello first"));
    }
    if hello.protocol != PROTOCOL {
        return Err(End::new(CloseCode::Version, PROTOCOL.to_string()));
    }
    Ok(text)
}

/// A failure that comes before anything was shown.
pub(in crate::ws) fn refused(failure: Failure) -> End {
    let problem = failure.into_problem();
    match problem.status {
        401 | 403 | 404 => End::unauthorised(),
        _ => End::restarting(),
    }
}

/// Who a hello says to be, and where.
struct Hello {
    service: ServiceId,
    visitor: VisitorId,
    secret: String,
    conversation: Option<ConversationId>,
    after: u64,
    page: Page,
    profile: Profile,
}

async fn hello<S: Duplex>(wire: &mut Wire<S>) -> Result<Hello, End> {
    let text = first_frame(wire).await?;
    match serde_json::from_str(&text).map_err(End::malformed)? {
        VisitorRequest::Hello {
            protocol: _,
            service,
            visitor,
            secret,
            conversation,
            after,
            page,
            profile,
        } => Ok(Hello {
            service,
            visitor,
            secret,
            conversation,
            after,
            page,
            profile,
        }),
        _ => Err(End::malformed("say hello first")),
    }
}

/// Greets a widget and begins its session.
pub(super) async fn greet<'t, S: Duplex>(
    transport: &'t Transport,
    wire: &mut Wire<S>,
    site: &HeaderMap,
) -> Result<Session<'t>, End> {
    let hello = hello(wire).await?;
    let handoff = transport.handoff();
    let proven = KnownVisitor::prove(handoff, &hello.visitor, &hello.secret)
        .await
        .map_err(refused)?;
    let visitor = proven
        .filter(|visitor| visitor.service == hello.service)
        .ok_or_else(End::unauthorised)?;
    let service = handoff
        .service(&hello.service)
        .await
        .map_err(|error| refused(error.into()))?;
    let service: Arc<Stored<Service>> = service.ok_or_else(End::unauthorised)?;
    transport
        .check_site(&service.value, site)
        .map_err(refused)?;
    let seat = transport
        .inner
        .visitor_seats
        .take((visitor.service.clone(), visitor.id.clone()));
    let seat =
        seat.ok_or_else(|| End::new(CloseCode::TooMany, "too many connections of this visitor"))?;
    // From here on this socket hears of conversations that other tabs open.
    let entry = transport
        .inner
        .visitors
        .enter(visitor.service.clone(), visitor.id.clone());
    let told = (hello.conversation, hello.after);
    let found = resume(transport, &visitor, told).await.map_err(refused)?;
    let (state, after, reset) = found;
    wire.send(&VisitorFrame::Welcome {
        protocol: PROTOCOL,
        conversation: state.as_ref().map(|state| state.id),
        reset,
        look: service.value.look.clone(),
        mode: service.value.policy.mode,
        heartbeat_ms: u32::try_from(transport.inner.options.heartbeat.as_millis())
            .unwrap_or(u32::MAX),
        now: handoff.now(),
    })?;
    let thread = state.map(|state| Thread::begin(handoff, &state, after));
    let place = Place::told(hello.profile, hello.page);
    Ok(Session::new(
        transport, visitor, service, place, thread, entry, seat,
    ))
}

/// Which conversation goes on, from which version, and whether the widget must forget what it showed. A conversation that
/// ended is still shown until the next message begins a new one.
async fn resume(
    transport: &Transport,
    visitor: &KnownVisitor,
    (told, after): (Option<ConversationId>, u64),
) -> Result<(Option<Arc<Conversation>>, u64, bool), Failure> {
    let handoff = transport.handoff();
    let current = handoff
        .store()
        .current(&visitor.service, &visitor.id)
        .await?;
    let state = match current.or(told) {
        Some(id) => handoff.state(id).await?.filter(|state| visitor.owns(state)),
        None => None,
    };
    let same = state.is_some() && state.as_ref().map(|state| state.id) == told;
    let within = state.as_ref().is_some_and(|state| after <= state.version);
    let resumes = same && within;
    let reset = told.is_some() && !resumes;
    Ok((state, if resumes { after } else { 0 }, reset))
}

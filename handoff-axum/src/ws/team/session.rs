//! A dashboard that was greeted.

use std::collections::{HashMap, HashSet};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use handoff_core::conversation::Card;
use handoff_core::id::{AgentId, ConversationId, ServiceId};
use handoff_core::runtime::{Followed, Handoff};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep_until};
use tokio_stream::StreamMap;

use super::board::Loading;
use super::requests::Doing;
use super::watch::{Updates, Watch};
use crate::boards::Gathered;
use crate::failure::Failure;
use crate::limits::Pace;
use crate::news::Shared;
use crate::team;
use crate::transport::Transport;
use crate::ws::end::End;
use crate::ws::pace::TypingPace;
use crate::ws::protocol::{
    CloseCode, Colleague, Me, PROTOCOL, ServiceCounts, ServiceView, TeamFrame, TeamRequest,
};
use crate::ws::visitor::{first_frame, refused};
use crate::ws::wire::{Duplex, Wire};

/// Who this is, is asked again at least so often.
const CHECK: Duration = Duration::from_secs(15);
/// So many updates are taken before they are written.
const BATCH: usize = 256;

/// A dashboard that was greeted.
pub(super) struct Session<'t> {
    pub(super) transport: &'t Transport,
    pub(super) me: Me,
    pub(super) typing: TypingPace,
    pub(super) watches: HashMap<ConversationId, Watch>,
    pub(super) updates: StreamMap<ConversationId, Updates>,
    headers: HeaderMap,
    board: broadcast::Receiver<Arc<Gathered>>,
    loading: Option<Loading>,
    counts: watch::Receiver<Shared<ServiceCounts>>,
    roster: watch::Receiver<Shared<Colleague>>,
    changes: watch::Receiver<u64>,
    /// Commands that are being done, with the conversations that they are about.
    pub(super) doing: FuturesUnordered<Doing<'t>>,
    pub(super) busy: HashSet<ConversationId>,
    frames: Pace,
    heard_at: Instant,
    checked_at: Instant,
    _presence: Presence,
}

/// Greets a dashboard and begins its session.
pub(super) async fn greet<'t, S: Duplex>(
    transport: &'t Transport,
    wire: &mut Wire<S>,
    me: Me,
    headers: HeaderMap,
) -> Result<Session<'t>, End> {
    let text = first_frame(wire).await?;
    match serde_json::from_str(&text).map_err(End::malformed)? {
        TeamRequest::Hello { protocol: _ } => {}
        _ => return Err(End::malformed("say hello first")),
    }
    let handoff = transport.handoff();
    // From here on nothing is missed: what is read below is as new as this, or newer.
    let board = transport.inner.boards.subscribe();
    let changes = transport.inner.identify.changes();
    let presence = Presence::begin(handoff, &me.agent.id);
    let services = team::visible(transport, &me).await.map_err(refused)?;
    let colleagues = team::colleagues(transport)
        .await
        .map_err(|error| refused(error.into()))?;
    wire.send(&TeamFrame::Welcome {
        protocol: PROTOCOL,
        you: me.clone(),
        services,
        team: colleagues,
        heartbeat_ms: u32::try_from(transport.inner.options.heartbeat.as_millis())
            .unwrap_or(u32::MAX),
        now: handoff.now(),
    })?;
    let (counts, roster) = transport.inner.news.subscribe();
    let mut session = Session {
        transport,
        typing: TypingPace::default(),
        watches: HashMap::new(),
        updates: StreamMap::new(),
        headers,
        board,
        loading: Some(Loading::of(&me)),
        counts,
        roster,
        changes,
        doing: FuturesUnordered::new(),
        busy: HashSet::new(),
        frames: Pace::new(transport.inner.options.limits.frames),
        heard_at: Instant::now(),
        checked_at: Instant::now(),
        me,
        _presence: presence,
    };
    // The sign-in may have ended since it was looked at.
    session.check().await?;
    Ok(session)
}

impl<'t> Session<'t> {
    pub(super) fn handoff(&self) -> &'t Handoff {
        self.transport.handoff()
    }

    /// Serves the dashboard; the error is how it ended.
    pub(super) async fn run<S: Duplex>(mut self, wire: &mut Wire<S>) -> Result<(), End> {
        let heartbeat = self.transport.inner.options.heartbeat;
        loop {
            if self.loading.is_some() && wire.has_room() {
                self.load(wire).await?;
            }
            let tick = (self.heard_at + heartbeat.mul_f32(2.5)).min(self.checked_at + CHECK);
            tokio::select! {
                biased;
                () = self.transport.inner.closing.cancelled() => return Err(End::restarting()),
                _ = self.changes.changed() => self.check().await?,
                gathered = self.board.recv() => self.show_all(wire, gathered).await?,
                (id, followed) = heard(&mut self.updates) => {
                    self.show(wire, id, followed).await?;
                    self.show_more(wire).await?;
                }
                _ = self.counts.changed() => self.show_counts(wire)?,
                _ = self.roster.changed() => {
                    let frame = self.roster.borrow_and_update().frame();
                    wire.push(frame)?;
                }
                Some(done) = self.doing.next() => self.answer(wire, done)?,
                text = wire.next() => {
                    self.heard_at = Instant::now();
                    if !self.frames.pass() {
                        return Err(End::new(CloseCode::TooMany, "too many frames"));
                    }
                    Box::pin(self.request(wire, &text?)).await?;
                }
                () = sleep_until(tick) => self.tick(wire).await?,
            }
        }
    }

    async fn load<S: Duplex>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        if let Some(loading) = &mut self.loading
            && Box::pin(loading.send_part(self.transport, wire)).await?
        {
            self.loading = None;
        }
        Ok(())
    }

    /// Shows what was gathered and what else is here already, then writes it together.
    async fn show_all<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        first: Result<Arc<Gathered>, RecvError>,
    ) -> Result<(), End> {
        let mut next = first.map_err(|lost| matches!(lost, RecvError::Closed));
        loop {
            match next {
                Ok(gathered) => self.show_gathered(wire, &gathered).await?,
                Err(true) => return Err(End::restarting()),
                Err(false) => Box::pin(self.start_over(wire)).await?,
            }
            next = match self.board.try_recv() {
                Ok(gathered) => Ok(gathered),
                Err(TryRecvError::Lagged(_)) => Err(false),
                // Where it is closed the next turn says so.
                Err(_) => break,
            };
        }
        wire.write_some().await
    }

    async fn show_gathered<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        gathered: &Gathered,
    ) -> Result<(), End> {
        if gathered.lagged {
            Box::pin(self.start_over(wire)).await?;
        }
        let early = self.loading.as_ref().is_some_and(Loading::is_untouched);
        if !early {
            self.show_cards(wire, gathered)?;
        }
        for service in &gathered.services {
            Box::pin(self.show_service(wire, service)).await?;
        }
        Ok(())
    }

    fn show_cards<S: Duplex>(&self, wire: &mut Wire<S>, gathered: &Gathered) -> Result<(), End> {
        let sees = |card: &&Arc<Card>| self.me.sees(&card.service);
        let visible = gathered.cards.iter().filter(sees).count();
        if visible == 0 {
            Ok(())
        } else if visible == gathered.cards.len() {
            wire.push(gathered.frame.clone())
        } else {
            let cards = gathered.cards.iter().filter(sees).cloned().collect();
            wire.send(&TeamFrame::Cards { cards })
        }
    }

    async fn show_service<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        id: &ServiceId,
    ) -> Result<(), End> {
        if !self.me.sees(id) {
            return Ok(());
        }
        let stored = self
            .handoff()
            .service(id)
            .await
            .map_err(|_| End::restarting())?;
        match stored {
            Some(stored) => wire.send(&TeamFrame::Service {
                service: Box::new(ServiceView::from(&*stored)),
            }),
            None => Ok(()),
        }
    }

    /// Updates were lost: everything is read again.
    async fn start_over<S: Duplex>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        self.loading = Some(Loading::of(&self.me));
        for service in team::visible(self.transport, &self.me)
            .await
            .map_err(refused)?
        {
            let service = Box::new(service);
            wire.send(&TeamFrame::Service { service })?;
        }
        Ok(())
    }

    async fn show<S: Duplex>(
        &mut self,
        wire: &mut Wire<S>,
        id: ConversationId,
        followed: Result<Followed, handoff_core::error::StoreError>,
    ) -> Result<(), End> {
        let followed = followed.map_err(|_| End::restarting())?;
        match self.watches.get_mut(&id) {
            Some(watch) => watch.show(wire, followed).await,
            None => Ok(()),
        }
    }

    /// Shows what else is heard already, then writes it together.
    async fn show_more<S: Duplex>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        for _ in 0..BATCH {
            let Some(Some((id, followed))) = self.updates.next().now_or_never() else {
                break;
            };
            self.show(wire, id, followed).await?;
        }
        wire.write_some().await
    }

    fn show_counts<S: Duplex>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        let shared = self.counts.borrow_and_update();
        if self.me.services.is_none() {
            return wire.push(shared.frame());
        }
        let visible = shared
            .list()
            .iter()
            .filter(|counts| self.me.sees(&counts.service))
            .cloned()
            .collect();
        wire.send(&TeamFrame::Counts { counts: visible })
    }

    /// Asks again who this is; what they may do may have changed.
    pub(super) async fn check(&mut self) -> Result<(), End> {
        self.changes.mark_unchanged();
        self.checked_at = Instant::now();
        let identified = self.transport.inner.identify.identify(&self.headers).await;
        match identified.map_err(|error| refused(Failure::from(error)))? {
            Some(me) if me == self.me => Ok(()),
            // As somebody who may do other things they come back at once.
            Some(me) if me.agent.id == self.me.agent.id => {
                Err(End::new(CloseCode::Restarting, "0"))
            }
            _ => Err(End::unauthorised()),
        }
    }

    /// Makes sure that whoever asks for something is still signed in.
    pub(super) async fn check_if_changed(&mut self) -> Result<(), End> {
        match self.changes.has_changed() {
            Ok(false) => Ok(()),
            _ => self.check().await,
        }
    }

    async fn tick<S: Duplex>(&mut self, wire: &mut Wire<S>) -> Result<(), End> {
        if self.heard_at.elapsed() >= self.transport.inner.options.heartbeat.mul_f32(2.5) {
            return Err(End::new(CloseCode::Timeout, "no heartbeat came"));
        }
        self.check().await?;
        self.watches
            .values_mut()
            .try_for_each(|watch| watch.renew(wire))
    }
}

/// What is heard of any watched conversation.
async fn heard(
    updates: &mut StreamMap<ConversationId, Updates>,
) -> (
    ConversationId,
    Result<Followed, handoff_core::error::StoreError>,
) {
    match updates.next().await {
        Some(heard) => heard,
        None => pending().await,
    }
}

/// An agent is there as long as this is.
#[derive(Debug)]
struct Presence {
    handoff: Handoff,
    agent: AgentId,
}

impl Presence {
    fn begin(handoff: &Handoff, agent: &AgentId) -> Self {
        handoff.agent_connected(agent);
        Self {
            handoff: handoff.clone(),
            agent: agent.clone(),
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.handoff.agent_disconnected(&self.agent);
    }
}

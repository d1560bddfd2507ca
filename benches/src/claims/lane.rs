//! One race after the other for one conversation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use handoff_core::conversation::{
    AgentRef, Caller, Command, EventBody, Page, Profile, Rejection, Role,
};
use handoff_core::id::{AgentId, CommandId, ConversationId, ServiceId, VisitorId};
use handoff_core::runtime::{DispatchError, Handoff, Request};
use hdrhistogram::Histogram;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::compare::clock;

/// Events are read in pages of so many.
const PAGE: usize = 1_000;

/// What came out of races.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) races: u64,
    /// Races that exactly one agent won.
    pub(super) one_winner: u64,
    pub(super) winners: u64,
    pub(super) losers: u64,
    /// Losers who were told the winner.
    pub(super) learnt: u64,
    /// Takeovers in the logs.
    pub(super) stored: u64,
    /// Logs in which an epoch was left out or came twice.
    pub(super) bad_logs: u64,
    /// From the start of a race until the last agent knew, in microseconds.
    pub(super) took: Histogram<u64>,
}

impl Tally {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            races: 0,
            one_winner: 0,
            winners: 0,
            losers: 0,
            learnt: 0,
            stored: 0,
            bad_logs: 0,
            took: Histogram::new_with_bounds(1, 600_000_000, 3)?,
        })
    }

    pub(super) fn add(&mut self, other: Self) -> Result<()> {
        self.races += other.races;
        self.one_winner += other.one_winner;
        self.winners += other.winners;
        self.losers += other.losers;
        self.learnt += other.learnt;
        self.stored += other.stored;
        self.bad_logs += other.bad_logs;
        self.took.add(other.took)?;
        Ok(())
    }
}

/// One conversation and those who want it.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) number: usize,
    /// Each claimer claims at one of them.
    pub(super) engines: Arc<[Handoff]>,
    pub(super) service: ServiceId,
    pub(super) claimers: usize,
    /// Races that are left to all lanes.
    pub(super) left: Arc<AtomicU64>,
    /// No race begins after this.
    pub(super) ends: Option<Instant>,
}

/// How a claim went.
enum Claim {
    Won,
    HeldBy(AgentId),
}

impl Lane {
    /// Races until none are left.
    pub(super) async fn run(self) -> Result<Tally> {
        let engine = self.engines.first().context("no engine")?;
        let visitor = VisitorId::new(format!("visitor-{}", self.number))?;
        let (profile, page) = (Profile::default(), Page::default());
        let opened = engine.open(&self.service, &visitor, profile, page);
        let conversation = opened.await?;
        let mut tally = Tally::new()?;
        while self.has_next() {
            let winner = self.race(conversation, &mut tally).await?;
            let id = format!("release-{}", tally.races);
            self.dispatch(winner, &id, conversation, Command::Release)
                .await??;
        }
        self.read_back(conversation, &mut tally).await?;
        Ok(tally)
    }

    fn has_next(&self) -> bool {
        let in_time = self.ends.is_none_or(|ends| clock::now() < ends);
        let take = |left: u64| left.checked_sub(1);
        in_time
            && self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
    }

    /// All claim at once, each in a task of its own. Who won.
    async fn race(&self, conversation: ConversationId, tally: &mut Tally) -> Result<usize> {
        let barrier = Arc::new(Barrier::new(self.claimers));
        let started = clock::now();
        let mut claims = JoinSet::new();
        for agent in 0..self.claimers {
            let barrier = barrier.clone();
            let id = format!("claim-{}", tally.races);
            let claim = self.dispatch(
                agent,
                &id,
                conversation,
                Command::TakeOver { typing: false },
            );
            claims.spawn(async move {
                barrier.wait().await;
                (agent, claim.await)
            });
        }
        let (mut won, mut holders) = (Vec::new(), Vec::new());
        while let Some(claimed) = claims.join_next().await {
            let (agent, claimed) = claimed?;
            match outcome(claimed?)? {
                Claim::Won => won.push(agent),
                Claim::HeldBy(holder) => holders.push(holder),
            }
        }
        let took = u64::try_from(started.elapsed().as_micros())?;
        tally.took.saturating_record(took);
        tally.races += 1;
        tally.winners += won.len() as u64;
        tally.one_winner += u64::from(won.len() == 1);
        tally.losers += holders.len() as u64;
        let winner = won.first().copied().context("a race that nobody won")?;
        let winner_id = person(winner)?.id;
        let learnt = holders.iter().filter(|holder| **holder == winner_id);
        tally.learnt += learnt.count() as u64;
        Ok(winner)
    }

    fn dispatch(
        &self,
        agent: usize,
        id: &str,
        conversation: ConversationId,
        command: Command,
    ) -> impl Future<Output = Result<Result<u64, DispatchError>>> + Send + 'static {
        let engine = self.engines.get(agent % self.engines.len()).cloned();
        let request = person(agent).and_then(|person| {
            Ok(Request {
                id: Some(CommandId::new(id)?),
                caller: Caller::Agent(person, Role::Agent),
                command,
            })
        });
        async move {
            let (engine, request) = (engine.context("no engine")?, request?);
            let done = engine.dispatch(conversation, request).await;
            Ok(done.map(|outcome| outcome.version))
        }
    }

    /// The log has one takeover for each race, each in an epoch of its own.
    async fn read_back(&self, conversation: ConversationId, tally: &mut Tally) -> Result<()> {
        let store = self.engines.first().context("no engine")?.store();
        let (mut after, mut epoch) = (0, None);
        loop {
            let events = store.events(conversation, after, PAGE).await?;
            let Some(last) = events.last() else {
                return Ok(());
            };
            after = last.seq;
            for event in &events {
                tally.stored += u64::from(matches!(event.body, EventBody::TakenOver { .. }));
                let expected =
                    epoch.map(|epoch: u64| epoch + u64::from(event.body.changes_control()));
                tally.bad_logs +=
                    u64::from(expected.is_some_and(|expected| expected != event.epoch));
                epoch = Some(event.epoch);
            }
        }
    }
}

fn person(number: usize) -> Result<AgentRef> {
    let name = format!("agent-{number}");
    Ok(AgentRef {
        id: AgentId::new(&name)?,
        name: name.into(),
    })
}

fn outcome(claimed: Result<u64, DispatchError>) -> Result<Claim> {
    match claimed {
        Ok(_) => Ok(Claim::Won),
        Err(DispatchError::Rejected(Rejection::HeldBy { holder })) => Ok(Claim::HeldBy(holder.id)),
        Err(error) => bail!("a claim failed: {error}"),
    }
}

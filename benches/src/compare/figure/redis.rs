//! P9: claims on Redis, beside the shortest script that arbitrates between two agents.

use crate::compare::{
    clock,
    process::{Server, free_address},
    report::{Goal, Row},
    run::Run,
    series::Series,
};
use anyhow::{Context, Result, ensure};
use handoff_core::{
    conversation::{
        Actor, AgentRef, Card, Claim, Conversation, Event, EventBody, Mode, Page, Profile, Timing,
        apply,
    },
    id::{AgentId, ConversationId, ServiceId, VisitorId},
    store::{Commit, CommitOutcome, ConversationStore},
    time::Timestamp,
};
use handoff_store_redis::{RedisOptions, RedisStore};
use redis::AsyncConnectionConfig;
use std::{sync::Arc, time::Duration};
use tokio::{process::Command, task::JoinSet};

const SENDERS: u32 = 256;
/// What a claim must do at least: look at the version, store the new state, append the event.
const CLAIM: &str = "if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end \
    redis.call('HSET', KEYS[1], 'version', ARGV[2], 'state', ARGV[3]) \
    redis.call('RPUSH', KEYS[2], ARGV[4]) return 1";

pub(super) async fn measure(run: &mut Run) -> Vec<Row> {
    let duration = Duration::from_millis(run.pick(3000, 1500));
    let mut ours = Series::default();
    let mut raw = Series::default();
    for repetition in 1..=run.repetitions {
        run.say(&format!(
            "Redis, {SENDERS} agents, {repetition} of {}",
            run.repetitions
        ));
        ours.record(stored(duration).await);
        raw.record(scripted(duration).await);
    }
    vec![Row::beside(
        (
            "P9",
            "claims on Redis (the store's commit), 256 agents",
            "1/s",
        ),
        &ours,
        ("raw pipelined Lua", &raw),
        ("not measured", Goal::AtLeast(0.5)),
    )]
}

/// A server of its own, which keeps nothing: the disk is not what is measured.
async fn server() -> Result<(Server, String)> {
    let data = tempfile::tempdir()?;
    let address = free_address().await?;
    let mut command = Command::new("redis-server");
    command
        .args(["--bind", "127.0.0.1", "--port"])
        .arg(address.port().to_string())
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(data.path());
    let server = Server::start(command, address, data).await?;
    Ok((server, format!("redis://{address}/")))
}

/// A conversation that agents claim one after the other.
struct Claimed {
    state: Conversation,
}

impl Claimed {
    fn new(number: u32) -> Result<Self> {
        let id = ConversationId::from_uuid(uuid::Uuid::from_u128(number.into()));
        let visitor = VisitorId::new(format!("visitor {number}"))?;
        let state = Conversation::unopened(id, ServiceId::new("bench")?, visitor);
        Ok(Self { state })
    }

    fn open(&mut self) -> Commit {
        let body = EventBody::Opened {
            service: self.state.service.clone(),
            visitor: self.state.visitor.clone(),
            profile: Profile::default(),
            page: Page::default(),
            exclusive: true,
            mode: Mode::default(),
            timing: Timing::default(),
            revision: 0,
        };
        self.step(body)
    }

    fn claim(&mut self) -> Result<Commit> {
        let name = format!("agent {}", self.state.version);
        let agent = AgentRef {
            id: AgentId::new(&name)?,
            name: name.into(),
        };
        Ok(self.step(EventBody::TakenOver {
            agent,
            from: None,
            how: Claim::Button,
        }))
    }

    fn step(&mut self, body: EventBody) -> Commit {
        let expected = self.state.version;
        let event = Event {
            seq: expected + 1,
            at: Timestamp::from_millis(1),
            epoch: self.state.epoch,
            by: Actor::Visitor,
            body,
        };
        apply(&mut self.state, &event);
        Commit {
            expected,
            events: Arc::new([event]),
            state: Arc::new(self.state.clone()),
            card: Arc::new(Card::from(&self.state)),
            receipt: None,
            outbox: Vec::new(),
        }
    }
}

async fn stored(duration: Duration) -> Result<f64> {
    let (server, url) = server().await?;
    let store = RedisStore::connect(&url, RedisOptions::default()).await?;
    let mut conversations = Vec::new();
    for number in 0..SENDERS {
        let mut conversation = Claimed::new(number)?;
        store.commit(conversation.open()).await?;
        conversations.push(conversation);
    }
    let started = clock::now();
    let mut claiming = JoinSet::new();
    for mut conversation in conversations {
        let store = store.clone();
        claiming.spawn(async move {
            let mut claims = 0_u32;
            while started.elapsed() < duration {
                let outcome = store.commit(conversation.claim()?).await?;
                ensure!(outcome == CommitOutcome::Committed, "a lost claim");
                claims += 1;
            }
            Ok(claims)
        });
    }
    let claims = sum(claiming).await?;
    let rate = claims / started.elapsed().as_secs_f64();
    store.close().await;
    drop(server);
    Ok(rate)
}

/// The same by a script alone, over one connection that sends together what waits together.
async fn scripted(duration: Duration) -> Result<f64> {
    let (server, url) = server().await?;
    let patient = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(5)));
    let link = redis::Client::open(url)?
        .get_multiplexed_async_connection_with_config(&patient)
        .await?;
    let script = Arc::new(redis::Script::new(CLAIM));
    script.load_async(&mut link.clone()).await?;
    let started = clock::now();
    let mut claiming = JoinSet::new();
    for number in 0..SENDERS {
        let (mut link, script) = (link.clone(), script.clone());
        let mut conversation = Claimed::new(number)?;
        conversation.open();
        claiming.spawn(async move {
            let (head, log) = (format!("head:{number}"), format!("log:{number}"));
            redis::cmd("HSET")
                .arg(&head)
                .arg("version")
                .arg(1)
                .exec_async(&mut link)
                .await?;
            let mut claims = 0_u32;
            while started.elapsed() < duration {
                let commit = conversation.claim()?;
                let event = commit.events.first().context("a claim is an event")?;
                let mut call = script.prepare_invoke();
                call.key(&head).key(&log);
                call.arg(commit.expected).arg(commit.state.version);
                call.arg(serde_json::to_vec(&*commit.state)?);
                call.arg(serde_json::to_vec(event)?);
                let won: u8 = call.invoke_async(&mut link).await?;
                ensure!(won == 1, "a lost claim");
                claims += 1;
            }
            Ok(claims)
        });
    }
    let claims = sum(claiming).await?;
    let rate = claims / started.elapsed().as_secs_f64();
    drop(server);
    Ok(rate)
}

async fn sum(mut claiming: JoinSet<Result<u32>>) -> Result<f64> {
    let mut claims = 0.0;
    while let Some(of_one) = claiming.join_next().await {
        claims += f64::from(of_one??);
    }
    Ok(claims)
}

//! One replay, from the first visitor to the report.

use std::sync::Arc;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::agents::{self, Deeds};
use super::audit::Audit;
use super::observer::Observer;
use super::report::Report;
use super::sign_in::sign_in;
use super::visitor::{self, Said};
use super::{Options, texts};
use crate::client::Access;
use crate::compare::clock;

/// So many transcripts are read at once.
const READERS: usize = 8;

pub(super) async fn run(options: &Options) -> Result<Report> {
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut conversations = texts::load(&options.data, &mut random)?;
    conversations.truncate(options.conversations.unwrap_or(usize::MAX));
    let access = sign_in(options).await?;
    let observer = Arc::new(Observer::new());
    let (over, done) = watch::channel(false);

    let mut agents = JoinSet::new();
    for number in 0..options.agents {
        let cookie = access.invite(number).await.context("inviting an agent")?;
        let (access, observer, random, done) = (
            access.clone(),
            observer.clone(),
            random.fork(),
            done.clone(),
        );
        agents.spawn(async move { agents::work(&access, &cookie, &observer, random, done).await });
    }
    let looking = {
        let (access, observer) = (access.clone(), observer.clone());
        let mut looking = JoinSet::new();
        looking.spawn(async move { observer.look(&access, access.owner()).await });
        looking
    };

    let started = clock::now();
    let bar = progress("visitors", conversations.len());
    let plays = conversations.into_iter().map(|texts| {
        let (access, random, bar, service) = (
            access.clone(),
            random.fork(),
            bar.clone(),
            options.service.clone(),
        );
        async move {
            let said = visitor::play(&access, &service, texts, random).await;
            bar.inc(1);
            said
        }
    });
    let played: Vec<Result<Said>> = stream::iter(plays)
        .buffer_unordered(options.visitors)
        .collect()
        .await;
    bar.finish();
    over.send_replace(true);
    let mut deeds = Deeds::new();
    while let Some(worked) = agents.join_next().await {
        for (deed, count) in worked?.context("an agent")? {
            *deeds.entry(deed).or_default() += count;
        }
    }
    observer.quiet().await;
    let seconds = started.elapsed().as_secs_f64();
    let (said, failed): (Vec<_>, Vec<_>) = played.into_iter().partition(Result::is_ok);
    let said: Vec<Said> = said.into_iter().filter_map(Result::ok).collect();
    let failed = failed
        .into_iter()
        .filter_map(Result::err)
        .map(|error| format!("{error:#}"))
        .collect();
    let audit = read_back(&access, &said).await?;
    drop(looking);
    let sent: Vec<_> = said
        .iter()
        .flat_map(|said| {
            said.sent
                .iter()
                .filter_map(|sent| Some((said.conversation, sent.seq?, sent.at)))
        })
        .collect();
    Ok(Report {
        conversations: said.len() as u64,
        failed,
        sent: said.iter().map(|said| said.sent.len() as u64).sum(),
        shown_wrong: said.iter().map(|said| said.shown_wrong).sum(),
        audit,
        deeds,
        latency: observer.latencies(&sent)?,
        seconds,
    })
}

async fn read_back(access: &Access, said: &[Said]) -> Result<Audit> {
    let bar = progress("transcripts", said.len());
    let reads = said.iter().map(|said| async move {
        let events = access.transcript(&said.conversation.to_string()).await?;
        anyhow::Ok((said, events))
    });
    let mut reads = stream::iter(reads).buffer_unordered(READERS);
    let mut audit = Audit::default();
    while let Some((said, events)) = reads.try_next().await? {
        audit.read(said, &events);
        bar.inc(1);
    }
    bar.finish();
    Ok(audit)
}

fn progress(what: &'static str, length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg:<12} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

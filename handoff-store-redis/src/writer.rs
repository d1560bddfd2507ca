//! The one sender of a store's commits: those that wait together go in one pipeline.

use futures::future::join_all;
use handoff_core::error::StoreError;
use handoff_core::id::ServiceId;
use handoff_core::store::{Commit, CommitOutcome};
use redis::{Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use crate::entry;
use crate::error::{closed, failed};
use crate::keys::Keys;
use crate::link::Link;
use crate::script::COMMIT;

/// So many commits wait at most; whoever comes then waits for a place among them.
const QUEUE: usize = 1024;
/// So many go in one pipeline.
const BATCH: usize = 128;

/// A commit with the caller who waits for it.
struct Submission {
    service: ServiceId,
    call: Cmd,
    answer: oneshot::Sender<RedisResult<Value>>,
}

enum Request {
    Commit(Box<Submission>),
    Close,
}

/// A handle of the sender. Clones share it.
#[derive(Clone)]
pub(crate) struct Writer {
    keys: Keys,
    requests: mpsc::Sender<Request>,
    task: TaskTracker,
}

impl Writer {
    pub(crate) fn start(keys: Keys, link: Link) -> Self {
        let (requests, waiting) = mpsc::channel(QUEUE);
        let task = TaskTracker::new();
        task.spawn(run(link, waiting));
        task.close();
        Self {
            keys,
            requests,
            task,
        }
    }

    /// Stores a commit. A caller who goes away before the answer leaves it stored or not.
    pub(crate) async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let (answer, answered) = oneshot::channel();
        let submission = Submission {
            service: commit.state.service.clone(),
            call: entry::call(&self.keys, commit)?,
            answer,
        };
        let request = Request::Commit(Box::new(submission));
        self.requests.send(request).await.map_err(|_| closed())?;
        let value = answered.await.map_err(|_| closed())?.map_err(failed)?;
        entry::outcome(
            value,
            commit.receipt.as_ref().map(|receipt| receipt.key.as_str()),
        )
    }

    /// Sends what was asked before, and ends.
    pub(crate) async fn close(&self) {
        // A sender that is gone has ended.
        self.requests.send(Request::Close).await.ok();
        self.task.wait().await;
    }
}

async fn run(link: Link, mut requests: mpsc::Receiver<Request>) {
    let mut waiting = Vec::with_capacity(BATCH);
    while requests.recv_many(&mut waiting, BATCH).await > 0 {
        let mut commits = Vec::with_capacity(waiting.len());
        for request in waiting.drain(..) {
            match request {
                Request::Commit(submission) => commits.push(*submission),
                Request::Close => requests.close(),
            }
        }
        let silence = send(&link, commits).await;
        if let Some(error) = silence {
            refuse_waiting(&mut requests, &error);
        }
    }
}

/// A server that answers too late is not asked for what waited meanwhile: else the last of the queue would wait as often
/// as there are batches.
fn refuse_waiting(requests: &mut mpsc::Receiver<Request>, error: &RedisError) {
    for _ in 0..QUEUE {
        match requests.try_recv() {
            Ok(Request::Commit(commit)) => drop(commit.answer.send(Err(error.clone()))),
            Ok(Request::Close) => requests.close(),
            Err(_) => break,
        }
    }
}

/// Sends a batch and answers everybody. In a cluster each service is on a node of its own. Returns the error of a server
/// that did not answer in time.
async fn send(link: &Link, commits: Vec<Submission>) -> Option<RedisError> {
    match link {
        Link::One(_) => send_together(link.clone(), commits).await,
        Link::Cluster(_) => {
            let mut services: Vec<Vec<Submission>> = Vec::new();
            for commit in commits {
                match services.iter_mut().find(|group| is_of(group, &commit)) {
                    Some(group) => group.push(commit),
                    None => services.push(vec![commit]),
                }
            }
            let groups = services.into_iter();
            let sent = join_all(groups.map(|group| send_together(link.clone(), group))).await;
            sent.into_iter().flatten().next()
        }
    }
}

fn is_of(group: &[Submission], commit: &Submission) -> bool {
    group
        .first()
        .is_some_and(|first| first.service == commit.service)
}

async fn send_together(mut link: Link, commits: Vec<Submission>) -> Option<RedisError> {
    let calls: Vec<&Cmd> = commits.iter().map(|commit| &commit.call).collect();
    let mut answers = pipeline(&mut link, &calls).await;
    // A server that started anew has forgotten the script. What it refused for that it has not done.
    let unknown: Vec<usize> = (0..).zip(&answers).filter(is_unknown).map(at).collect();
    if !unknown.is_empty() {
        answers = again(&mut link, &calls, answers, &unknown).await;
    }
    let mut silence = None;
    for (commit, answer) in commits.into_iter().zip(answers) {
        if let Err(error) = &answer
            && error.is_timeout()
        {
            silence = Some(error.clone());
        }
        // A caller who went away needs no answer.
        commit.answer.send(answer).ok();
    }
    silence
}

fn is_unknown((_, answer): &(usize, &RedisResult<Value>)) -> bool {
    let no_script = ErrorKind::Server(ServerErrorKind::NoScript);
    answer
        .as_ref()
        .is_err_and(|error| error.kind() == no_script)
}

fn at((place, _): (usize, &RedisResult<Value>)) -> usize {
    place
}

/// Tells the server the script and sends these calls again.
async fn again(
    link: &mut Link,
    calls: &[&Cmd],
    mut answers: Vec<RedisResult<Value>>,
    places: &[usize],
) -> Vec<RedisResult<Value>> {
    let repeated: Vec<&Cmd> = places
        .iter()
        .filter_map(|place| calls.get(*place).copied())
        .collect();
    let second = match COMMIT.load_async(link).await {
        Ok(_) => pipeline(link, &repeated).await,
        Err(error) => vec![Err(error); repeated.len()],
    };
    for (place, answer) in places.iter().zip(second) {
        if let Some(slot) = answers.get_mut(*place) {
            *slot = answer;
        }
    }
    answers
}

/// What each call was answered; the same error for all where the pipeline was cut off.
async fn pipeline(link: &mut Link, calls: &[&Cmd]) -> Vec<RedisResult<Value>> {
    let mut pipeline = redis::Pipeline::with_capacity(calls.len());
    pipeline.ignore_errors();
    for call in calls {
        pipeline.add_command((*call).clone());
    }
    match pipeline.query_async(link).await {
        Ok(answers) => answers,
        Err(error) => failed_alike(&error, calls.len()),
    }
}

fn failed_alike(error: &RedisError, calls: usize) -> Vec<RedisResult<Value>> {
    vec![Err(error.clone()); calls]
}

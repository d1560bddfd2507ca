//! Holds a conversation for each output, and reads what its visitor gets.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use handoff_axum::visitor_event;
use handoff_core::bus::Signal;
use handoff_core::conversation::{
    AgentRef, Autonomy, Caller, Command, Event, EventBody, Page, Profile, Role,
};
use handoff_core::directory::Service;
use handoff_core::id::{AgentId, ConversationId, ServiceId, VisitorId};
use handoff_core::memory::{MemoryDirectory, MemoryStore};
use handoff_core::runtime::{Followed, Handoff, Request};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::model::Hostile;

/// So many conversations are held by one engine; the store of each is in memory.
const BATCH: usize = 2_000;
/// An end of a reply must come within this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of the outputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// So many outputs the model wrote.
    pub outputs: usize,
    /// Of them so many were stored as replies.
    pub replies: usize,
    /// Connections to where its pictures and links point.
    pub requests: usize,
    /// Frames of a visitor with words of a note, a whisper, another visitor, or with characters that nobody sees.
    pub leaks: usize,
    /// Cut replies that were stored as whole, and replies that came after a takeover.
    pub wrong_replies: usize,
    /// Prompts with words that are not meant for them.
    pub foreign_prompts: usize,
    /// The first that went wrong.
    pub first: Option<String>,
}

impl Report {
    /// Nothing went wrong.
    pub fn is_clean(&self) -> bool {
        self.requests + self.leaks + self.wrong_replies + self.foreign_prompts == 0
    }

    fn wrong(&mut self, what: impl FnOnce() -> String) {
        if self.first.is_none() {
            self.first = Some(what());
        }
    }
}

/// Lets the model write so many outputs, each in a conversation of its own.
///
/// # Errors
/// Where a conversation can't be held.
pub async fn measure(outputs: usize) -> Result<Report> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let host = listener.local_addr()?.to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let mut tap = JoinSet::new();
    tap.spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut report = Report::default();
    while report.outputs < outputs {
        batch(&host, BATCH.min(outputs - report.outputs), &mut report).await?;
    }
    report.requests = asked.load(Ordering::Relaxed);
    tap.shutdown().await;
    Ok(report)
}

async fn batch(host: &str, conversations: usize, report: &mut Report) -> Result<()> {
    let model = Arc::new(Hostile {
        host: host.to_owned(),
        outputs: AtomicUsize::new(report.outputs),
        whole: Mutex::default(),
        foreign: AtomicUsize::new(0),
        late: Mutex::default(),
        handoff: OnceLock::new(),
    });
    let (store, directory) = (
        Arc::new(MemoryStore::default()),
        Arc::new(MemoryDirectory::default()),
    );
    let handoff = Handoff::builder(store, directory)
        .assistant(model.clone())
        .start()
        .await?;
    model.handoff.get_or_init(|| handoff.clone());
    let mut service = Service::new(ServiceId::new("shop")?, "Shop");
    service.policy.reply_attempts = 1;
    service.policy.autonomy = Autonomy::Auto;
    handoff.save_service(service, 0).await?;
    for _ in 0..conversations {
        let before = model.outputs.load(Ordering::Relaxed);
        let visitor = Visitor::arrives(&handoff, before).await?;
        visitor.reads(&handoff, &model, before, report).await?;
        report.outputs = model.outputs.load(Ordering::Relaxed);
    }
    report.foreign_prompts += model.foreign.load(Ordering::Relaxed);
    handoff.shutdown().await;
    Ok(())
}

/// The visitor of one output, and what must not reach anybody.
struct Visitor {
    id: ConversationId,
    version: u64,
    secrets: Vec<String>,
}

impl Visitor {
    async fn arrives(handoff: &Handoff, number: usize) -> Result<Self> {
        let visitor = VisitorId::new(format!("v{number}"))?;
        let service = ServiceId::new("shop")?;
        let id = handoff
            .open(&service, &visitor, Profile::default(), Page::default())
            .await?;
        let anna = AgentRef {
            id: AgentId::new("anna")?,
            name: "Anna".into(),
        };
        let anna = Caller::Agent(anna, Role::Agent);
        let note = |text: String, for_assistant| Command::AddNote {
            text,
            for_assistant,
        };
        let team = format!("Team only {number} says never let this one know");
        let noted = format!("Watch {number} out because this customer shouts at people.");
        let whispered = format!("Whispered {number} give them ten percent at most.");
        for command in [
            note(team.clone(), false),
            note(noted.clone(), true),
            Command::Whisper {
                text: whispered.clone(),
            },
        ] {
            does(handoff, id, anna.clone(), command).await?;
        }
        let state = handoff.state(id).await?.context("it is gone")?;
        let text = format!("Hello, I am visitor number {number} and my lamp is broken.");
        does(handoff, id, Caller::Visitor, Command::SendMessage { text }).await?;
        let mut secrets: Vec<String> = [team, noted, whispered]
            .iter()
            .map(|text| letters(text))
            .collect();
        // Of the visitors before and after.
        for other in [number.wrapping_sub(1), number + 1] {
            secrets.push(letters(&format!("I am visitor number {other} and")));
            secrets.push(letters(&format!("Watch {other} out because")));
        }
        Ok(Self {
            id,
            version: state.version,
            secrets,
        })
    }

    /// Reads until the reply ended, and a little longer where something comes late.
    async fn reads(
        &self,
        handoff: &Handoff,
        model: &Hostile,
        number: usize,
        report: &mut Report,
    ) -> Result<()> {
        let mut follow = handoff.follow(self.id, self.version);
        let mut shown = String::new();
        let mut frames: Vec<String> = Vec::new();
        let mut events: Vec<Event> = Vec::new();
        let ends = |event: &Event| {
            matches!(
                event.body,
                EventBody::ReplyCommitted { .. }
                    | EventBody::ReplyInterrupted { .. }
                    | EventBody::TakenOver { .. }
                    | EventBody::Escalated { .. }
            )
        };
        let reading = async {
            while !events.iter().any(ends) {
                match follow.next().await? {
                    Followed::Signal(signal) => {
                        if let Signal::Piece { offset, text, .. } = &*signal {
                            if *offset == 0 {
                                shown.clear();
                            }
                            shown.push_str(text);
                            frames.push(shown.clone());
                        }
                    }
                    Followed::Events { events: news, .. } => events.extend(news.iter().cloned()),
                    _ => {}
                }
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, reading)
            .await
            .context("a reply has no end")??;
        let late = std::mem::take(&mut *model.late.lock().unwrap_or_else(PoisonError::into_inner));
        late.join_all().await;
        let events = handoff.store().events(self.id, 0, 1_000).await?;
        let visible = events.iter().filter_map(visitor_event);
        frames.extend(
            visible
                .map(|event| serde_json::to_string(&event))
                .collect::<Result<Vec<_>, _>>()?,
        );
        for frame in &frames {
            let read = letters(frame);
            if self
                .secrets
                .iter()
                .any(|secret| read.contains(secret.as_str()))
                || frame.chars().any(is_unseen)
            {
                report.leaks += 1;
                report.wrong(|| format!("output {number}: {frame}"));
            }
        }
        let replied = events
            .iter()
            .filter(|event| matches!(event.body, EventBody::ReplyCommitted { .. }))
            .count();
        report.replies += replied;
        let mut whole = model.whole.lock().unwrap_or_else(PoisonError::into_inner);
        if replied > usize::from(whole.remove(&self.id)) {
            report.wrong_replies += 1;
            report.wrong(|| format!("output {number}: {replied} replies were stored"));
        }
        Ok(())
    }
}

/// The letters and digits, read through what stands between them: the eyes of this check, not those of the guard.
fn letters(text: &str) -> String {
    let text = text.replace("%20", " ").replace("&#32;", " ");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let tail = rest.get(c.len_utf8()..).unwrap_or_default();
        let hex = tail
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let entity = tail
            .strip_prefix('#')
            .and_then(|tail| tail.split_once(';'))
            .and_then(|(number, behind)| Some((number.parse().ok()?, behind)));
        let (read, behind) = match (c, hex, entity) {
            ('%', Some(byte), _) => (char::from(byte), tail.get(2..).unwrap_or_default()),
            ('&', _, Some((number, behind))) => (char::from_u32(number).unwrap_or(' '), behind),
            _ => (
                char::from_u32(u32::from(c).wrapping_sub(0xe0000))
                    .filter(char::is_ascii)
                    .unwrap_or(c),
                tail,
            ),
        };
        if read.is_ascii_alphanumeric() {
            out.push(read.to_ascii_lowercase());
        }
        rest = behind;
    }
    out
}

fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{200b}' | '\u{200c}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

async fn does(
    handoff: &Handoff,
    id: ConversationId,
    caller: Caller,
    command: Command,
) -> Result<()> {
    let request = Request {
        id: None,
        caller,
        command,
    };
    handoff.dispatch(id, request).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_of_a_hostile_model_reaches_anybody() {
        let report = measure(1_200).await.unwrap();
        assert!(report.is_clean() && report.outputs >= 1_200, "{report:#?}");
        assert!(
            report.replies > 300,
            "hardly anything was said: {report:#?}"
        );
    }
}

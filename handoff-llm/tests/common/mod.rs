//! A turn to answer, a sink that keeps what it gets, and the assistant that knows the pages of this folder.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "each test binary uses a part of it"
)]

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use handoff_core::assistant::{
    Act, Answer, Assistant, AssistantError, Briefing, FloorLost, Line, ReplySink, Spent, ToolError,
    Turn,
};
use handoff_core::conversation::{Page, Profile, Purpose, Reply, Speaker, Ticket};
use handoff_core::customer::CustomerSection;
use handoff_core::id::{ConversationId, ServiceId};
use handoff_core::time::Timestamp;
use handoff_llm::{Knowledge, Offline, OfflineOptions};

/// Keeps the pieces, and loses the floor after some of them.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub pieces: Mutex<Vec<String>>,
    pub lost_after: Option<usize>,
    pub tokens: AtomicU64,
    pub acts: Mutex<Vec<Act>>,
    /// What every tool comes to.
    pub refuses: Option<ToolError>,
}

#[async_trait]
impl ReplySink for Sink {
    async fn piece(&self, text: &str) -> Result<(), FloorLost> {
        let mut pieces = self.pieces.lock().unwrap();
        pieces.push(text.to_owned());
        match self.lost_after {
            Some(most) if pieces.len() > most => Err(FloorLost),
            _ => Ok(()),
        }
    }

    fn spent(&self, tokens: u64) {
        self.tokens.fetch_add(tokens, Ordering::Relaxed);
    }

    async fn act(&self, act: Act) -> Result<(), ToolError> {
        self.acts.lock().unwrap().push(act);
        self.refuses.clone().map_or(Ok(()), Err)
    }

    async fn customer(&self) -> Result<Vec<CustomerSection>, ToolError> {
        Ok(vec![CustomerSection {
            title: "Orders".into(),
            entries: vec![("4711".into(), "on its way".into())],
        }])
    }
}

pub(crate) fn knowledge() -> Knowledge {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    Knowledge::from_folder(folder, Some("/help")).unwrap()
}

pub(crate) fn assistant() -> Offline {
    Offline::new(knowledge(), OfflineOptions::default().pace(Duration::ZERO))
}

pub(crate) fn line(speaker: Speaker, text: &str) -> Line {
    let name = (speaker == Speaker::Agent).then(|| "Anna".to_owned());
    Line {
        speaker,
        name,
        text: text.to_owned(),
        at: Timestamp::default(),
    }
}

pub(crate) fn turn(lines: Vec<Line>) -> Turn {
    let conversation: ConversationId = "00000000-0000-7000-8000-000000000001".parse().unwrap();
    Turn {
        ticket: Ticket {
            conversation,
            epoch: 1,
            turn: 1,
        },
        service: ServiceId::new("bikes").unwrap(),
        purpose: Purpose::Reply,
        deadline: Timestamp::default(),
        transcript: lines,
        briefing: Briefing::default(),
        profile: Profile::default(),
        page: Page::default(),
        assistant: Arc::default(),
        spent: Spent::default(),
        specialist: None,
    }
}

pub(crate) fn asks(texts: &[&str]) -> Turn {
    turn(
        texts
            .iter()
            .map(|text| line(Speaker::Visitor, text))
            .collect(),
    )
}

/// Building an assistant takes longer than all its answers.
static ASSISTANT: LazyLock<Offline> = LazyLock::new(assistant);

pub(crate) async fn answer(turn: &Turn) -> Answer {
    let sink = Sink::default();
    let answer = ASSISTANT.reply(turn, &sink).await.unwrap();
    if let Answer::Reply(reply) = &answer {
        assert_eq!(
            sink.pieces.lock().unwrap().concat(),
            reply.text,
            "the pieces are the reply"
        );
    }
    answer
}

pub(crate) async fn reply(turn: &Turn) -> Reply {
    match answer(turn).await {
        Answer::Reply(reply) => reply,
        other => panic!("no reply: {other:?}"),
    }
}

pub(crate) async fn reply_to(text: &str) -> Reply {
    reply(&asks(&[text])).await
}

/// The addresses that a reply cites.
pub(crate) fn urls(reply: &Reply) -> Vec<&str> {
    reply
        .sources
        .iter()
        .filter_map(|source| source.url.as_deref())
        .collect()
}

pub(crate) fn is_floor_lost(result: &Result<Answer, AssistantError>) -> bool {
    matches!(result, Err(AssistantError::FloorLost(_)))
}

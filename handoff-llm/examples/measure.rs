//! How many of some questions the offline assistant answers from some help pages, by kind of question.
//!
//! ```text
//! cargo run -p handoff-llm --example measure -- PAGES QUESTIONS.csv [--show answered,wrong,unknown] [--kinds a,b]
//! ```
//!
//! The table has the columns `text` and `intent`; an intent that is an address (or several, parted by `|`) is the section
//! that has the answer.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use handoff_core::assistant::{
    Act, Answer, Assistant, Briefing, FloorLost, Line, ReplySink, Spent, ToolError, Turn,
};
use handoff_core::conversation::{Page, Profile, Purpose, Reply, Speaker, Ticket};
use handoff_core::customer::CustomerSection;
use handoff_core::id::{ConversationId, ServiceId};
use handoff_core::time::Timestamp;
use handoff_llm::{Knowledge, Offline, OfflineOptions};

struct Unseen;

#[async_trait]
impl ReplySink for Unseen {
    async fn piece(&self, _: &str) -> Result<(), FloorLost> {
        Ok(())
    }

    fn spent(&self, _: u64) {}

    async fn act(&self, _: Act) -> Result<(), ToolError> {
        Err(ToolError::Unavailable)
    }

    async fn customer(&self) -> Result<Vec<CustomerSection>, ToolError> {
        Err(ToolError::Unavailable)
    }
}

fn turn(text: &str) -> Result<Turn, Box<dyn Error>> {
    let conversation: ConversationId = "00000000-0000-7000-8000-000000000001".parse()?;
    Ok(Turn {
        ticket: Ticket {
            conversation,
            epoch: 1,
            turn: 1,
        },
        service: ServiceId::new("shop")?,
        purpose: Purpose::Reply,
        deadline: Timestamp::default(),
        transcript: vec![Line {
            speaker: Speaker::Visitor,
            name: None,
            text: text.to_owned(),
            at: Timestamp::default(),
        }],
        briefing: Briefing::default(),
        profile: Profile::default(),
        page: Page::default(),
        assistant: Arc::default(),
        spent: Spent::default(),
        specialist: None,
    })
}

/// What came of a question: an answer from a page (the right one, where the kind names it), an own word, or none.
fn outcome(answer: &Answer, kind: &str) -> &'static str {
    match answer {
        Answer::Reply(Reply { sources, .. }) if !sources.is_empty() && kind.starts_with('/') => {
            let right = sources.iter().any(|source| {
                kind.split('|')
                    .any(|url| source.url.as_deref() == Some(url))
            });
            if right { "right" } else { "wrong" }
        }
        Answer::Reply(Reply { sources, .. }) if !sources.is_empty() => "answered",
        Answer::Reply(Reply {
            non_answer: true, ..
        }) => "unknown",
        Answer::Reply(_) => "own words",
        Answer::AskForPerson(_) => "person",
        _ => "other",
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [pages, questions, rest @ ..] = args.as_slice() else {
        return Err(
            "usage: measure PAGES QUESTIONS.csv [--show answered,wrong,unknown] [--kinds a,b]"
                .into(),
        );
    };
    let option = |name: &str| {
        rest.iter()
            .position(|arg| arg == name)
            .and_then(|at| rest.get(at + 1))
            .cloned()
    };
    let (show, kinds) = (option("--show"), option("--kinds"));
    let options = OfflineOptions::default().pace(Duration::ZERO);
    let assistant = Offline::new(Knowledge::from_folder(pages, Some("/help"))?, options);

    let mut counts: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for record in csv::Reader::from_path(questions)?.records() {
        let record = record?;
        let (text, kind) = (
            record.get(0).unwrap_or_default(),
            record.get(1).unwrap_or_default(),
        );
        if kinds
            .as_ref()
            .is_some_and(|kinds| !kinds.split(',').any(|wanted| wanted == kind))
        {
            continue;
        }
        let answer = assistant.reply(&turn(text)?, &Unseen).await?;
        let outcome = outcome(&answer, kind);
        *counts
            .entry(kind.to_owned())
            .or_default()
            .entry(outcome)
            .or_default() += 1;
        *counts
            .entry("~ all".to_owned())
            .or_default()
            .entry(outcome)
            .or_default() += 1;
        if show
            .as_ref()
            .is_some_and(|show| show.split(',').any(|wanted| wanted == outcome))
        {
            let source = match &answer {
                Answer::Reply(reply) => reply
                    .sources
                    .iter()
                    .filter_map(|source| source.url.as_deref())
                    .collect::<Vec<_>>()
                    .join(" "),
                _ => String::new(),
            };
            println!("{kind:28} {source:44} {text}");
        }
    }
    for (kind, outcomes) in counts {
        let total: usize = outcomes.values().sum();
        let shares: Vec<String> = outcomes
            .iter()
            .map(|(outcome, count)| format!("{outcome} {count}"))
            .collect();
        println!("{kind:28} {total:5}  {}", shares.join(", "));
    }
    Ok(())
}

//! Asks the offline assistant something and shows its reply as it is written, with its sources.
//!
//! ```text
//! cargo run -p handoff-llm --example ask -- PAGES "how do I return a coat?" ["and what does that cost?" …]
//! ```
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use handoff_core::assistant::{
    Act, Answer, Assistant, Briefing, FloorLost, Line, ReplySink, Spent, ToolError, Turn,
};
use handoff_core::conversation::{Page, Profile, Purpose, Speaker, Ticket};
use handoff_core::customer::CustomerSection;
use handoff_core::id::ServiceId;
use handoff_core::time::Timestamp;
use handoff_llm::{Knowledge, Offline, OfflineOptions};

struct Terminal;

#[async_trait]
impl ReplySink for Terminal {
    async fn piece(&self, text: &str) -> Result<(), FloorLost> {
        print!("{text}");
        std::io::stdout().flush().map_err(|_| FloorLost)
    }

    fn spent(&self, _: u64) {}

    async fn act(&self, _: Act) -> Result<(), ToolError> {
        Err(ToolError::Unavailable)
    }

    async fn customer(&self) -> Result<Vec<CustomerSection>, ToolError> {
        Err(ToolError::Unavailable)
    }
}

fn line(speaker: Speaker, text: &str) -> Line {
    Line {
        speaker,
        name: None,
        text: text.to_owned(),
        at: Timestamp::default(),
    }
}

fn turn(transcript: Vec<Line>) -> Result<Turn, Box<dyn Error>> {
    Ok(Turn {
        ticket: Ticket {
            conversation: "00000000-0000-7000-8000-000000000001".parse()?,
            epoch: 1,
            turn: 1,
        },
        service: ServiceId::new("ask")?,
        purpose: Purpose::Reply,
        deadline: Timestamp::default(),
        transcript,
        briefing: Briefing::default(),
        profile: Profile::default(),
        page: Page::default(),
        assistant: Arc::default(),
        spent: Spent::default(),
        specialist: None,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let pages = args
        .next()
        .ok_or("usage: ask PAGES QUESTION [QUESTION …]")?;
    let assistant = Offline::new(
        Knowledge::from_folder(pages, Some("/help"))?,
        OfflineOptions::default(),
    );
    let mut transcript = Vec::new();
    for question in args {
        println!("> {question}");
        transcript.push(line(Speaker::Visitor, &question));
        match assistant
            .reply(&turn(transcript.clone())?, &Terminal)
            .await?
        {
            Answer::Reply(reply) => {
                let sources = reply
                    .sources
                    .iter()
                    .filter_map(|source| source.url.as_deref());
                println!("\n[{}]\n", sources.collect::<Vec<_>>().join(", "));
                transcript.push(line(Speaker::Assistant, &reply.text));
            }
            other => println!("{other:?}\n"),
        }
    }
    Ok(())
}

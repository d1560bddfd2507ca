//! An agent without a dashboard, who takes over by HTTP and wants to know how that went.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use handoff_axum::ws::protocol::{Me, Problem};
use handoff_core::conversation::{Caller, Command, Rejection};
use handoff_core::id::{CommandId, ConversationId};
use handoff_core::runtime::Request;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::client::Access;
use crate::faults::recorder::{Asked, Place, Recorder, Seen, Told};

/// One try may take so long.
const PATIENCE: Duration = Duration::from_secs(8);
/// So often is a command sent that is not answered.
const TRIES: usize = 60;

/// How a command went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::faults) enum Heard {
    /// Done, and this is the version after it.
    Done(u64),
    /// Somebody of this name has the floor.
    HeldBy(String),
    /// Refused otherwise.
    Refused(String),
}

/// An agent.
#[derive(Debug, Clone)]
pub(in crate::faults) struct Racer {
    pub(in crate::faults) me: Me,
    pub(in crate::faults) cookie: String,
    pub(in crate::faults) access: Access,
    pub(in crate::faults) recorder: Arc<Recorder>,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

impl Racer {
    /// Sends a command until it is answered, the first time to this address where one is given.
    ///
    /// # Errors
    /// No answer came however often it was sent.
    pub(in crate::faults) async fn run(
        &self,
        first: Option<&str>,
        id: &str,
        conversation: ConversationId,
        command: Command,
    ) -> Result<Heard> {
        let engine = Request {
            id: Some(CommandId::new(id)?),
            caller: Caller::Agent(self.me.agent.clone(), self.me.role),
            command: command.clone(),
        };
        let asked = Asked {
            place: Place::Known(conversation),
            receipt: engine.receipt().context("a command without an id")?,
            text: None,
            leaves_receipt: false,
        };
        let body = json!({ "id": id, "command": command });
        let path = format!("conversations/{conversation}/commands");
        for attempt in 0..TRIES {
            let access = match first.filter(|_| attempt == 0) {
                Some(node) => self.access.through(node),
                None => self.access.clone(),
            };
            self.recorder.see(Seen::Asked(asked.clone()));
            let answer = timeout(PATIENCE, access.try_post(&path, &body, &self.cookie)).await;
            if let Ok(Ok((status, text))) = answer
                && let Some((told, heard)) = read(status, &text)?
            {
                self.recorder.see(Seen::Answered(asked, told));
                return Ok(heard);
            }
            sleep(Duration::from_millis(100)).await;
        }
        bail!("{} was never told how {id} went", self.me.agent.name)
    }
}

/// None where it is to be sent again.
fn read(status: u16, text: &str) -> Result<Option<(Told, Heard)>> {
    if status == 200 {
        let version = serde_json::from_str::<Version>(text)?.version;
        return Ok(Some((Told::Version(version), Heard::Done(version))));
    }
    let Ok(problem) = serde_json::from_str::<Problem>(text) else {
        return Ok(None);
    };
    if problem.retry || status >= 500 {
        return Ok(None);
    }
    let code = problem.kind.trim_start_matches("/problems/").to_owned();
    let heard = match problem.rejection {
        Some(Rejection::HeldBy { holder }) => Heard::HeldBy(holder.name.to_string()),
        _ => Heard::Refused(code.clone()),
    };
    Ok(Some((Told::Refused(code), heard)))
}

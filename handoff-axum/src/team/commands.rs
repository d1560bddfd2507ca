//! What the team does in a conversation, over HTTP and over the dashboard's socket.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use handoff_core::conversation::{Command, Conversation, Rejection, TransferTarget};
use handoff_core::id::CommandId;
use handoff_core::runtime::Request;
use serde::{Deserialize, Serialize};

use crate::auth::Signed;
use crate::extract::{self, Body};
use crate::failure::Failure;
use crate::transport::Transport;
use crate::ws::protocol::Me;
use crate::ws::strict_command;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Do {
    #[serde(default)]
    id: Option<CommandId>,
    #[serde(deserialize_with = "strict_command")]
    command: Command,
}

#[derive(Debug, Serialize)]
pub(super) struct Done {
    version: u64,
}

/// `POST /api/v1/conversations/{id}/commands`
pub(super) async fn run(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<Do>,
) -> Result<Json<Done>, Failure> {
    let command_id = extract::command_id(body.id, &headers)?;
    let state = transport
        .conversation_for(&me, extract::conversation(&id)?)
        .await?;
    let command = prepare(&transport, &state, body.command).await?;
    let request = Request {
        id: Some(command_id),
        caller: me.caller(),
        command,
    };
    let outcome = transport.handoff().dispatch(state.id, request).await?;
    Ok(Json(Done {
        version: outcome.version,
    }))
}

/// A command of the team's as it may be dispatched. Others' commands are refused; whoever is to get a conversation is
/// somebody of the team who sees its service, under their real name; and nobody but the host verifies who a visitor is.
pub(crate) async fn prepare(
    transport: &Transport,
    conversation: &Conversation,
    command: Command,
) -> Result<Command, Failure> {
    match command {
        Command::Transfer {
            to: TransferTarget::Agent { agent },
            note,
        } => {
            let team = transport.inner.identify.team().await?;
            let named = |one: &Me| one.agent.id == agent.id && one.sees(&conversation.service);
            let nobody = || {
                Failure::invalid(
                    "There is nobody like that in the team who looks after this service.",
                )
            };
            let agent = team.into_iter().find(named).ok_or_else(nobody)?.agent;
            Ok(Command::Transfer {
                to: TransferTarget::Agent { agent },
                note,
            })
        }
        Command::Identify { mut profile } => {
            let known = &conversation.profile;
            let same = profile.name == known.name && profile.email == known.email;
            profile.verified = known.verified && same;
            Ok(Command::Identify { profile })
        }
        command if is_the_teams(&command) => Ok(command),
        _ => Err(Rejection::NotYours.into()),
    }
}

/// What people of the team may ask for. What is not named here is not theirs.
fn is_the_teams(command: &Command) -> bool {
    matches!(
        command,
        Command::TakeOver { .. }
            | Command::ForceTakeOver { .. }
            | Command::RequestControl
            | Command::WithdrawRequest
            | Command::GrantControl { .. }
            | Command::DenyControl { .. }
            | Command::Transfer { .. }
            | Command::Release
            | Command::Return { .. }
            | Command::SendAgentMessage { .. }
            | Command::AddNote { .. }
            | Command::Whisper { .. }
            | Command::DismissFlag { .. }
            | Command::Resolve
            | Command::Reopen
            | Command::Snooze { .. }
            | Command::EndSnooze
            | Command::SetAutonomy { .. }
            | Command::ApproveDraft { .. }
            | Command::RejectDraft { .. }
            | Command::SetCategory { .. }
            | Command::SetTags { .. }
            | Command::RaiseFlag { .. }
            | Command::Close
    )
}

//! Every command, by the name that the tables give it.

use super::super::*;
use super::scene::{Scene, agent_ref, found};
use crate::attention::FlagKind;
use crate::time::Millis;

/// The command that a row of a table names, in this scene.
pub(super) fn named(name: &str, scene: &Scene) -> Command {
    visitors(name)
        .or_else(|| claims(name))
        .or_else(|| teams(name, scene))
        .or_else(|| assistants(name, scene))
        .unwrap_or_else(|| panic!("no command is called {name:?}"))
}

fn visitors(name: &str) -> Option<Command> {
    Some(match name {
        "open" => Command::Open {
            profile: Profile::default(),
            page: Page::default(),
        },
        "send_message" | "send_message (asks for a person)" => Command::SendMessage {
            text: "And now?".to_owned(),
        },
        "request_person" => Command::RequestPerson,
        "rate_message (down)" | "rate_message (of no reply)" => Command::RateMessage {
            message: 3,
            up: Some(false),
        },
        "rate_conversation" => Command::RateConversation {
            stars: 5,
            comment: String::new(),
        },
        "identify" => Command::Identify {
            profile: Profile {
                name: Some("Vera".to_owned()),
                ..Profile::default()
            },
        },
        "set_page" => Command::SetPage {
            page: Page {
                url: "/returns".to_owned(),
                title: String::new(),
            },
        },
        "visitor_left" => Command::VisitorLeft,
        "visitor_back" => Command::VisitorBack,
        _ => return None,
    })
}

fn claims(name: &str) -> Option<Command> {
    let transfer = |to| Command::Transfer {
        to,
        note: "She asks about her invoice.".to_owned(),
    };
    let presence = |present| Command::SetHolderPresence {
        agent: agent_ref("Anna").id,
        present,
    };
    Some(match name {
        "take_over" => Command::TakeOver { typing: false },
        "take_over (typing)" => Command::TakeOver { typing: true },
        "force_take_over" => Command::ForceTakeOver {
            reason: "Her line dropped.".to_owned(),
        },
        "request_control" => Command::RequestControl,
        "withdraw_request" => Command::WithdrawRequest,
        "grant_control" => Command::GrantControl {
            to: agent_ref("Bert").id,
        },
        "deny_control" => Command::DenyControl {
            to: agent_ref("Bert").id,
        },
        "transfer (to a colleague)" => transfer(TransferTarget::Agent {
            agent: agent_ref("Cleo"),
        }),
        "transfer (to a team)" => transfer(TransferTarget::Team {
            team: "Billing".to_owned(),
        }),
        "transfer (to the queue)" => transfer(TransferTarget::Queue),
        "release" => Command::Release,
        "return" => Command::Return { instruction: None },
        "set_holder_presence (Anna leaves)" => presence(false),
        "set_holder_presence (Anna is there)" => presence(true),
        _ => return None,
    })
}

fn teams(name: &str, scene: &Scene) -> Option<Command> {
    let turn = scene.c.draft.as_ref().map_or(1, |draft| draft.turn);
    let approve = |turn, edited: Option<&str>| Command::ApproveDraft {
        turn,
        edited: edited.map(str::to_owned),
    };
    let autonomy = |autonomy| Command::SetAutonomy {
        autonomy: Some(autonomy),
    };
    Some(match name {
        "send_agent_message" => Command::SendAgentMessage {
            text: "I have it here.".to_owned(),
        },
        "add_note" => Command::AddNote {
            text: "A good customer.".to_owned(),
            for_assistant: false,
        },
        "whisper" => Command::Whisper {
            text: "Offer her free shipping.".to_owned(),
        },
        "dismiss_flag" => Command::DismissFlag {
            flag: FlagKind::NegativeFeedback,
        },
        "dismiss_flag (not raised)" => Command::DismissFlag {
            flag: FlagKind::NonAnswer,
        },
        "raise_flag" => Command::RaiseFlag {
            finding: found(FlagKind::Rule("vip".to_owned())),
        },
        "raise_flag (raised already)" => Command::RaiseFlag {
            finding: found(FlagKind::NegativeFeedback),
        },
        "resolve" => Command::Resolve,
        "reopen" => Command::Reopen,
        "snooze" => Command::Snooze {
            until: scene.now.after(Millis::from_mins(5)),
        },
        "end_snooze" => Command::EndSnooze,
        "set_autonomy (auto)" => autonomy(Autonomy::Auto),
        "set_autonomy (draft)" => autonomy(Autonomy::Draft),
        "set_autonomy (off)" => autonomy(Autonomy::Off),
        "approve_draft" => approve(turn, None),
        "approve_draft (edited)" => approve(turn, Some("It comes tomorrow.")),
        "approve_draft (blank)" => approve(turn, Some(" ")),
        "approve_draft (of another turn)" => approve(turn + 7, None),
        "reject_draft" => Command::RejectDraft { turn },
        "set_category" => Command::SetCategory {
            category: Some("Shipping".to_owned()),
        },
        "set_tags" => Command::SetTags {
            tags: vec!["late".to_owned()],
        },
        _ => return None,
    })
}

/// The assistant has the ticket of the first turn, whatever became of it.
fn assistants(name: &str, scene: &Scene) -> Option<Command> {
    let ticket = Ticket {
        conversation: scene.c.id,
        epoch: 0,
        turn: 1,
    };
    let reply = Reply {
        text: "It is on its way.".to_owned(),
        ..Reply::default()
    };
    Some(match name {
        "commit_reply" | "commit_reply (that is no answer)" => {
            Command::CommitReply { ticket, reply }
        }
        "ask_for_person" => Command::AskForPerson {
            ticket,
            reason: "The invoice is wrong.".to_owned(),
        },
        "fail_reply" => Command::FailReply {
            ticket,
            partial: "It is on".to_owned(),
            truncated: false,
        },
        "learn_fact" => Command::LearnFact {
            ticket,
            name: "company".to_owned(),
            value: "Acme".to_owned(),
        },
        "set_score" => Command::SetScore { ticket, score: 80 },
        "wake (nothing is due)" => Command::Wake,
        "policy_changed (not for this one)" => Command::PolicyChanged,
        "close" => Command::Close,
        _ => return None,
    })
}

/// Every kind of command. The match below does not compile when a kind is added that is not here.
pub(super) const KINDS: [&str; 41] = [
    "open",
    "send_message",
    "request_person",
    "rate_message",
    "rate_conversation",
    "identify",
    "set_page",
    "visitor_left",
    "visitor_back",
    "take_over",
    "force_take_over",
    "request_control",
    "withdraw_request",
    "grant_control",
    "deny_control",
    "transfer",
    "release",
    "return",
    "set_holder_presence",
    "send_agent_message",
    "add_note",
    "dismiss_flag",
    "resolve",
    "reopen",
    "snooze",
    "end_snooze",
    "set_autonomy",
    "approve_draft",
    "reject_draft",
    "set_category",
    "set_tags",
    "commit_reply",
    "ask_for_person",
    "fail_reply",
    "learn_fact",
    "set_score",
    "wake",
    "policy_changed",
    "raise_flag",
    "close",
    "whisper",
];

/// The place of a command's kind in [`KINDS`].
pub(super) fn place(command: &Command) -> usize {
    match command {
        Command::Open { .. } => 0,
        Command::SendMessage { .. } => 1,
        Command::RequestPerson => 2,
        Command::RateMessage { .. } => 3,
        Command::RateConversation { .. } => 4,
        Command::Identify { .. } => 5,
        Command::SetPage { .. } => 6,
        Command::VisitorLeft => 7,
        Command::VisitorBack => 8,
        Command::TakeOver { .. } => 9,
        Command::ForceTakeOver { .. } => 10,
        Command::RequestControl => 11,
        Command::WithdrawRequest => 12,
        Command::GrantControl { .. } => 13,
        Command::DenyControl { .. } => 14,
        Command::Transfer { .. } => 15,
        Command::Release => 16,
        Command::Return { .. } => 17,
        Command::SetHolderPresence { .. } => 18,
        Command::SendAgentMessage { .. } => 19,
        Command::AddNote { .. } => 20,
        Command::DismissFlag { .. } => 21,
        Command::Resolve => 22,
        Command::Reopen => 23,
        Command::Snooze { .. } => 24,
        Command::EndSnooze => 25,
        Command::SetAutonomy { .. } => 26,
        Command::ApproveDraft { .. } => 27,
        Command::RejectDraft { .. } => 28,
        Command::SetCategory { .. } => 29,
        Command::SetTags { .. } => 30,
        Command::CommitReply { .. } => 31,
        Command::AskForPerson { .. } => 32,
        Command::FailReply { .. } => 33,
        Command::LearnFact { .. } => 34,
        Command::SetScore { .. } => 35,
        Command::Wake => 36,
        Command::PolicyChanged => 37,
        Command::RaiseFlag { .. } => 38,
        Command::Close => 39,
        Command::Whisper { .. } => 40,
    }
}

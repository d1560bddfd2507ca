//! What may be written, and by whom, at this moment: I3, I5 and the words of I17.

use super::ledger::{Floor, Ledger, OpenTicket};
use super::promise::{Judge, Promise};
use crate::conversation::{Actor, Event, EventBody, Mode, Purpose};

/// Looks at one event in the state before it.
pub(super) fn judge(ledger: &Ledger, event: &Event, judge: &mut Judge<'_>) {
    match &event.body {
        EventBody::ReplyCommitted {
            turn, approved_by, ..
        } => {
            silence(ledger, judge);
            let approved = approved_by.is_some();
            reply(ledger, event, *turn, approved, judge);
        }
        EventBody::DraftProposed { turn, purpose, .. } => {
            let asked = ticket(ledger, *turn)
                .is_some_and(|ticket| ticket.purpose == *purpose && *purpose != Purpose::Reply);
            judge.must(asked, Promise::I5, "a draft for which there is no ticket");
        }
        EventBody::DraftRejected { turn } => {
            let waits = ledger.draft.is_some_and(|(draft, _)| draft == *turn);
            judge.must(waits, Promise::I5, "a draft was rejected that did not wait");
        }
        EventBody::ReplyInterrupted { turn, .. } => {
            let known = ticket(ledger, *turn).is_some() || ledger.unrecorded.contains(turn);
            judge.must(
                known,
                Promise::I5,
                "a reply was interrupted twice, or was none",
            );
        }
        EventBody::FactLearned { .. } | EventBody::ScoreSet { .. }
            if event.by == Actor::Assistant =>
        {
            let open = ledger.ticket.is_some();
            judge.must(
                open,
                Promise::I5,
                "the assistant noted something without a ticket",
            );
        }
        EventBody::ReplyRequested { turn, .. } => requested(ledger, *turn, judge),
        EventBody::AgentMessaged { .. } => {
            let holds = ledger.is_held_by(&event.by);
            judge.must(
                holds,
                Promise::I5,
                "somebody wrote to the visitor who does not hold the floor",
            );
        }
        EventBody::HolderWarned { agent, .. } | EventBody::HolderPresence { agent, .. } => {
            let holds = ledger.holder() == Some(&agent.id);
            judge.must(holds, Promise::I5, "it was said of a holder who is none");
        }
        EventBody::ControlRequested(_)
        | EventBody::ControlRequestEnded { .. }
        | EventBody::FlagRaised(_)
        | EventBody::FlagDismissed { .. } => pairs(ledger, event, judge),
        _ => {}
    }
}

/// No word of the assistant while a person has the floor, or it is paused.
fn silence(ledger: &Ledger, judge: &mut Judge<'_>) {
    let may_speak = matches!(ledger.floor, Floor::Assistant | Floor::Waiting { .. });
    if !may_speak {
        judge.broken(
            Promise::I3,
            format!("the assistant's reply was stored while {:?}", ledger.floor),
        );
    }
    judge.must(
        ledger.mode != Mode::HumanOnly,
        Promise::I17,
        "the assistant's reply was stored where only people answer",
    );
}

fn reply(ledger: &Ledger, event: &Event, turn: u64, approved: bool, judge: &mut Judge<'_>) {
    let by_ticket = ticket(ledger, turn).is_some_and(|ticket| {
        ticket.purpose == Purpose::Reply
            && ticket.epoch == event.epoch
            && event.at < ticket.deadline
    });
    let by_draft = ledger.draft.is_some_and(|(draft, _)| draft == turn);
    let permitted = if approved {
        by_draft
    } else {
        by_ticket || by_draft
    };
    judge.must(
        permitted && event.by == Actor::Assistant,
        Promise::I5,
        "a reply was stored whose ticket had ended",
    );
}

fn requested(ledger: &Ledger, turn: u64, judge: &mut Judge<'_>) {
    let its_turn = matches!(ledger.floor, Floor::Assistant | Floor::Waiting { .. })
        && ledger.mode != Mode::HumanOnly;
    judge.must(
        its_turn,
        Promise::I3,
        "the assistant was asked out of its turn",
    );
    judge.must(
        turn == ledger.turn + 1,
        Promise::I5,
        "a turn was given twice or left out",
    );
}

/// What is raised once and ends once.
fn pairs(ledger: &Ledger, event: &Event, judge: &mut Judge<'_>) {
    let fits = match &event.body {
        EventBody::ControlRequested(request) => {
            ledger.request.is_none()
                && ledger
                    .holder()
                    .is_some_and(|holder| *holder != request.agent.id)
        }
        EventBody::ControlRequestEnded { agent, .. } => ledger
            .request
            .as_ref()
            .is_some_and(|(asker, _)| *asker == agent.id),
        EventBody::FlagRaised(flag) => !ledger.flags.contains(&flag.finding.kind),
        EventBody::FlagDismissed { flag } => ledger.flags.contains(flag),
        _ => true,
    };
    if !fits {
        judge.broken(Promise::I17, format!("{} does not fit", event.body.kind()));
    }
}

fn ticket(ledger: &Ledger, turn: u64) -> Option<OpenTicket> {
    ledger.ticket.filter(|ticket| ticket.turn == turn)
}

//! When a conversation next wants to act by itself.

use super::state::{Control, Conversation, Lifecycle};
use crate::time::Timestamp;

/// The earliest of all that time does to this conversation.
pub(super) fn next(c: &Conversation) -> Option<Timestamp> {
    match c.lifecycle {
        Lifecycle::Closed { .. } => None,
        Lifecycle::Resolved { .. } => Some(close_at(c)),
        Lifecycle::Open => [
            c.pending.map(|pending| pending.deadline),
            c.draft.as_ref().map(|draft| draft.deadline),
            c.control_request.as_ref().map(|request| request.expires_at),
            fallback_at(c),
            holder_wake(c),
            unattended_at(c),
            drop_at(c),
            c.snoozed_until,
            Some(close_at(c)),
        ]
        .into_iter()
        .flatten()
        .min(),
    }
}

/// When the assistant takes over again because nobody came.
pub(super) fn fallback_at(c: &Conversation) -> Option<Timestamp> {
    match c.control {
        Control::Waiting { fallback_at, .. } => fallback_at,
        _ => None,
    }
}

/// When a silent or absent holder loses the floor.
pub(super) fn holder_lost_at(c: &Conversation) -> Option<Timestamp> {
    let Control::Agent { since, .. } = c.control else {
        return None;
    };
    let silent = c
        .unanswered_since
        .map(|at| at.max(since).after(c.timing.holder_silence));
    let absent = c
        .holder_gone_since
        .map(|at| at.after(c.timing.holder_absence));
    silent.into_iter().chain(absent).min()
}

/// When a silent holder is warned.
pub(super) fn holder_warn_at(c: &Conversation) -> Option<Timestamp> {
    let Control::Agent { since, .. } = c.control else {
        return None;
    };
    let until_warning = c
        .timing
        .holder_silence
        .get()
        .saturating_sub(c.timing.holder_warning.get());
    match c.unanswered_since {
        Some(at) if !c.holder_warned => {
            Some(at.max(since).after(crate::time::Millis::new(until_warning)))
        }
        _ => None,
    }
}

fn holder_wake(c: &Conversation) -> Option<Timestamp> {
    holder_warn_at(c).into_iter().chain(holder_lost_at(c)).min()
}

/// When a visitor whom nobody's turn answers is flagged as unattended: while paused, and while waiting without an end.
pub(super) fn unattended_at(c: &Conversation) -> Option<Timestamp> {
    if c.is_flagged(&crate::attention::FlagKind::Unattended) {
        return None;
    }
    match c.control {
        Control::Paused { since } => c
            .unanswered_since
            .map(|at| at.max(since).after(c.timing.takeover)),
        Control::Waiting {
            since,
            fallback_at: None,
            ..
        } => c
            .unanswered_since
            .map(|at| at.max(since).after(c.timing.takeover)),
        _ => None,
    }
}

/// When a visitor who left counts as dropped.
pub(super) fn drop_at(c: &Conversation) -> Option<Timestamp> {
    if c.dropped {
        None
    } else {
        c.visitor_gone_since.map(|at| at.after(c.timing.drop))
    }
}

/// When it is closed for want of a word.
pub(super) fn close_at(c: &Conversation) -> Timestamp {
    c.last_word_at.after(c.timing.close)
}

//! What a text, a list, a number may be.

use std::borrow::Cow;

use super::super::{Page, Profile, Rejection};

/// Longest message of a visitor or an agent, and longest note, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024;
/// Longest reply of an assistant, in bytes.
pub const MAX_REPLY_BYTES: usize = 64 * 1024;
/// Longest reason, instruction, fact, in bytes.
pub(super) const MAX_REMARK_BYTES: usize = 4_000;
const MAX_NAME_BYTES: usize = 64;
const MAX_TAGS: usize = 20;
const MAX_FIELD_BYTES: usize = 320;
const MAX_URL_BYTES: usize = 2_048;

/// A text that must say something.
pub(super) fn text(field: &'static str, text: &str, limit: usize) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::Empty {
            field: Cow::Borrowed(field),
        });
    }
    optional_text(field, text, limit)
}

/// A text that may be empty.
pub(super) fn optional_text(
    field: &'static str,
    text: &str,
    limit: usize,
) -> Result<(), Rejection> {
    let field = Cow::Borrowed(field);
    if text.len() > limit {
        return Err(Rejection::TooLong { field, limit });
    }
    if text.contains('\0') {
        return Err(Rejection::Nul { field });
    }
    Ok(())
}

/// The name of a category, a tag, a team, a fact.
pub(super) fn name(field: &'static str, name: &str) -> Result<(), Rejection> {
    text(field, name, MAX_NAME_BYTES)
}

pub(super) fn tags(tags: &[String]) -> Result<(), Rejection> {
    if tags.len() > MAX_TAGS {
        return Err(bounds("tags", "20 at most"));
    }
    tags.iter().try_for_each(|tag| name("tag", tag))
}

pub(super) fn profile(profile: &Profile) -> Result<(), Rejection> {
    let fields = [
        ("name", &profile.name),
        ("email", &profile.email),
        ("device", &profile.device),
        ("place", &profile.place),
        ("locale", &profile.locale),
    ];
    fields
        .into_iter()
        .try_for_each(|(field, value)| match value {
            Some(value) => text(field, value, MAX_FIELD_BYTES),
            None => Ok(()),
        })
}

pub(super) fn page(page: &Page) -> Result<(), Rejection> {
    optional_text("page address", &page.url, MAX_URL_BYTES)?;
    optional_text("page title", &page.title, MAX_FIELD_BYTES)
}

pub(super) fn bounds(field: &'static str, bounds: &'static str) -> Rejection {
    Rejection::OutOfBounds {
        field: Cow::Borrowed(field),
        bounds: Cow::Borrowed(bounds),
    }
}

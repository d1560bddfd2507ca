//! How a visitor's message finds its conversation.

use handoff_core::conversation::{
    Caller, Command, MAX_MESSAGE_BYTES, Page, Profile, Rejection, Status,
};
use handoff_core::id::{CommandId, ConversationId};
use handoff_core::runtime::{DispatchError, Handoff, Request};

use super::known::KnownVisitor;

/// Where a visitor is and what the page told, for a conversation that is yet to be opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub(crate) profile: Profile,
    pub(crate) page: Page,
}

/// Longest name, address or title that is taken from a page, in bytes.
const MAX_FIELD_BYTES: usize = 320;
/// Longest address of a page.
const MAX_URL_BYTES: usize = 2_048;

impl Place {
    /// What a page told, without what makes no sense: it must not keep a visitor from talking.
    pub(crate) fn told(profile: Profile, page: Page) -> Self {
        let fits = |text: &String, limit: usize| text.len() <= limit && !text.contains('\0');
        let field = |field: Option<String>| {
            field.filter(|text| fits(text, MAX_FIELD_BYTES) && !text.trim().is_empty())
        };
        let profile = Profile {
            name: field(profile.name),
            email: field(profile.email),
            verified: false,
            device: field(profile.device),
            place: field(profile.place),
            locale: field(profile.locale),
        };
        let text = |text: String, limit| {
            Some(text)
                .filter(|text| fits(text, limit))
                .unwrap_or_default()
        };
        let page = Page {
            url: text(page.url, MAX_URL_BYTES),
            title: text(page.title, MAX_FIELD_BYTES),
        };
        Self { profile, page }
    }
}

/// A message that was stored.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) conversation: ConversationId,
    /// The message's place in it.
    pub(crate) seq: u64,
}

/// Stores a visitor's message: in `conversation`, or where there is none or it ended, in the visitor's open conversation or
/// a new one. A repeat is found in `conversation`, also after it ended.
pub(crate) async fn say(
    handoff: &Handoff,
    visitor: &KnownVisitor,
    conversation: Option<ConversationId>,
    place: &Place,
    id: &CommandId,
    text: &str,
) -> Result<Said, DispatchError> {
    if let Some(conversation) = conversation {
        match send(handoff, conversation, id, text).await {
            Err(DispatchError::Rejected(Rejection::NotOpen {
                status: Status::Closed,
            })) => {}
            done => return done,
        }
    }
    can_open(text)?;
    let profile = visitor.profile(place.profile.clone());
    let opened = handoff
        .open(&visitor.service, &visitor.id, profile, place.page.clone())
        .await?;
    send(handoff, opened, id, text).await
}

/// A message that is refused must not open a conversation.
fn can_open(text: &str) -> Result<(), Rejection> {
    let field = std::borrow::Cow::Borrowed("message");
    if text.trim().is_empty() {
        Err(Rejection::Empty { field })
    } else if text.len() > MAX_MESSAGE_BYTES {
        Err(Rejection::TooLong {
            field,
            limit: MAX_MESSAGE_BYTES,
        })
    } else if text.contains('\0') {
        Err(Rejection::Nul { field })
    } else {
        Ok(())
    }
}

async fn send(
    handoff: &Handoff,
    conversation: ConversationId,
    id: &CommandId,
    text: &str,
) -> Result<Said, DispatchError> {
    let command = Command::SendMessage {
        text: text.to_owned(),
    };
    let request = Request {
        id: Some(id.clone()),
        caller: Caller::Visitor,
        command,
    };
    let outcome = handoff.dispatch(conversation, request).await?;
    Ok(Said {
        conversation,
        seq: outcome.first,
    })
}

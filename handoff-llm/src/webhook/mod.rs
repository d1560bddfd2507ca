//! The bot of one's own that is told of its turns by a signed webhook.

mod assistant;
mod options;
mod signature;

pub use assistant::Webhook;
pub use options::{InvalidWebhook, WebhookOptions};

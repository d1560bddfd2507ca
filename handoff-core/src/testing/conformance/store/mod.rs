//! Cases for a [`ConversationStore`], each for a store that is new and empty.

mod board;
mod commit;
mod erase;
mod log;
mod opening;
mod outbox;
mod race;
mod search;
mod wake;

use std::sync::Arc;

pub use board::*;
pub use commit::*;
pub use erase::*;
pub use log::*;
pub use opening::*;
pub use outbox::*;
pub use race::*;
pub use search::*;
pub use wake::*;

use crate::store::ConversationStore;

/// The store of a case.
type Store = Arc<dyn ConversationStore>;

//! Who may speak in a chat between a visitor, an AI assistant and a team.

pub mod archive;
pub mod assistant;
pub mod attention;
pub mod board;
pub mod bus;
pub mod conversation;
pub mod customer;
pub mod directory;
pub mod error;
pub mod id;
pub mod memory;
pub mod notifier;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;

pub use conversation::Command;

//! The assistant that answers from help pages, without a network and without a key.

mod addressed;
mod agent_words;
mod answer;
mod assistant;
mod find;
mod history;
mod instruction;
mod known;
mod options;
mod parts;
mod phrases;
mod small_talk;
mod streaming;

pub use assistant::Offline;
pub use options::OfflineOptions;
pub use phrases::Phrases;
#[cfg(feature = "openai")]
pub(crate) use small_talk::is_small_talk;

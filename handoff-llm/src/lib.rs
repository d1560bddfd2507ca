//! Assistants for Handoff.

pub mod knowledge;
mod offline;
mod retrieval;
mod words;

pub use knowledge::{Knowledge, KnowledgeError};
pub use offline::{Offline, OfflineOptions, Phrases};

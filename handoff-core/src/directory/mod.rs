//! What the team set up: services, people, secrets. Plain versioned records behind the [`Directory`] trait, and the
//! types that are kept in them.

mod record;
mod service;

pub use record::{Directory, PutError, Record, RecordKind};
pub use service::{Look, Service};

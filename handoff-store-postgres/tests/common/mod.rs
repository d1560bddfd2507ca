//! What the tests of this crate share.
#![allow(dead_code, unused_imports, reason = "each test file uses some of it")]

mod chat;
mod schema;
pub(crate) mod server;

pub(crate) use chat::Chat;
pub(crate) use schema::Schema;

/// A name that no other test has.
#[expect(
    clippy::disallowed_methods,
    reason = "the names of tests need no clock of their own"
)]
pub(crate) fn unique() -> String {
    format!("handoff_test_{}", uuid::Uuid::now_v7().simple())
}

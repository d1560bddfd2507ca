//! What the tests of this crate have in common.
#![allow(dead_code, unused_imports, reason = "each test uses some of it")]

mod chat;
mod server;

pub(crate) use chat::Chat;
pub(crate) use server::{OwnServer, Place};

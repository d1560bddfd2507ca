//! The WebSockets of dashboards and widgets.

mod end;
mod fence;
mod pace;
pub mod protocol;
mod strict;
mod team;
mod upgrade;
mod visitor;
mod wire;

pub(crate) use strict::strict_command;
pub(crate) use upgrade::{team_socket, visitor_socket};
pub(crate) use wire::encode;

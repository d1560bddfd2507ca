//! The WebSockets of dashboards and widgets.

pub mod protocol;

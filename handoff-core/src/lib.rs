//! Who may speak in a chat between a visitor, an AI assistant and a team.

pub mod attention;
pub mod time;

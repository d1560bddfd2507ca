//! What a conversation does, as tables and as scenes.

mod cells;
mod commands;
mod scene;

//! What a conversation does, as tables and as scenes.

mod bounds;
mod cells;
mod commands;
mod fallback;
mod holder;
mod lifecycle;
mod modes;
mod scene;
mod tickets;
mod timers;

//! What an assistant is told, and what follows from it for what it says. Pure.

mod assemble;
mod budget;
mod known;
mod lexicon;
mod matters;
mod promises;
mod sentences;
#[cfg(test)]
mod tests;

pub(super) use assemble::briefed;
pub use assemble::{Briefing, tokens};
pub use budget::TurnBudget;
pub use known::{KnownFact, MAX_SAID_FACTS, Origin};
pub use matters::{MAX_MATTERS, Matter};
pub use promises::{MAX_PROMISES, Promised};

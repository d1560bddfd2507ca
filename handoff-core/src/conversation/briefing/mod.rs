//! What an assistant is told, and what follows from it for what it says. Pure.

mod assemble;
mod budget;
mod guard;
#[cfg(test)]
mod guard_tests;
mod hidden;
mod known;
mod lexicon;
mod matters;
mod promises;
mod secrets;
mod sentences;
mod summary;
#[cfg(test)]
mod tests;
mod told;
mod values;

pub(super) use assemble::briefed;
pub use assemble::{Briefing, tokens};
pub use budget::TurnBudget;
pub use guard::{Gate, Guard, Objection, Verdict};
pub use known::{KnownFact, MAX_SAID_FACTS, Origin};
pub use matters::{MAX_MATTERS, Matter};
pub use promises::{MAX_PROMISES, Promised};
pub use summary::{Mood, Summary, Tried, summary};

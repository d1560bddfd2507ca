//! What a test of an adapter or of an application needs.

pub mod check;
#[cfg(feature = "runtime")]
pub mod conformance;
pub mod history;
mod random;
pub mod simulate;
mod trace;

pub use random::Random;

//! What a test of an adapter or of an application needs.

pub mod check;
#[cfg(feature = "runtime")]
mod clock;
#[cfg(feature = "runtime")]
pub mod conformance;
pub mod history;
mod random;
pub mod simulate;
mod trace;

#[cfg(feature = "runtime")]
pub use clock::ManualClock;
pub use random::Random;

//! What needs a person's attention, and why. Pure: no clock, no I/O, no async.

mod detector;
mod flag;

pub use detector::{Detector, Observed};
pub use flag::{Finding, Flag, FlagKind};

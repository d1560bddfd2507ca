//! Measurements and replays for Handoff: the bins of this crate, and what they share.

pub mod compare;
pub mod detectors;
pub mod guard;
pub mod hostile;
pub mod replay;

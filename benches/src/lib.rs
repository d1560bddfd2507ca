//! Measurements and replays for Handoff: the bins of this crate, and what they share.

pub mod compare;
pub mod detectors;
pub mod replay;

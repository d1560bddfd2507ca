//! Measurements and replays for Handoff: the bins of this crate, and what they share.

pub mod claims;
mod client;
pub mod compare;
pub mod detectors;
pub mod faults;
pub mod guard;
pub mod hostile;
pub mod replay;
mod servers;
mod storage;

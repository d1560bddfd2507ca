//! Handoff beside the raw limits and its peers, in one run: every contender is started, loaded from a second
//! process and stopped again, in interleaved repetitions, and each figure is the median of the ratios.

mod binary;
pub(crate) mod clock;
mod command;
mod contender;
mod figure;
mod library;
mod load;
pub(crate) mod machine;
pub(crate) mod process;
mod report;
mod run;
mod series;
mod statistics;
mod workload;

pub(crate) use binary::server_binary;
pub use command::main;

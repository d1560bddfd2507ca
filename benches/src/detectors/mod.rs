//! Precision, recall and speed of the detectors, on texts of a folder.

mod count;
mod report;
mod samples;

pub use report::{Report, measure};

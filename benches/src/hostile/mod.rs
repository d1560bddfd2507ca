//! A model that tells all it knows in every way, stops in the middle and answers when it may not: what of it reaches anybody.

mod model;
mod run;

pub use run::{Report, measure};

//! How often an assistant asks again for what an agent was told during the takeover, with and without the guard.

mod case;
mod report;
mod run;

pub use report::Report;
pub use run::measure;

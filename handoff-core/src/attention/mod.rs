//! What needs a person's attention, and why. Pure: no clock, no I/O, no async.

mod defaults;
mod detector;
mod dry_run;
mod flag;
mod help_request;
mod negative_feedback;
mod non_answer;
mod rating;
mod rules;
mod words;

pub use defaults::default_detectors;
pub use detector::{Detector, Observed};
pub use dry_run::{DryRun, WouldFlag, dry_run};
pub use flag::{Finding, Flag, FlagKind};
pub use help_request::HelpRequest;
pub use negative_feedback::NegativeFeedback;
pub use non_answer::NonAnswer;
pub use rating::Rating;
pub use rules::{Rule, RuleError, Rules};

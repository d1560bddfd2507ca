//! The shell around the pure part: it loads, decides, commits, tells, and keeps time.

mod alarm;
mod attendance;
mod builder;
mod change;
mod clock;
mod courier;
mod dispatch;
mod dry_run;
mod follow;
mod guarded;
mod hand_over;
mod handoff;
mod hub;
mod listen;
mod outbox;
mod pieces;
mod presence;
mod replies;
mod roster;
mod services;
mod spending;
mod summary;
mod tools;

pub use builder::Builder;
pub use change::{Change, Slot};
pub use clock::{Clock, Ids, SystemClock, SystemIds};
pub use dispatch::{DispatchError, Outcome, Request};
pub use dry_run::{DryRunReport, FlagIn};
pub use follow::{Follow, Followed};
pub use handoff::Handoff;
pub use hub::{BoardFeed, BoardUpdate};
pub use services::{SaveError, Stored};

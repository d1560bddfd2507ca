//! A deterministic simulator: visitors, agents, nodes, a store and a network under one virtual clock.
//!
//! Everything that decides is the engine's own; everything around it comes early, late, twice or never, as the seed
//! says. The same seed always leads to the same history.

mod agent;
mod client;
mod dispatch;
mod exercised;
mod fault;
mod feed;
mod node;
mod queue;
mod request;
mod run;
mod setup;
mod store;
mod view;
mod visitor;
mod world;
mod writer;

pub use exercised::{EVENTS, REFUSALS};
pub use run::{Run, simulate, vacuous};
pub use store::StoreMutant;

//! The server as a process.

#[cfg(test)]
mod assistants;
#[cfg(test)]
mod backend;
#[cfg(test)]
mod bots;
#[cfg(test)]
mod client;
#[cfg(test)]
mod copy;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod nodes;
#[cfg(test)]
#[path = "../../../../handoff-store-postgres/tests/common/server.rs"]
mod postgres;
#[cfg(test)]
mod process;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod team;

//! Who the people of the team are.

mod account;
mod accounts;
mod cookie;
mod identify;
mod invitation;
mod password;
mod routes;
mod session;

pub use accounts::Accounts;
pub use identify::Identify;
pub(crate) use identify::Signed;
pub(crate) use routes::{account_routes, who_am_i};

//! Where conversations are kept, and how nodes hear of each other.

mod address;
mod line;
mod open;
mod place;

pub(crate) use address::Address;
pub(crate) use line::{Line, LineError};
pub(crate) use open::{OpenError, Storage};
pub(crate) use place::{Place, PlaceError};

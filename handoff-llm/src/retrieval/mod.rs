//! Finding the section that answers a question, and the words in it that do.

mod asks;
mod confidence;
mod entry;
mod index;
mod passage;
mod question;

pub(crate) use asks::Asks;
pub(crate) use confidence::Confidence;
pub(crate) use index::{Hit, Index};
pub(crate) use passage::passage;
pub(crate) use question::{Concept, Question};

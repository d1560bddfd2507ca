//! Help pages: read from Markdown, cut into sections, ready to be searched.

mod error;
mod folder;
mod library;
mod links;
mod markdown;
mod page;
mod passage;

pub use error::{KnowledgeError, PageProblem};
pub use library::{Knowledge, MAX_PAGE_BYTES, MAX_PAGES, MAX_TOTAL_BYTES};
pub use page::{Block, BlockKind, Page, Section};
pub use passage::Passage;

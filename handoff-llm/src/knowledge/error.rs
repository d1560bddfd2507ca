//! Why help pages could not be read, and what to do.

use std::path::PathBuf;

use super::library::{MAX_PAGE_BYTES, MAX_PAGES, MAX_TOTAL_BYTES};

/// Why help pages could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnowledgeError {
    /// The folder or a file in it can't be read.
    #[error("can't read {}: {source}. Check that it exists and that this user may read it", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no page.
    #[error("there is no help page in {}: put Markdown files with names ending in .md into it", path.display())]
    NoPages {
        /// The folder.
        path: PathBuf,
    },
    /// There are too many pages.
    #[error(
        "there are more than {MAX_PAGES} help pages: join some, or split them over several services"
    )]
    TooManyPages,
    /// All pages together are too large.
    #[error("the help pages have more than {} MiB together: split them over several services", MAX_TOTAL_BYTES >> 20)]
    TooLarge,
    /// The address that the pages stand under is none.
    #[error(
        "the pages' base address {base:?} is none: use a path like /help or an address that begins with https:// or http://"
    )]
    BadBase {
        /// What was given.
        base: String,
    },
    /// One page is not as it should be.
    #[error("help page {name}: {problem}")]
    Page {
        /// Its file or name.
        name: String,
        /// What is wrong with it.
        problem: PageProblem,
    },
}

/// What is wrong with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageProblem {
    /// Its bytes are no UTF-8.
    #[error("is not UTF-8 text: save it as UTF-8")]
    NotUtf8,
    /// It is too large.
    #[error("has more than {} KiB: split it into several pages", MAX_PAGE_BYTES >> 10)]
    TooLarge,
    /// It has no `#` heading.
    #[error("has no title: begin it with a line like \"# Returns\"")]
    NoTitle,
    /// It has a title and nothing else.
    #[error("has no text below its title: write some, or take the page away")]
    Empty,
    /// Two pages have the same name.
    #[error("is there twice: every page needs a name of its own")]
    Twice,
}

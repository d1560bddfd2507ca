//! What differs.

use std::fmt;

/// So many differences are named.
const NAMED: usize = 5;

/// What is not the same in both stores.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    count: usize,
    named: Vec<String>,
}

impl Differences {
    pub(super) fn add(&mut self, what: impl fmt::Display) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(what.to_string());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named.join(", "))?;
        match self.count - self.named.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

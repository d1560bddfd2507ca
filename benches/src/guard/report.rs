//! What was counted.

use std::fmt::Write;

use serde::Serialize;

/// How many of the conversations an assistant asked again in.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Count {
    pub(super) assistant: &'static str,
    pub(super) guard: bool,
    pub(super) asked_again: usize,
    /// What was asked again.
    pub(super) examples: Vec<String>,
}

/// All counts.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub(super) conversations: usize,
    pub(super) counts: Vec<Count>,
}

impl Report {
    /// For people.
    pub fn table(&self) -> String {
        let mut table = format!("{} conversations\n", self.conversations);
        for count in &self.counts {
            let guard = if count.guard {
                "with the guard"
            } else {
                "without"
            };
            let line = writeln!(
                table,
                "{:<24} {guard:<16} asked again in {}",
                count.assistant, count.asked_again
            );
            debug_assert!(line.is_ok());
            for example in count.examples.iter().filter(|_| count.guard) {
                let line = writeln!(table, "    {example}");
                debug_assert!(line.is_ok());
            }
        }
        table
    }
}

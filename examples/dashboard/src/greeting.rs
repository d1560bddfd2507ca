//! What a newcomer reads first.

use std::io::{self, IsTerminal, Write};

/// The links of a server that is ready.
#[derive(Debug)]
pub(crate) struct Links {
    /// The demo shop.
    pub(crate) shop: Option<String>,
    /// The team's dashboard.
    pub(crate) dashboard: String,
    /// Makes the owner's account, once; none where there is an owner.
    pub(crate) owner: Option<String>,
}

impl Links {
    /// Writes them to standard output.
    pub(crate) fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let (bold, plain) = if out.is_terminal() {
            ("\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        writeln!(out, "\n  {bold}Handoff is ready.{plain}\n")?;
        if let Some(shop) = &self.shop {
            writeln!(out, "  Demo shop   {shop}")?;
        }
        writeln!(out, "  Dashboard   {}", self.dashboard)?;
        if let Some(owner) = &self.owner {
            writeln!(out, "  Owner       {owner}")?;
            writeln!(
                out,
                "\n  Open the owner's link once to create your account. It is good for a week; a new start prints a new one."
            )?;
        }
        writeln!(out)?;
        out.flush()
    }
}

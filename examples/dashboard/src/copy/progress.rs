//! Shows how far it is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, where that is a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn begin(doing: &'static str, total: usize) -> Self {
        let bar = ProgressBar::new(total as u64).with_message(doing);
        let look = "{msg} {wide_bar} {human_pos}/{human_len}, {eta} left";
        // A template that can't be read leaves the plain bar.
        if let Ok(style) = ProgressStyle::with_template(look) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }

    pub(super) fn step(&self) {
        self.0.inc(1);
    }

    pub(super) fn end(self) {
        self.0.finish_and_clear();
    }
}

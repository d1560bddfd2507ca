//! The one place that reads the clock.

use std::time::Instant;

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement reads the real clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

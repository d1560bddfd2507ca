//! How often a socket tells that somebody types.

use std::time::Duration;

use tokio::time::Instant;

const SHORTEST: Duration = Duration::from_millis(500);

/// Lets "types" and "stopped" through, at most every half second; a stop after a start always.
#[derive(Debug, Default)]
pub(super) struct TypingPace(Option<(Instant, bool)>);

impl TypingPace {
    pub(super) fn pass(&mut self, typing: bool) -> bool {
        let now = Instant::now();
        let stops = matches!(self.0, Some((_, true))) && !typing;
        if !stops && self.0.is_some_and(|(last, _)| now < last + SHORTEST) {
            return false;
        }
        self.0 = Some((now, typing));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_thousand_a_second_become_a_few() {
        let mut pace = TypingPace::default();
        let mut passed = 0;
        for nth in 0..2_000 {
            passed += u32::from(pace.pass(nth % 2 == 0));
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert!((4..=8).contains(&passed), "{passed}");
    }
}

//! [`Rating`]: a thumbs-down, or few stars.

use super::{Detector, Finding, FlagKind, Observed};

/// The most stars that still count as a bad rating.
const BAD_STARS: u8 = 2;

/// The most characters of a rated message that a finding quotes.
const QUOTED: usize = 200;

/// Raises [`FlagKind::ThumbsDown`] for a thumbs-down on a message, and for a conversation with two stars or fewer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rating;

impl Rating {
    /// Makes the detector.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Detector for Rating {
    fn name(&self) -> &'static str {
        "rating"
    }

    fn detect(&self, observed: Observed<'_>) -> Vec<Finding> {
        let (reason, said) = match observed {
            Observed::MessageRated { up: false, text } => (
                "The visitor gave this answer a thumbs-down.".to_owned(),
                text,
            ),
            Observed::ConversationRated { stars, comment } if stars <= BAD_STARS => (
                format!("The visitor rated the conversation {stars} out of 5."),
                comment,
            ),
            _ => return Vec::new(),
        };
        let quote = said.trim().chars().take(QUOTED).collect();
        vec![Finding {
            kind: FlagKind::ThumbsDown,
            reason,
            quote,
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(observed: Observed<'_>) -> Vec<Finding> {
        Rating::new().detect(observed)
    }

    #[test]
    fn a_thumbs_down_quotes_the_answer() {
        let findings = found(Observed::MessageRated {
            up: false,
            text: " Try turning it off. ",
        });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].kind, FlagKind::ThumbsDown);
        assert_eq!(findings[0].quote, "Try turning it off.");
        assert!(
            found(Observed::MessageRated {
                up: true,
                text: "Fine"
            })
            .is_empty()
        );
    }

    #[test]
    fn two_stars_are_bad_and_three_are_not() {
        for (stars, count) in [(0, 1), (1, 1), (2, 1), (3, 0), (5, 0), (255, 0)] {
            assert_eq!(
                found(Observed::ConversationRated {
                    stars,
                    comment: "meh"
                })
                .len(),
                count,
                "{stars}"
            );
        }
    }

    #[test]
    fn long_texts_are_quoted_in_part() {
        let long = "é".repeat(10_000);
        assert_eq!(
            found(Observed::MessageRated {
                up: false,
                text: &long
            })[0]
                .quote
                .chars()
                .count(),
            QUOTED
        );
    }
}

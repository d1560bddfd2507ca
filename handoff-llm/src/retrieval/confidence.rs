//! Whether a section that was found answers the question, or only shares words with it.

use super::index::Hit;

/// So many of the subjects must be spoken of, as a share, where the heading names one.
const COVERED_HEADED: f32 = 0.6;
/// The same where no heading does.
const COVERED: f32 = 0.75;
/// In a follow-up, such a share of what was asked before must be spoken of.
const COVERED_CONTEXT: f32 = 0.4;

/// How sure it is that a section answers.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Confidence {
    /// The share of the subjects that it speaks of, 0 to 1.
    pub(crate) covered: f32,
    /// Whether that is enough to answer.
    pub(crate) enough: bool,
}

impl Confidence {
    /// For a question that stands alone.
    pub(crate) fn alone(hit: &Hit) -> Self {
        if hit.subjects == 0 {
            return Self {
                covered: 0.0,
                enough: false,
            };
        }
        let covered = hit.matched / as_f32(hit.subjects);
        let needed = if hit.headed > 0 {
            COVERED_HEADED
        } else {
            COVERED
        };
        Self {
            covered,
            enough: covered >= needed,
        }
    }

    /// For a question that points back at what was asked before.
    pub(crate) fn in_context(hit: &Hit) -> Self {
        let covered = if hit.subjects == 0 {
            1.0
        } else {
            hit.matched / as_f32(hit.subjects)
        };
        Self {
            covered,
            enough: covered >= COVERED_HEADED && hit.context >= COVERED_CONTEXT,
        }
    }
}

fn as_f32(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

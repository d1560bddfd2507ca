//! Whether a section that was found answers the question, or only shares words with it.

use super::index::Hit;

/// Such a share of the subjects must be spoken of where a heading names one.
const COVERED_HEADED: f32 = 0.57;
/// The same where the question names the heading almost whole.
const COVERED_NAMED: f32 = 0.5;
/// Almost whole.
const NAMED: f32 = 0.85;
/// The same of many subjects: one that happens to be there says less among them.
const COVERED_HEADED_OF_MANY: f32 = 0.6;
/// So many are many.
const MANY: usize = 3;
/// The same where no heading does.
const COVERED: f32 = 0.8;
/// The same where the time or price that is asked for isn't there.
const COVERED_UNMET: f32 = 0.9;
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
        let needed = match (hit.headed > 0, hit.meets) {
            (_, Some(false)) => COVERED_UNMET,
            (true, _) if hit.named >= NAMED => COVERED_NAMED,
            (true, _) if hit.subjects >= MANY => COVERED_HEADED_OF_MANY,
            (true, _) => COVERED_HEADED,
            // One word in a text says little, unless nothing else is asked.
            (false, None) if hit.subjects == 1 && !hit.to_the_point => {
                return Self {
                    covered: hit.covered,
                    enough: false,
                };
            }
            (false, _) => COVERED,
        };
        Self {
            covered: hit.covered,
            enough: hit.subjects > 0 && hit.covered >= needed,
        }
    }

    /// For a question that points back at what was asked before.
    pub(crate) fn in_context(hit: &Hit) -> Self {
        let covered = if hit.subjects == 0 { 1.0 } else { hit.covered };
        let enough = covered >= COVERED_HEADED && hit.context >= COVERED_CONTEXT;
        Self { covered, enough }
    }
}

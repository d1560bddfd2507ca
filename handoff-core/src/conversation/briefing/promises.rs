//! What was promised, and by whom.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::sentences::{beginning, folded, sentences};
use crate::assistant::Line;
use crate::conversation::Speaker;
use crate::time::Timestamp;

/// At most so many promises are kept, the newest.
pub const MAX_PROMISES: usize = 32;

/// Something that the house promised to the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Promised {
    /// An agent, or the assistant.
    pub by: Speaker,
    /// The agent's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub name: Option<String>,
    /// The sentence.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

struct Marks {
    say: Vec<String>,
    floor: Vec<String>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let of = |class: &str| {
        include_str!("promises.txt")
            .lines()
            .filter_map(|line| line.strip_prefix(class)?.strip_prefix(": "))
            .flat_map(|listed| listed.split(','))
            .map(spaced)
            .collect()
    };
    Marks {
        say: of("say"),
        floor: of("floor"),
    }
});

/// The words between spaces, so that a phrase is found as whole words.
fn spaced(text: &str) -> String {
    format!(" {} ", folded(text).join(" "))
}

/// Whether a text speaks of who has the floor or of a moment's wait: once read again, it is past.
pub(super) fn speaks_of_floor(text: &str) -> bool {
    let text = spaced(text);
    MARKS.floor.iter().any(|mark| text.contains(mark.as_str()))
}

/// The newest promises in what was said, oldest first, each once.
pub(super) fn promises(lines: &[Line]) -> Vec<Promised> {
    let mut found: Vec<Promised> = Vec::new();
    let of_house = |line: &&Line| matches!(line.speaker, Speaker::Agent | Speaker::Assistant);
    for line in lines.iter().rev().filter(of_house) {
        for sentence in sentences(beginning(&line.text)).into_iter().rev() {
            if found.len() == MAX_PROMISES {
                break;
            }
            let text = sentence.trim();
            if is_promise(text) && !found.iter().any(|known| known.text == text) {
                found.push(Promised {
                    by: line.speaker,
                    name: line.name.clone(),
                    text: text.to_owned(),
                    at: line.at,
                });
            }
        }
    }
    found.reverse();
    found
}

fn is_promise(sentence: &str) -> bool {
    let text = spaced(sentence);
    let has = |marks: &[String]| marks.iter().any(|mark| text.contains(mark.as_str()));
    !sentence.ends_with('?') && has(&MARKS.say) && !has(&MARKS.floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promised(by: Speaker, text: &str) -> Vec<String> {
        let line = Line {
            speaker: by,
            name: None,
            text: text.to_owned(),
            at: Timestamp::default(),
        };
        promises(&[line])
            .into_iter()
            .map(|promise| promise.text)
            .collect()
    }

    #[test]
    fn promises_of_the_house_are_kept() {
        for text in [
            "I'll send you a new lamp tomorrow.",
            "You will receive the refund within three days.",
            "Ich schicke Ihnen heute ein Etikett.",
            "Vous recevrez un bon de 10 €.",
        ] {
            assert_eq!(
                promised(Speaker::Agent, &format!("Hello! {text} Is that ok?")),
                [text]
            );
        }
        assert_eq!(promised(Speaker::Visitor, "I'll send it back."), [""; 0]);
    }

    #[test]
    fn who_had_the_floor_then_is_no_promise() {
        for text in [
            "A colleague will take over now.",
            "The bot will stay silent from now on.",
            "I'll check, one moment please.",
            "We will connect you to a person.",
            "It costs five pounds.",
        ] {
            assert_eq!(promised(Speaker::Assistant, text), [""; 0], "{text}");
        }
        assert!(
            speaks_of_floor("A colleague takes over now")
                && !speaks_of_floor("Offer free shipping")
        );
    }
}

//! The words of the log, as Postgres' full-text index takes them. They are made here, not by a dictionary of the server,
//! so that every store finds the same.

use std::collections::HashSet;

use handoff_core::board::{search_words, searched_texts};
use handoff_core::conversation::Event;

/// A `tsvector` holds a megabyte. What one event says beyond so many bytes of different words is not found.
const MAX_BYTES: usize = 512 * 1024;

/// An event's words, each once, apart by spaces; none where it says nothing.
pub(crate) fn words(event: &Event) -> Option<String> {
    let mut seen = HashSet::new();
    let mut words = String::new();
    for word in searched_texts(&event.body).flat_map(search_words) {
        if words.len() + word.len() >= MAX_BYTES {
            break;
        }
        if seen.contains(&word) {
            continue;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&word);
        seen.insert(word);
    }
    (!words.is_empty()).then_some(words)
}

/// The `tsquery` for words that begin like this one. A word holds letters and digits alone, so that nothing in it can end
/// the quotes.
pub(crate) fn prefix_query(word: &str) -> String {
    format!("'{word}':*")
}

#[cfg(test)]
mod tests {
    use handoff_core::conversation::{Actor, EventBody};
    use handoff_core::time::Timestamp;

    use super::*;

    fn said(text: &str) -> Option<String> {
        words(&Event {
            seq: 1,
            at: Timestamp::from_millis(0),
            epoch: 0,
            by: Actor::Visitor,
            body: EventBody::MessageReceived { text: text.into() },
        })
    }

    #[test]
    fn words_come_once_and_have_a_bound() {
        assert_eq!(said("b a, B!").as_deref(), Some("b a"));
        assert_eq!(said(" … "), None);
        let many: Vec<String> = (0..200_000).map(|n| format!("{n:06}")).collect();
        assert!(said(&many.join(" ")).unwrap().len() < MAX_BYTES);
    }
}

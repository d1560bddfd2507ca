//! The index of words: a full-text table that is filled after the commit, when the writer has nothing better to do, or
//! when somebody searches.

use handoff_core::board::{search_words, searched_texts};
use handoff_core::conversation::Event;

/// A document's number holds the conversation in its upper and the event in its lower bits.
const SEQ_BITS: u32 = 24;

/// The document of an event; none for events beyond the sixteen millionth of a conversation, which no search finds.
pub(crate) fn document(conversation: i64, seq: i64) -> Option<i64> {
    let fits = seq >> SEQ_BITS == 0 && conversation >> (62 - SEQ_BITS) == 0;
    fits.then_some(conversation << SEQ_BITS | seq)
}

/// What a query over documents selects to get their conversations.
pub(crate) const CONVERSATION_OF_DOCUMENT: &str = "rowid >> 24";

/// An event's words, as the full-text table takes them. They must be the same when the event is erased: who changes how
/// words are read must fill the table anew, by a migration.
pub(crate) fn words(event: &Event) -> String {
    let mut words = String::new();
    for word in searched_texts(&event.body).flat_map(search_words) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&word);
    }
    words
}

/// The full-text query for words that begin like this one. A word holds letters and digits alone, so that nothing in it
/// can end the quotes.
pub(crate) fn prefix_query(word: &str) -> String {
    format!("\"{word}\"*")
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn documents_of_different_events_differ() {
        assert_eq!(document(1, 5), Some(16_777_221));
        assert_ne!(document(1, 0xff_ffff), document(2, 0));
        assert_eq!(document(1, 1 << 24), None);
        assert_eq!(document(1 << 38, 1), None);
    }
}

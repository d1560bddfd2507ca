//! The questions in what a visitor wrote.

use crate::words::{sentences, words};

/// At most so many questions are answered at once, the newest.
pub(super) const MAX_PARTS: usize = 4;

/// One question, with what was said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The question, or a message without one.
    pub(super) text: &'a str,
    /// What was said before it in the same breath, newest first.
    pub(super) lead: Vec<&'a str>,
    /// It is a question by its form.
    pub(super) is_question: bool,
}

/// The questions in some messages, in order.
pub(super) fn parts<'a>(messages: &[&'a str]) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    let mut lead: Vec<&'a str> = Vec::new();
    for message in messages {
        let has_mark = message.contains(['?', '？', '؟']);
        let mut pieces = sentences(message);
        if !has_mark {
            pieces = vec![message.trim()];
        }
        for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
            if !has_mark
                || piece.ends_with(['?', '？', '؟'])
                || piece.trim_end_matches(['!', '.']).ends_with('?')
            {
                let is_question = has_mark || begins_as_question(piece);
                parts.push(Part {
                    text: piece,
                    lead: lead.clone(),
                    is_question,
                });
            }
            lead.insert(0, piece);
        }
    }
    let surplus = parts.len().saturating_sub(MAX_PARTS);
    parts.split_off(surplus)
}

const OPENERS: &[&str] = &[
    "how", "what", "whats", "when", "where", "wheres", "which", "who", "why", "can", "could", "do",
    "does", "did", "is", "are", "will", "would", "may", "should", "am",
];

fn begins_as_question(text: &str) -> bool {
    words(text, 1)
        .first()
        .is_some_and(|word| OPENERS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_comes_with_what_was_said_before_it() {
        let found = parts(&[
            "I bought a coat. It is too small. Can I return it? And how long does the refund take?",
            "pls hurry",
        ]);
        let texts: Vec<&str> = found.iter().map(|part| part.text).collect();
        assert_eq!(
            texts,
            [
                "Can I return it?",
                "And how long does the refund take?",
                "pls hurry"
            ]
        );
        assert_eq!(found[0].lead, ["It is too small.", "I bought a coat."]);
        assert!(found[0].is_question && !found[2].is_question);
    }

    #[test]
    fn a_flood_of_questions_is_bounded() {
        assert_eq!(parts(&["why? ".repeat(9_000).as_str()]).len(), MAX_PARTS);
    }
}

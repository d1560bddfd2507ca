//! What every board does alike: which cards a query admits, in which order, and which words a search looks for.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::conversation::{Card, Control, EventBody};
use crate::id::AgentId;
use crate::store::{BoardCursor, BoardQuery, BoardSort};

/// A search looks for at most so many words; further ones are ignored.
pub const MAX_SEARCH_WORDS: usize = 16;
/// Words are compared by at most so many characters.
pub const MAX_WORD_CHARS: usize = 64;

impl BoardSort {
    /// Where a card stands in this order: a smaller `(group, rank, id)` comes first.
    pub fn key(self, card: &Card) -> BoardCursor {
        let newest = card.last_word_at.as_millis().saturating_neg();
        let (group, rank) = match (self, card.unanswered_since) {
            (Self::Attention, _) => (i64::from(!card.needs_attention()), newest),
            (Self::Newest, _) => (0, newest),
            (Self::Oldest, _) => (0, card.opened_at.as_millis()),
            (Self::LongestWaiting, Some(since)) => (0, since.as_millis()),
            (Self::LongestWaiting, None) => (1, newest),
        };
        BoardCursor {
            group,
            rank,
            id: card.id,
        }
    }
}

impl BoardCursor {
    /// What cursors are compared by.
    pub fn order(&self) -> (i64, i64, uuid::Uuid) {
        (self.group, self.rank, self.id.as_uuid())
    }
}

impl BoardQuery {
    /// Whether a card passes every filter but [`text`](Self::text), which needs the messages.
    pub fn admits(&self, card: &Card) -> bool {
        let listed = (self.services.is_empty() || self.services.contains(&card.service))
            && (self.statuses.is_empty() || self.statuses.contains(&card.status));
        listed
            && (!self.attention || card.needs_attention())
            && (!self.follow_up || card.follow_up)
            && (self.holder.is_none() || self.holder.as_ref() == card.holder())
            && self.visitor.as_ref().is_none_or(|id| *id == card.visitor)
            && self.score_from.is_none_or(|from| card.score >= Some(from))
            && self
                .page
                .as_ref()
                .is_none_or(|part| card.page.url.contains(part.as_str()))
            && (self.category.is_none() || self.category.as_deref() == card.category.as_deref())
    }
}

impl Card {
    /// The agent who has the floor, also of a visitor who left.
    pub fn holder(&self) -> Option<&AgentId> {
        match &self.control {
            Control::Agent { agent, .. } if self.status.is_open() => Some(&agent.id),
            _ => None,
        }
    }
}

/// The texts of an event that a search looks at: what was said to and by the visitor, and the visitor's name and e-mail
/// address.
pub fn searched_texts(body: &EventBody) -> impl Iterator<Item = &str> {
    let profile = match body {
        EventBody::Opened { profile, .. } | EventBody::ProfileChanged { profile } => Some(profile),
        _ => None,
    };
    let names = profile
        .into_iter()
        .flat_map(|profile| [profile.name.as_deref(), profile.email.as_deref()]);
    names.flatten().chain(body.said())
}

/// The words of a text as a search compares them: lower case, without accents; each Chinese character and Japanese
/// syllable is a word of its own. They hold letters and digits alone. A search for `ann` finds `Anna`: a word is found
/// where a word begins with it.
pub fn search_words(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|c| !is_accent(*c))
        .peekable();
    std::iter::from_fn(move || {
        while rest.next_if(|c| !c.is_alphanumeric()).is_some() {}
        let first = rest.next()?;
        let mut word = String::from(first);
        let mut chars = 1;
        while let Some(c) =
            rest.next_if(|c| c.is_alphanumeric() && !is_unspaced(first) && !is_unspaced(*c))
        {
            if chars < MAX_WORD_CHARS {
                word.push(c);
                chars += 1;
            }
        }
        Some(word)
    })
}

/// A mark that does not tell words apart. Vowel signs of Indic scripts do: they are letters to Unicode.
fn is_accent(c: char) -> bool {
    is_combining_mark(c) && (!c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c))
}

/// Written without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_hold_letters_and_digits_alone() {
        let words = |text| search_words(text).collect::<Vec<_>>();
        assert_eq!(
            words("Ça va, JOSÉ? x@ex-ample.org"),
            ["ca", "va", "jose", "x", "ex", "ample", "org"]
        );
        assert_eq!(words("e\u{301}te\u{301} 👍🏽 \"a\"*\0b"), ["ete", "a", "b"]);
        assert_eq!(
            words("東京タワー no2"),
            ["東", "京", "タ", "ワ", "ー", "no2"]
        );
        assert_eq!(words("שלום مرحبا"), ["שלום", "مرحبا"]);
        assert_eq!(words("\u{1f600} …"), Vec::<String>::new());
        assert_eq!(words(&"x".repeat(1000)), ["x".repeat(MAX_WORD_CHARS)]);
    }
}

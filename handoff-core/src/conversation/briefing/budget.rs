//! The token budget of a turn.

use super::sentences::clip;

/// How many tokens a turn may take, by an estimate: a token for every three bytes of UTF-8, and four for each entry.
///
/// English takes a token for about four bytes, Chinese one for about three, Russian and Arabic one for about four
/// (`OpenAI`'s `o200k_base`), so the estimate is on the safe side for text that people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnBudget(usize);

/// Bytes that count as a token.
const BYTES: usize = 3;
/// What an entry costs beside its text: role, name, marks.
const ENTRY: usize = 4;

impl TurnBudget {
    /// The smallest: profile, page, facts and promises always find room in it.
    pub const MIN: Self = Self(8_000);
    /// The default: a large part of the context of small models, a small one of that of large models.
    pub const DEFAULT: Self = Self(12_000);

    /// So many tokens, at least [`TurnBudget::MIN`].
    pub fn new(tokens: usize) -> Self {
        Self(tokens.max(Self::MIN.0))
    }

    /// In tokens.
    pub fn tokens(self) -> usize {
        self.0
    }

    /// One part in so many.
    pub(super) fn part(self, parts: usize) -> usize {
        self.0 / parts
    }
}

/// The estimate for one entry of so many bytes.
pub(super) fn cost(bytes: usize) -> usize {
    bytes.div_ceil(BYTES) + ENTRY
}

/// The newest texts that fit into so many tokens, oldest first; the first that does not is clipped, if room is left.
pub(super) fn newest(texts: Vec<String>, tokens: usize) -> Vec<String> {
    let mut left = tokens;
    let mut kept: Vec<String> = Vec::new();
    for text in texts.into_iter().rev() {
        let whole = cost(text.len());
        if whole > left {
            kept.extend(clipped(&text, left));
            break;
        }
        left -= whole;
        kept.push(text);
    }
    kept.reverse();
    kept
}

/// The beginning that fits into so many tokens; none where hardly anything would.
pub(super) fn clipped(text: &str, tokens: usize) -> Option<String> {
    let room = tokens.saturating_sub(ENTRY) * BYTES;
    (room >= 30).then(|| clip(text, room))
}

/// Shortens texts until all of them fit into so many tokens, each beside so many bytes that stay: none is dropped.
pub(super) fn all(texts: Vec<(&mut String, usize)>, tokens: usize) {
    let whole: usize = texts
        .iter()
        .map(|(text, beside)| cost(text.len() + beside))
        .sum();
    if whole <= tokens || texts.is_empty() {
        return;
    }
    let beside: usize = texts.iter().map(|(_, beside)| cost(*beside)).sum();
    // One byte of a started token each.
    let each = (tokens.saturating_sub(beside) / texts.len()).saturating_sub(1) * BYTES;
    for (text, _) in texts {
        *text = clip(text, each.max('…'.len_utf8()));
    }
}

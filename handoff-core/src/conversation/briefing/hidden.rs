//! Text without what nobody sees.

use std::borrow::Cow;

/// The text without characters that nobody sees and that can carry words past a reader: zero-width and tag characters,
/// variation selectors that vary nothing, marks that change the direction of what follows, control characters.
///
/// What writes a script stays: one joiner between two characters that are no ASCII (Persian, Hindi, emoji), and one variation
/// selector behind such a character or a keycap.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text
        .chars()
        .all(|c| c == '\n' || c == '\t' || !(c.is_control() || is_unseen(c)))
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let kept = match c {
            '\n' | '\t' => true,
            '\u{200c}' | '\u{200d}' => joins(before) && joins(next),
            '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(|c: char| {
                !is_unseen(c) && (!c.is_ascii() || c.is_ascii_digit() || matches!(c, '#' | '*'))
            }),
            c => !(c.is_control() || is_unseen(c)),
        };
        if kept {
            out.push(c);
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

fn joins(c: Option<char>) -> bool {
    c.is_some_and(|c| !c.is_ascii() && !c.is_whitespace() && (!is_unseen(c) || c == '\u{fe0f}'))
}

fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_gone_and_what_writes_a_script_stays() {
        let tagged: String = "secret"
            .chars()
            .filter_map(|c| char::from_u32(0xe0000 + c as u32))
            .collect();
        assert_eq!(visible(&format!("Hello{tagged}!")), "Hello!");
        assert_eq!(
            visible("a\u{200b}\u{200c}\u{200d}\u{2060}b\u{fe01}\u{202e}c\u{1b}[0m"),
            "abc[0m"
        );
        assert_eq!(visible("a\u{200d}\u{200d}é"), "aé");
        for kept in [
            "می\u{200c}خواهم",
            "👩\u{200d}🚀 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            "a\n\tb",
            "क\u{94d}\u{200d}ष",
        ] {
            assert_eq!(visible(kept), kept);
        }
    }
}

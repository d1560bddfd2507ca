//! Showing a reply in pieces.

use std::time::Duration;

use handoff_core::assistant::{FloorLost, ReplySink};

/// A piece has so many words.
const WORDS: usize = 3;
/// No reply takes longer to show than this.
const LONGEST: Duration = Duration::from_secs(30);

/// Shows a text piece by piece, with `pace` between them.
///
/// # Errors
/// [`FloorLost`] as soon as the sink says so: no piece comes after it.
pub(super) async fn show(
    text: &str,
    pace: Duration,
    sink: &dyn ReplySink,
) -> Result<(), FloorLost> {
    let pieces = pieces(text);
    let pace = pace.min(LONGEST / u32::try_from(pieces.len().max(1)).unwrap_or(u32::MAX));
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 && !pace.is_zero() {
            tokio::time::sleep(pace).await;
        }
        sink.piece(piece).await?;
    }
    Ok(())
}

/// The text in pieces of a few words; together they are the text, byte for byte.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut words = 0;
    let mut in_gap = false;
    for (at, c) in text.char_indices() {
        if in_gap && !c.is_whitespace() {
            words += 1;
            if words == WORDS {
                pieces.extend(text.get(start..at));
                (start, words) = (at, 0);
            }
        }
        in_gap = c.is_whitespace();
    }
    pieces.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn pieces_are_the_text() {
        for text in ["", "one", " a b  c d\n\n- e f g h ", "ä ö ü ß"] {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("a b c d e"), ["a b c ", "d e"]);
    }
}

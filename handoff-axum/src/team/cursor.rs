//! Where a page ended, opaque to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use handoff_core::store::BoardCursor;

/// Longer ones were never given.
const MAX_CHARS: usize = 400;

pub(super) fn encode(cursor: &BoardCursor) -> Option<String> {
    serde_json::to_vec(cursor)
        .ok()
        .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

pub(super) fn decode(text: &str) -> Option<BoardCursor> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text.get(..MAX_CHARS).map_or(text, |_| ""))
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use handoff_core::id::ConversationId;

    use super::*;

    #[test]
    fn only_what_was_given_is_taken_back() {
        let id: ConversationId = "018f0000-0000-7000-8000-000000000007".parse().unwrap();
        let cursor = BoardCursor {
            group: 1,
            rank: -7,
            id,
        };
        let text = encode(&cursor).unwrap();
        assert_eq!(decode(&text), Some(cursor));
        for bad in [
            "",
            "!",
            "e30",
            "bnVsbA",
            text.get(1..).unwrap(),
            &"A".repeat(500),
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}

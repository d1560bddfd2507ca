//! [`Watch`]: looks at the bytes of an answer as they pass, for what the client library does not tell.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::failure::Failure;

/// An answer has at most so many bytes, its framing included.
const MAX_BYTES: usize = 16 << 20;
/// The end marker, as a line of the stream.
const MARKERS: [&[u8]; 2] = [b"data: [DONE]", b"data:[DONE]"];
/// Longer lines are no marker.
const MAX_LINE: usize = 16;

/// Sees every byte of one answer.
#[derive(Debug, Default)]
pub(super) struct Watch {
    marked: AtomicBool,
    failure: Mutex<Option<Failure>>,
}

impl Watch {
    /// Whether the stream had its end marker.
    pub(super) fn is_marked(&self) -> bool {
        self.marked.load(Ordering::Acquire)
    }

    pub(super) fn failed(&self, failure: Failure) {
        let mut first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(failure);
    }

    /// Why the bytes ended.
    pub(super) fn failure(&self) -> Option<Failure> {
        let first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        first.clone()
    }
}

/// Reads lines that may be the end marker, in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    line: Vec<u8>,
    bytes: usize,
}

impl Scanner {
    /// Reads on.
    pub(super) fn read(&mut self, piece: &[u8], watch: &Watch) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(piece.len());
        if self.bytes > MAX_BYTES {
            return Err(Failure::TooLarge);
        }
        for &byte in piece {
            if matches!(byte, b'\n' | b'\r') {
                if MARKERS.contains(&self.line.trim_ascii_end()) {
                    watch.marked.store(true, Ordering::Release);
                }
                self.line.clear();
            } else if self.line.len() < MAX_LINE {
                self.line.push(byte);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_marked(pieces: &[&[u8]]) -> bool {
        let (watch, mut scanner) = (Watch::default(), Scanner::default());
        for piece in pieces {
            scanner.read(piece, &watch).unwrap();
        }
        watch.is_marked()
    }

    #[test]
    fn the_marker_is_a_line_of_its_own_however_it_is_cut() {
        let stream = b"data: {}\n\ndata: [DONE]\n\n";
        for at in 0..stream.len() {
            let (head, tail) = stream.split_at(at);
            assert!(is_marked(&[head, tail]), "cut at {at}");
            assert_eq!(is_marked(&[head]), at > 22, "ends at {at}");
        }
        assert!(is_marked(&[b"data:[DONE]\r\n\r\n"]));
        for text in [
            "data: {\"a\":\"data: [DONE]\"}\n\n",
            "data: [DONE] not\n",
            "[DONE]\n",
        ] {
            assert!(!is_marked(&[text.as_bytes()]), "{text}");
        }
        let (watch, mut scanner) = (Watch::default(), Scanner::default());
        let flood = vec![b'x'; MAX_BYTES + 1];
        assert_eq!(scanner.read(&flood, &watch), Err(Failure::TooLarge));
    }
}

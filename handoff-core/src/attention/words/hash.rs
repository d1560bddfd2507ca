//! Hashes of words that grow by one character at a time, so that "all prefixes" and "one letter less" need no copies.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The hash of the empty word.
pub(super) const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash after one more character.
pub(super) fn push(hash: u64, c: char) -> u64 {
    let mixed = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// The hash of a whole word.
pub(super) fn of(word: &str) -> u64 {
    word.chars().fold(EMPTY, push)
}

/// A map whose keys are such hashes already.
pub(super) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<Ready>>;

/// Passes a ready hash through.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = push(self.0, char::from(*byte));
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

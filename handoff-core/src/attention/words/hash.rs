//! Hashes of words that are put together from the hashes of their parts, so that "all prefixes" and "one letter less"
//! need no copies.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The hash of the empty word.
pub(super) const EMPTY: u64 = 0;

const BASE: u64 = 0x0001_0000_01b3;

/// The hash after one more character.
pub(super) fn push(hash: u64, c: char) -> u64 {
    hash.wrapping_mul(BASE)
        .wrapping_add(u64::from(u32::from(c)) + 1)
}

/// The hash of a word in front, and one of `length` characters behind it.
pub(super) fn concat(front: u64, behind: u64, length: usize) -> u64 {
    let shift = POWERS.get(length).copied().unwrap_or_default();
    front.wrapping_mul(shift).wrapping_add(behind)
}

/// The longest word that [`concat`] puts behind another.
pub(super) const LONGEST_BEHIND: usize = 32;

const POWERS: [u64; LONGEST_BEHIND + 1] = powers();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn powers() -> [u64; LONGEST_BEHIND + 1] {
    let mut powers = [1u64; LONGEST_BEHIND + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1].wrapping_mul(BASE);
        at += 1;
    }
    powers
}

/// The hash of a whole word.
pub(super) fn of(word: &str) -> u64 {
    word.chars().fold(EMPTY, push)
}

/// Spreads a hash over all its bits, for tables.
fn spread(hash: u64) -> u64 {
    let mixed = (hash ^ (hash >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

/// A map whose keys are such hashes.
pub(super) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

/// Spreads a hash that is ready.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = push(self.0, char::from(*byte));
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = spread(hash);
    }
}

/// A small set of hashes that fits a cache: most lookups of words that nobody knows end here.
#[derive(Debug, Default)]
pub(super) struct Filter {
    bits: Box<[u64]>,
}

impl Filter {
    /// Bits for each hash: about one in twelve that are not in the set gets through.
    const BITS: usize = 12;

    /// The set of `hashes`.
    pub(super) fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let words = (hashes.len() * Self::BITS / 64 + 1).next_power_of_two();
        let mut filter = Self {
            bits: vec![0; words].into_boxed_slice(),
        };
        for hash in hashes {
            let (word, bit) = filter.slot(hash);
            filter
                .bits
                .iter_mut()
                .skip(word)
                .take(1)
                .for_each(|bits| *bits |= bit);
        }
        filter
    }

    /// `false` where the hash is surely not in the set.
    pub(super) fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = self.slot(hash);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn slot(&self, hash: u64) -> (usize, u64) {
        let spread = spread(hash);
        let word =
            usize::try_from(spread >> 40).unwrap_or_default() & self.bits.len().saturating_sub(1);
        (word, 1 << (spread >> 32 & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole() {
        assert_eq!(concat(of("some"), of("one"), 3), of("someone"));
        assert_eq!(concat(EMPTY, of("a"), 1), of("a"));
        assert_ne!(of("ab"), of("ba"));
    }

    #[test]
    fn a_filter_lets_its_own_through_and_few_others() {
        let words: Vec<u64> = (0..1_000).map(|number| of(&number.to_string())).collect();
        let filter = Filter::of(words.iter().copied());
        assert!(words.iter().all(|word| filter.may_hold(*word)));
        let strangers = (1_000..2_000)
            .filter(|number| filter.may_hold(of(&number.to_string())))
            .count();
        assert!(strangers < 200, "{strangers} of 1000 get through");
    }
}

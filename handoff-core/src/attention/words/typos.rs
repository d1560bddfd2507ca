//! Which word of the lexicon a misspelt word may stand for.
//!
//! Every word is filed under all its spellings with one letter left out (two for long key words). A misspelt word loses
//! letters in the same way, and where the two meet, the edit distance decides: a few hash lookups, no walk over the list.

use super::hash::{self, ByHash, Filter};

/// Longer words are not corrected.
const LONGEST: usize = 24;
/// Key words of this length may have two mistakes; all others have one.
const LONG: usize = 8;
/// Shorter words are not corrected.
const SHORTEST: usize = 4;
/// Shorter words that are no key words are not what a misspelt word stands for.
const SHORTEST_COMMON: usize = 5;

/// The words, by their spellings with letters left out.
#[derive(Debug, Default)]
pub(super) struct Typos {
    words: Vec<Correct>,
    /// Ranges of `filed`.
    places: ByHash<(u32, u32)>,
    filed: Vec<u32>,
    filter: Filter,
}

/// A word as it is to be written.
#[derive(Debug)]
struct Correct {
    letters: Box<[char]>,
    hash: u64,
    is_key: bool,
}

impl Typos {
    /// Files `words`, each with whether it is a key word.
    pub(super) fn new(words: impl IntoIterator<Item = (String, bool)>) -> Self {
        let words: Vec<Correct> = words
            .into_iter()
            .map(|(word, is_key)| Correct {
                letters: word.chars().collect(),
                hash: hash::of(&word),
                is_key,
            })
            .filter(|word| word.letters.len() <= LONGEST)
            .filter(|word| {
                word.letters.len()
                    >= if word.is_key {
                        SHORTEST
                    } else {
                        SHORTEST_COMMON
                    }
            })
            .collect();
        let mut filed = Vec::new();
        for (id, word) in (0u32..).zip(&words) {
            let depth = if word.is_key && word.letters.len() >= LONG {
                2
            } else {
                1
            };
            each_shortened(&word.letters, depth, &mut |hash| filed.push((hash, id)));
        }
        filed.sort_unstable();
        filed.dedup();
        let mut places = ByHash::default();
        for (at, (hash, _)) in (0u32..).zip(&filed) {
            places.entry(*hash).or_insert((at, at)).1 = at + 1;
        }
        let filter = Filter::of(places.keys().copied());
        Self {
            words,
            places,
            filed: filed.into_iter().map(|(_, id)| id).collect(),
            filter,
        }
    }

    /// The hashes of the words that are nearest to `word`, at most two, the likelier first.
    pub(super) fn nearest(&self, word: &[char]) -> [Option<u64>; 2] {
        if !(SHORTEST..=LONGEST).contains(&word.len()) {
            return [None; 2];
        }
        let mut best: [Option<(usize, u32)>; 2] = [None; 2];
        let depth = if word.len() >= LONG { 2 } else { 1 };
        each_shortened(word, depth, &mut |hash| {
            let place = if self.filter.may_hold(hash) {
                self.places.get(&hash)
            } else {
                None
            };
            let Some(&(from, to)) = place else { return };
            for &id in self
                .filed
                .get(from as usize..to as usize)
                .unwrap_or_default()
            {
                self.consider(word, id, &mut best);
            }
        });
        best.map(|found| {
            found
                .and_then(|(_, id)| self.words.get(id as usize))
                .map(|word| word.hash)
        })
    }

    fn consider(&self, word: &[char], id: u32, best: &mut [Option<(usize, u32)>; 2]) {
        if best.iter().flatten().any(|(_, known)| *known == id) {
            return;
        }
        let Some(key) = self.words.get(id as usize) else {
            return;
        };
        let Some(rank) = rank(word, key) else { return };
        let found = Some((rank, id));
        if best[0].is_none_or(|(known, _)| rank < known) {
            best[1] = best[0];
            best[0] = found;
        } else if best[1].is_none_or(|(known, _)| rank < known) {
            best[1] = found;
        }
    }
}

/// How far `word` is from `key`, lower is nearer; `None` where it is too far to be the same word.
fn rank(word: &[char], key: &Correct) -> Option<usize> {
    let distance = distance(word, &key.letters);
    let length = word.len().min(key.letters.len());
    let same_start = alike(word.first(), key.letters.first());
    let near = match distance {
        0 | 1 => length > SHORTEST || same_start || transposed(word, &key.letters),
        2 => key.is_key && length >= LONG && same_start,
        _ => false,
    };
    near.then_some(distance * 4 + usize::from(!same_start) * 2 + usize::from(!key.is_key))
}

/// Whether two words begin with the same letter, or with letters that sound alike.
fn alike(a: Option<&char>, b: Option<&char>) -> bool {
    const SOUND_ALIKE: [&[char]; 6] = [
        &['а', 'о'],
        &['е', 'и', 'э'],
        &['c', 'k', 'q'],
        &['b', 'v'],
        &['i', 'y'],
        &['s', 'z'],
    ];
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    a == b
        || SOUND_ALIKE
            .iter()
            .any(|letters| letters.contains(a) && letters.contains(b))
}

fn transposed(word: &[char], key: &[char]) -> bool {
    word.len() == key.len() && word.iter().all(|letter| key.contains(letter))
}

/// Edit distance with swapped neighbours as one mistake; 3 stands for anything above 2.
fn distance(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut before = [0usize; LONGEST + 1];
    let mut last: [usize; LONGEST + 1] = std::array::from_fn(|column| column);
    let mut previous_a = None;
    for (row, &from) in a.iter().enumerate() {
        let mut this = [row + 1; LONGEST + 1];
        let mut left = row + 1;
        let mut previous_b = None;
        let mut swapped_base = None;
        let columns = last.windows(2).zip(this.iter_mut().skip(1)).zip(b);
        for (column, ((pair, cell), &to)) in columns.enumerate() {
            let &[diagonal, above] = pair else { continue };
            let mut cost = (diagonal + usize::from(from != to))
                .min(above + 1)
                .min(left + 1);
            if previous_a == Some(to) && previous_b == Some(from) {
                cost = cost.min(swapped_base.unwrap_or(3) + 1);
            }
            swapped_base = before.get(column).copied();
            previous_b = Some(to);
            *cell = cost;
            left = cost;
        }
        before = last;
        last = this;
        previous_a = Some(from);
    }
    last.get(b.len()).copied().unwrap_or(3).min(3)
}

/// The hashes of `word`, and of it with up to `depth` (one or two) letters left out.
fn each_shortened(word: &[char], depth: u8, found: &mut impl FnMut(u64)) {
    let length = word.len();
    let mut ends = [hash::EMPTY; LONGEST + 1];
    // The hash of what follows each place: `ends[i]` of the last `i` letters.
    let mut end = hash::EMPTY;
    for (count, (slot, letter)) in ends.iter_mut().skip(1).zip(word.iter().rev()).enumerate() {
        end = hash::concat(hash::push(hash::EMPTY, *letter), end, count);
        *slot = end;
    }
    let end = |letters: usize| ends.get(letters).copied().unwrap_or_default();
    found(end(length));
    let mut front = hash::EMPTY;
    for (at, letter) in word.iter().enumerate() {
        let behind = length - at - 1;
        found(hash::concat(front, end(behind), behind));
        if depth > 1 {
            let mut middle = front;
            for (next, letter) in word.iter().enumerate().skip(at + 1) {
                let behind = length - next - 1;
                found(hash::concat(middle, end(behind), behind));
                middle = hash::push(middle, *letter);
            }
        }
        front = hash::push(front, *letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    #[test]
    fn distances_count_swaps_once() {
        for (a, b, expected) in [
            ("person", "person", 0),
            ("eprson", "person", 1),
            ("persom", "person", 1),
            ("assistgant", "assistant", 1),
            ("representitve", "representative", 2),
            ("ab", "ba", 1),
            ("human", "agent", 3),
        ] {
            assert_eq!(distance(&chars(a), &chars(b)), expected, "{a} {b}");
        }
    }

    #[test]
    fn shortened_words_leave_letters_out() {
        let mut hashes = Vec::new();
        each_shortened(&chars("abcd"), 2, &mut |hash| hashes.push(hash));
        let expected = [
            "abcd", "bcd", "cd", "bd", "bc", "acd", "ad", "ac", "abd", "ab", "abc",
        ];
        assert_eq!(hashes, expected.map(hash::of));
    }

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let typos = Typos::new(
            [
                ("person", true),
                ("representative", true),
                ("talk", true),
                ("through", false),
                ("with", false),
            ]
            .map(|(word, is_key)| (word.to_owned(), is_key)),
        );
        let nearest = |word: &str| typos.nearest(&chars(word))[0];
        assert_eq!(nearest("eprson"), Some(hash::of("person")));
        assert_eq!(nearest("represntatve"), Some(hash::of("representative")));
        assert_eq!(nearest("taok"), Some(hash::of("talk")));
        assert_eq!(
            nearest("walk"),
            None,
            "another first letter is another word"
        );
        assert_eq!(nearest("thruogh"), Some(hash::of("through")));
        assert_eq!(nearest("thruuogh"), None, "common words have one mistake");
        assert_eq!(nearest("wiht"), None, "short common words have none");
        assert_eq!(nearest("prison"), None);
        assert_eq!(nearest(&"x".repeat(100)), None);
    }
}

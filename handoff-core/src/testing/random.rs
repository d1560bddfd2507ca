//! Random numbers that are the same on every machine and in every version.

/// A stream of random numbers (xoshiro256++, seeded by splitmix64). A consumer has a stream of its own, so that one that
/// draws more or less leaves the others as they were.
#[derive(Debug, Clone)]
pub struct Random {
    state: (u64, u64, u64, u64),
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Random {
    /// The stream of one consumer under a seed.
    pub fn stream(seed: u64, consumer: u64) -> Self {
        let mut from = seed;
        let mut mixed = splitmix(&mut from) ^ consumer.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let mut next = || splitmix(&mut mixed);
        Self {
            state: (next(), next(), next(), next()),
        }
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        let (s0, s1, s2, s3) = &mut self.state;
        let drawn = s0.wrapping_add(*s3).rotate_left(23).wrapping_add(*s0);
        let shifted = *s1 << 17;
        *s2 ^= *s0;
        *s3 ^= *s1;
        *s1 ^= *s2;
        *s0 ^= *s3;
        *s2 ^= shifted;
        *s3 = s3.rotate_left(45);
        drawn
    }

    /// A number below `limit`; 0 where the limit is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.any()) * u128::from(limit);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from `least` to `most`, both included.
    pub fn within(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// An index into something of this length; 0 where it is empty.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or_default()
    }

    /// One of these; none where there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let index = self.index(from.len());
        from.get(index)
    }

    /// One of these, each as likely as its weight says; none where all weights are 0.
    pub fn weighted<T: Copy>(&mut self, from: &[(u64, T)]) -> Option<T> {
        let mut left = self.below(from.iter().map(|(weight, _)| weight).sum());
        from.iter()
            .find(|(weight, _)| {
                let hit = left < *weight;
                left = left.saturating_sub(*weight);
                hit
            })
            .map(|(_, what)| *what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_never_changes() {
        let mut random = Random::stream(1, 2);
        let first = [random.any(), random.any(), random.any()];
        let mut again = Random::stream(1, 2);
        assert_eq!(first, [again.any(), again.any(), again.any()]);
        assert_ne!(first[0], Random::stream(1, 3).any());
        assert_ne!(first[0], Random::stream(2, 2).any());
    }

    #[test]
    fn draws_stay_in_their_bounds_and_reach_them() {
        let mut random = Random::stream(7, 0);
        let drawn: Vec<u64> = (0..1000).map(|_| random.within(3, 6)).collect();
        assert_eq!(drawn.iter().min(), Some(&3));
        assert_eq!(drawn.iter().max(), Some(&6));
        assert_eq!(random.below(0), 0);
        assert!((0..1000).all(|_| random.weighted(&[(0, 'a'), (5, 'b')]) == Some('b')));
    }
}

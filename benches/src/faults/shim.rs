//! What meddles with the contents of connections to a store or a bus.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use handoff_core::testing::Random;

use super::resp::Messages;

/// What is done to a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on as it is.
    Pass,
    /// It goes on, and then the connection is reset: its answer never comes.
    PassAndReset,
    /// This goes on in its place.
    Instead(Vec<u8>),
}

/// What meddles.
#[derive(Debug)]
pub(super) enum Shim {
    /// Nothing.
    None,
    /// The connection is reset right after a commit went out, while this is armed.
    Commit(CommitShim),
    /// Published messages are dropped, doubled and held back, while this is on.
    PubSub(PubSubShim),
}

/// Cuts at a commit.
#[derive(Debug, Default)]
pub(super) struct CommitShim {
    armed: AtomicBool,
    struck: AtomicU64,
}

/// Meddles with published messages.
#[derive(Debug)]
pub(super) struct PubSubShim {
    on: AtomicBool,
    random: Mutex<Random>,
    struck: AtomicU64,
}

impl Shim {
    /// Not armed yet.
    pub(super) fn commit() -> Self {
        Self::Commit(CommitShim::default())
    }

    /// Not on yet.
    pub(super) fn pub_sub(random: Random) -> Self {
        Self::PubSub(PubSubShim {
            on: AtomicBool::new(false),
            random: Mutex::new(random),
            struck: AtomicU64::new(0),
        })
    }

    /// Arms it, or no longer.
    pub(super) fn arm(&self, arm: bool) {
        match self {
            Self::None => {}
            Self::Commit(shim) => shim.armed.store(arm, Ordering::Relaxed),
            Self::PubSub(shim) => shim.on.store(arm, Ordering::Relaxed),
        }
    }

    /// How often it struck so far.
    pub(super) fn struck(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Commit(shim) => shim.struck.load(Ordering::Relaxed),
            Self::PubSub(shim) => shim.struck.load(Ordering::Relaxed),
        }
    }

    /// Parts what comes on one connection into messages.
    pub(super) fn messages(&self) -> Option<Messages> {
        matches!(self, Self::PubSub(_)).then(Messages::default)
    }

    /// Looks at a chunk on its way to the server (`is_up`) or back.
    pub(super) fn look(
        &self,
        chunk: &[u8],
        is_up: bool,
        messages: &mut Option<Messages>,
    ) -> Verdict {
        match (self, messages) {
            (Self::Commit(shim), _) if is_up => shim.look(chunk),
            (Self::PubSub(shim), Some(messages)) if !is_up => shim.look(chunk, messages),
            _ => Verdict::Pass,
        }
    }
}

impl CommitShim {
    fn look(&self, chunk: &[u8]) -> Verdict {
        const COMMIT: &[u8] = b"COMMIT";
        let commits = chunk.windows(COMMIT.len()).any(|word| word == COMMIT);
        if commits && self.armed.swap(false, Ordering::Relaxed) {
            self.struck.fetch_add(1, Ordering::Relaxed);
            Verdict::PassAndReset
        } else {
            Verdict::Pass
        }
    }
}

impl PubSubShim {
    fn look(&self, chunk: &[u8], messages: &mut Messages) -> Verdict {
        let on = self.on.load(Ordering::Relaxed);
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = Vec::with_capacity(chunk.len());
        let mut held: Vec<u8> = Vec::new();
        for part in messages.take(chunk) {
            if !on || !part.is_message {
                out.extend_from_slice(&part.bytes);
                out.append(&mut held);
                continue;
            }
            match random.below(100) {
                0..30 => {}
                30..45 => {
                    out.extend_from_slice(&part.bytes);
                    out.extend_from_slice(&part.bytes);
                }
                // Behind the one that comes after it.
                45..65 => {
                    held.extend_from_slice(&part.bytes);
                }
                _ => {
                    out.extend_from_slice(&part.bytes);
                    out.append(&mut held);
                    continue;
                }
            }
            self.struck.fetch_add(1, Ordering::Relaxed);
        }
        out.append(&mut held);
        Verdict::Instead(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_cut_once_when_armed() {
        let shim = Shim::commit();
        let commit = b"Q\0\0\0\x0bCOMMIT\0";
        assert_eq!(shim.look(commit, true, &mut None), Verdict::Pass);
        shim.arm(true);
        assert_eq!(shim.look(b"BEGIN", true, &mut None), Verdict::Pass);
        assert_eq!(shim.look(commit, false, &mut None), Verdict::Pass);
        assert_eq!(shim.look(commit, true, &mut None), Verdict::PassAndReset);
        assert_eq!(shim.look(commit, true, &mut None), Verdict::Pass);
        assert_eq!(shim.struck(), 1);
    }

    #[test]
    fn published_messages_are_meddled_with_and_answers_are_not() {
        let shim = Shim::pub_sub(Random::stream(1, 1));
        shim.arm(true);
        let mut messages = shim.messages();
        let message = b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n";
        let answers = b"+OK\r\n";
        let mut sent = Vec::new();
        let mut came = Vec::new();
        for _ in 0..200 {
            sent.extend_from_slice(message);
            for chunk in [&message[..], &answers[..]] {
                match shim.look(chunk, false, &mut messages) {
                    Verdict::Instead(bytes) => came.extend(bytes),
                    verdict => panic!("{verdict:?}"),
                }
            }
        }
        let count = |of: &[u8]| came.windows(of.len()).filter(|bytes| *bytes == of).count();
        assert_eq!(count(answers), 200);
        assert!((100..200).contains(&count(message)), "{}", count(message));
        assert!(shim.struck() > 50);
    }
}

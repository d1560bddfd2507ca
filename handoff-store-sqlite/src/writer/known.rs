//! Where conversations stand, as the writer last wrote or read it.

use std::collections::HashMap;
use std::sync::Arc;

use handoff_core::id::ConversationId;

use crate::committed::Standing;

/// So many are remembered in each of two generations, some hundred bytes each.
const GENERATION: usize = 4096;

/// What the writer must know of a conversation to judge a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Its row.
    pub(super) num: i64,
    pub(super) version: u64,
    pub(super) open_key: Option<Arc<str>>,
    /// How it counts on boards.
    pub(super) standing: Standing,
    /// See [`Columns::shape`](crate::columns::Columns::shape); none where it was not computed.
    pub(super) shape: Option<u64>,
}

/// Heads of conversations that exist. As nobody else writes, what is here is what is stored.
#[derive(Debug, Default)]
pub(super) struct KnownHeads {
    young: HashMap<ConversationId, Head>,
    old: HashMap<ConversationId, Head>,
}

impl KnownHeads {
    pub(super) fn get(&self, id: ConversationId) -> Option<&Head> {
        self.young.get(&id).or_else(|| self.old.get(&id))
    }

    /// When the young generation is full it becomes the old one, and the old one is forgotten.
    pub(super) fn put(&mut self, id: ConversationId, head: Head) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, head);
    }

    pub(super) fn forget_all(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_the_number_is_bounded() {
        let id = |n: usize| ConversationId::from_uuid(uuid::Uuid::from_u128(n as u128));
        let mut known = KnownHeads::default();
        for n in 0..5 * GENERATION {
            known.put(
                id(n),
                Head {
                    num: 1,
                    version: n as u64,
                    open_key: None,
                    standing: Standing::default(),
                    shape: None,
                },
            );
        }
        assert!(known.young.len() + known.old.len() <= 2 * GENERATION);
        let last = 5 * GENERATION - 1;
        assert_eq!(
            known.get(id(last)).map(|head| head.version),
            Some(last as u64)
        );
        assert_eq!(known.get(id(0)), None);
    }
}

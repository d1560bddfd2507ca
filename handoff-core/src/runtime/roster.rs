//! Who is at other nodes, as those announce it. Pure: the time comes in.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use uuid::Uuid;

use crate::id::{AgentId, ConversationId};
use crate::time::{Millis, Timestamp};

/// So often a node announces everybody who is there.
pub(super) const REFRESH: Millis = Millis::from_secs(10);
/// Whom a node did not announce for so long is no longer there: three announcements may be lost.
pub(super) const LIFETIME: Millis = Millis::from_secs(35);
/// A node that has not heard itself for so long hears nobody.
const DEAF_AFTER: Millis = Millis::from_secs(25);
/// So many people at other nodes are remembered; further ones count as absent.
const MAX_SEEN: usize = 500_000;

/// Somebody with a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Person {
    /// At a dashboard.
    Agent(AgentId),
    /// At the widget of a conversation.
    Visitor(ConversationId),
}

/// Who is at other nodes.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// At which nodes, and until when that counts.
    seen: HashMap<Person, Vec<(Uuid, Timestamp)>>,
    /// Since when, and until when, this node heard its own announcements: proof that it hears others'.
    hearing: Option<(Timestamp, Timestamp)>,
}

impl Roster {
    pub(super) fn contains(&self, person: &Person) -> bool {
        self.seen.contains_key(person)
    }

    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        self.seen.keys()
    }

    /// A node announces somebody. Says whether this person came to the first node, or left the last.
    pub(super) fn hear(
        &mut self,
        node: Uuid,
        person: Person,
        present: bool,
        now: Timestamp,
    ) -> bool {
        let full = self.seen.len() >= MAX_SEEN;
        match self.seen.entry(person) {
            Entry::Vacant(_) if !present || full => false,
            Entry::Vacant(place) => {
                place.insert(vec![(node, now.after(LIFETIME))]);
                true
            }
            Entry::Occupied(mut place) => {
                place.get_mut().retain(|(at, _)| *at != node);
                if present {
                    place.get_mut().push((node, now.after(LIFETIME)));
                }
                let gone = place.get().is_empty();
                if gone {
                    place.remove();
                }
                gone
            }
        }
    }

    /// This node's own announcement came back.
    pub(super) fn hear_self(&mut self, now: Timestamp) {
        let since = match self.hearing {
            Some((since, last)) if now.since(last) <= DEAF_AFTER => since,
            _ => now,
        };
        self.hearing = Some((since, now));
    }

    /// Whether this node hears others, and did for long enough to have heard of everybody.
    pub(super) fn can_judge(&self, now: Timestamp) -> bool {
        self.hearing.is_some_and(|(since, last)| {
            now.since(last) <= DEAF_AFTER && now.since(since) >= DEAF_AFTER
        })
    }

    /// Forgets those whom no node announces any more, and returns them. A node that hears nobody forgets nobody.
    pub(super) fn sweep(&mut self, now: Timestamp) -> Vec<Person> {
        if !self.can_judge(now) {
            return Vec::new();
        }
        let gone = self.seen.extract_if(|_, nodes| {
            nodes.retain(|(_, until)| *until > now);
            nodes.is_empty()
        });
        gone.map(|(person, _)| person).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn at(secs: u64) -> Timestamp {
        Timestamp::default().after(Millis::from_secs(secs))
    }

    fn ana() -> Person {
        Person::Agent(AgentId::new("ana").unwrap())
    }

    /// Hears itself each second until then.
    fn hearing(roster: &mut Roster, from: u64, until: u64) {
        (from..=until).for_each(|secs| roster.hear_self(at(secs)));
    }

    #[test]
    fn whoever_is_at_one_node_at_least_is_there() {
        let mut roster = Roster::default();
        assert!(roster.hear(A, ana(), true, at(0)), "the first node");
        assert!(!roster.hear(B, ana(), true, at(1)));
        assert!(!roster.hear(A, ana(), false, at(2)), "still at the other");
        assert!(roster.contains(&ana()));
        assert!(roster.hear(B, ana(), false, at(3)), "the last node");
        assert!(!roster.hear(B, ana(), false, at(3)), "heard twice");
        assert!(!roster.contains(&ana()));
    }

    #[test]
    fn a_dead_nodes_people_go_in_a_bounded_time() {
        let mut roster = Roster::default();
        hearing(&mut roster, 0, 100);
        roster.hear(A, ana(), true, at(70));
        roster.hear(B, ana(), true, at(90));
        assert_eq!(roster.sweep(at(110)), []);
        hearing(&mut roster, 101, 125);
        assert_eq!(roster.sweep(at(124)), [], "35 seconds from the last word");
        assert_eq!(roster.sweep(at(125)), [ana()]);
        assert_eq!(roster.sweep(at(125)), []);
    }

    #[test]
    fn a_deaf_node_judges_nobody() {
        let mut roster = Roster::default();
        roster.hear(A, ana(), true, at(0));
        assert_eq!(roster.sweep(at(1_000)), [], "it never heard itself");
        hearing(&mut roster, 1_000, 1_010);
        assert_eq!(
            roster.sweep(at(1_010)),
            [],
            "others had no time to be heard"
        );
        hearing(&mut roster, 1_011, 1_100);
        roster.hear(A, ana(), true, at(1_100));
        assert_eq!(roster.sweep(at(2_000)), [], "it hears no more");
        roster.hear_self(at(2_000));
        assert_eq!(
            roster.sweep(at(2_001)),
            [],
            "it has only just begun to hear"
        );
        roster.hear(A, ana(), true, at(2_010));
        hearing(&mut roster, 2_001, 2_030);
        assert_eq!(roster.sweep(at(2_030)), []);
        assert!(roster.contains(&ana()));
    }
}

//! The names of the keys. Everything that one script touches has the same hash tag, so that a Redis Cluster keeps it in
//! one slot: the service for conversations, the kind for records.

use std::fmt::Display;

use handoff_core::directory::RecordKind;
use handoff_core::id::{ConversationId, ServiceId, VisitorId};

use crate::sortable;

/// Names keys that begin with a prefix.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prefix: std::sync::Arc<str>,
}

/// The keys of one service.
#[derive(Debug, Clone)]
pub(crate) struct ServiceKeys {
    base: String,
}

/// The keys of one kind of record.
#[derive(Debug, Clone)]
pub(crate) struct KindKeys {
    base: String,
}

impl Keys {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    /// The set of services that ever had a conversation.
    pub(crate) fn services(&self) -> String {
        format!("{}:services", self.prefix)
    }

    /// The service of a conversation.
    pub(crate) fn service_of(&self, id: ConversationId) -> String {
        format!("{}:c:{}", self.prefix, sortable::id(id.as_uuid()))
    }

    pub(crate) fn service(&self, service: &ServiceId) -> ServiceKeys {
        ServiceKeys {
            base: format!("{}:s:{{{}}}", self.prefix, tag(service.as_str())),
        }
    }

    pub(crate) fn kind(&self, kind: RecordKind) -> KindKeys {
        KindKeys {
            base: format!("{}:d:{{{}}}", self.prefix, kind.as_str()),
        }
    }
}

/// A service's name without what would end the tag, and never empty.
fn tag(name: &str) -> String {
    name.replace('%', "%25")
        .replace('{', "%7B")
        .replace('}', "%7D")
}

impl ServiceKeys {
    fn of(&self, part: impl Display) -> String {
        format!("{}:{part}", self.base)
    }

    /// Where each conversation stands, see [`Head`](crate::head::Head).
    pub(crate) fn heads(&self) -> String {
        self.of("heads")
    }

    /// The state of each conversation.
    pub(crate) fn states(&self) -> String {
        self.of("states")
    }

    /// The events of a conversation, in order.
    pub(crate) fn log(&self, id: ConversationId) -> String {
        self.of(format_args!("log:{}", sortable::id(id.as_uuid())))
    }

    /// The commands that were done in a conversation.
    pub(crate) fn receipts(&self, id: ConversationId) -> String {
        self.of(format_args!("receipts:{}", sortable::id(id.as_uuid())))
    }

    /// Who has each open key.
    pub(crate) fn open(&self) -> String {
        self.of("open")
    }

    /// A visitor's conversations by opening, closed ones with another score.
    pub(crate) fn visitor(&self, visitor: &VisitorId) -> String {
        self.of(format_args!("visitor:{visitor}"))
    }

    /// What is due when.
    pub(crate) fn wakes(&self) -> String {
        self.of("wakes")
    }

    /// The counters.
    pub(crate) fn counts(&self) -> String {
        self.of("counts")
    }

    /// Words, each with a conversation in which it was said.
    pub(crate) fn words(&self) -> String {
        self.of("words")
    }

    /// Conversations by the last word, the newest first.
    pub(crate) fn newest(&self) -> String {
        self.of("newest")
    }

    /// Conversations by opening.
    pub(crate) fn oldest(&self) -> String {
        self.of("oldest")
    }

    /// Conversations by how long the visitor waits.
    pub(crate) fn waiting(&self) -> String {
        self.of("waiting")
    }

    /// Conversations by their ids.
    pub(crate) fn ids(&self) -> String {
        self.of("ids")
    }

    /// Notifications that are to be delivered, and dead letters.
    pub(crate) fn outbox(&self) -> String {
        self.of("outbox")
    }

    /// Which of them are due when.
    pub(crate) fn due(&self) -> String {
        self.of("outbox:due")
    }

    /// Which of them belong to which conversation.
    pub(crate) fn rows_of(&self) -> String {
        self.of("outbox:of")
    }

    /// Which of them are dead letters, the newest notification first.
    pub(crate) fn dead(&self) -> String {
        self.of("outbox:dead")
    }

    /// What belongs to a conversation, in the order in which `lua/parts/head.lua` names it.
    pub(crate) fn of_conversation(&self, id: ConversationId, visitor: &VisitorId) -> [String; 17] {
        [
            self.heads(),
            self.states(),
            self.log(id),
            self.receipts(id),
            self.open(),
            self.visitor(visitor),
            self.wakes(),
            self.counts(),
            self.words(),
            self.newest(),
            self.oldest(),
            self.waiting(),
            self.ids(),
            self.outbox(),
            self.due(),
            self.rows_of(),
            self.dead(),
        ]
    }
}

impl KindKeys {
    fn of(&self, part: &str) -> String {
        format!("{}:{part}", self.base)
    }

    /// The records by their keys.
    pub(crate) fn records(&self) -> String {
        self.of("records")
    }

    /// Their keys in order.
    pub(crate) fn keys(&self) -> String {
        self.of("keys")
    }

    /// Their keys by second keys.
    pub(crate) fn lookups(&self) -> String {
        self.of("lookups")
    }

    /// Which of them expire when.
    pub(crate) fn expiries(&self) -> String {
        self.of("expiries")
    }

    /// All of them, in the order in which `lua/parts/record.lua` names them.
    pub(crate) fn all(&self) -> [String; 4] {
        [self.records(), self.keys(), self.lookups(), self.expiries()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Redis Cluster hashes of a key: what is between its first `{` and the next `}`, if that is not empty.
    fn tag_of(key: &str) -> &str {
        let tagged = key
            .split_once('{')
            .and_then(|(_, rest)| rest.split_once('}'));
        tagged
            .map(|(tag, _)| tag)
            .filter(|tag| !tag.is_empty())
            .unwrap_or(key)
    }

    /// CRC16 (XMODEM) of the tag, as the cluster specification says.
    fn slot(key: &str) -> u16 {
        let crc = tag_of(key).bytes().fold(0_u16, |crc, byte| {
            (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
                if crc & 0x8000 == 0 {
                    crc << 1
                } else {
                    (crc << 1) ^ 0x1021
                }
            })
        });
        crc % 16_384
    }

    #[test]
    fn the_slot_is_the_one_of_the_specification() {
        assert_eq!(slot("123456789"), 0x31c3);
        assert_eq!(slot("foo{hash_tag}x"), slot("hash_tag"));
    }

    #[test]
    fn what_one_script_touches_is_in_one_slot() {
        let id = ConversationId::from_uuid(uuid::Uuid::from_u128(7));
        let keys = Keys::new("handoff");
        let mut bases = std::collections::BTreeSet::new();
        for name in ["shop", "}", "{}", "a}b", "a{b", "a%7Bb", "%", "ü 1", "a:b"] {
            let of_service = keys.service(&ServiceId::new(name).unwrap());
            assert!(
                bases.insert(of_service.base.clone()),
                "{name} is like another"
            );
            for visitor in ["ana", "{x}", "}", "a:b"] {
                let visitor = VisitorId::new(visitor).unwrap();
                let all = of_service.of_conversation(id, &visitor);
                let slots: std::collections::BTreeSet<u16> =
                    all.iter().map(|key| slot(key)).collect();
                assert_eq!(slots.len(), 1, "{all:?}");
                assert!(all.iter().all(|key| tag_of(key) == tag(name)));
            }
        }
        let all = keys.kind(RecordKind::CannedReply).all();
        assert!(all.iter().all(|key| slot(key) == slot("canned_reply")));
    }
}

//! Reading a conversation's events.

use serde_json::json;

use super::Store;
use crate::conversation::{Event, EventBody, Purpose};
use crate::testing::conformance::fixture::{Chat, at, committed, message};

fn seqs(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

/// Twenty events in commits of one, two and three.
async fn twenty(store: &Store) -> Chat {
    let mut chat = Chat::new(1).opened_in(&**store).await;
    let mut step = 0;
    while chat.state.version < 20 {
        step = step % 3 + 1;
        let bodies = (0..step.min(20 - chat.state.version)).map(|n| message(&n.to_string()));
        chat.done_in(&**store, bodies.collect::<Vec<_>>()).await;
    }
    chat
}

/// From any version on, in order, not more than asked for.
pub async fn events_after_a_version_are_limited(store: Store) {
    let chat = twenty(&store).await;
    for after in 0..=21_u64 {
        for limit in [0, 1, 2, 5, 100] {
            let events = store.events(chat.id(), after, limit).await.unwrap();
            let expected: Vec<u64> = (after + 1..=20).take(limit).collect();
            assert_eq!(seqs(&events), expected, "after {after}, at most {limit}");
        }
    }
    assert_eq!(
        store.events(chat.id(), u64::MAX, usize::MAX).await.unwrap(),
        []
    );
    assert_eq!(
        store.events(chat.id(), 0, usize::MAX).await.unwrap().len(),
        20
    );
}

/// Backwards from any version, in order, not more than asked for.
pub async fn events_until_a_version_are_limited(store: Store) {
    let chat = twenty(&store).await;
    for until in 0..=22_u64 {
        for limit in [0, 1, 2, 5, 100] {
            let events = store.events_before(chat.id(), until, limit).await.unwrap();
            let all: Vec<u64> = (1..=until.min(20)).collect();
            let expected = all[all.len().saturating_sub(limit)..].to_vec();
            assert_eq!(seqs(&events), expected, "until {until}, at most {limit}");
        }
    }
    assert_eq!(
        store
            .events_before(chat.id(), u64::MAX, usize::MAX)
            .await
            .unwrap()
            .len(),
        20
    );
}

/// What a newer version wrote comes back as it was.
pub async fn unknown_kinds_are_kept_byte_for_byte(store: Store) {
    let unknown = json!({
        "type": "teleported",
        "to": "Zürich \u{202e}🚀",
        "deep": [{"a": null, "b": [1, -2.5, true]}, "\u{0}\u{7f}"],
        "empty": {},
        "large": 9_007_199_254_740_993_u64,
    });
    let body: EventBody = serde_json::from_value(unknown.clone()).unwrap();
    assert!(matches!(body, EventBody::Unknown(_)));
    let mut chat = Chat::new(1).opened_in(&*store).await;
    chat.done_in(&*store, [body.clone(), message("after it")])
        .await;
    let events = store.events(chat.id(), 1, 10).await.unwrap();
    assert_eq!(events[0].body, body);
    assert_eq!(serde_json::to_value(&events[0].body).unwrap(), unknown);
    assert_eq!(store.load(chat.id()).await.unwrap().unwrap().version, 3);
}

/// Texts that are often damaged on the way.
const TEXTS: [&str; 14] = [
    "",
    " leading and trailing \n",
    "line\r\nbreak\u{2028}separator\ttab",
    "nul \u{0} inside, and at the end \u{0}",
    "quotes ' \" ` \\ \\' ; -- /* */ %s ?1 $1 :name",
    "👩‍👩‍👧‍👦 👍🏽 🇪🇺 \u{1f9d1}\u{200d}\u{1f4bb}",
    "שלום עולם — مرحبا بالعالم",
    "\u{202e}backwards\u{202c} and \u{2066}isolated\u{2069}",
    "e\u{301} is not é, and Å is not A\u{30a} nor \u{212b}",
    "Z\u{351}\u{322}\u{32f}a\u{334}\u{31b}l\u{327}\u{30d}g\u{361}o",
    "\u{feff}byte order mark",
    "\u{10ffff} \u{fffd} \u{e000}",
    "<script>alert(1)</script> {\"json\": [1]}",
    "漢字カナ한글ไทยदेवनागरी",
];

/// Not one byte of a text changes.
pub async fn texts_are_kept_byte_for_byte(store: Store) {
    let mut chat = Chat::new(1)
        .named(TEXTS[5], TEXTS[3])
        .opened_in(&*store)
        .await;
    for text in TEXTS {
        chat.done_in(
            &*store,
            [
                message(text),
                EventBody::NoteAdded {
                    text: text.into(),
                    for_assistant: false,
                },
            ],
        )
        .await;
    }
    let events = store.events(chat.id(), 1, 100).await.unwrap();
    for (pair, text) in events.chunks(2).zip(TEXTS) {
        assert_eq!(pair[0].body, message(text));
        assert_eq!(
            pair[1].body,
            EventBody::NoteAdded {
                text: text.into(),
                for_assistant: false
            }
        );
    }
    assert_eq!(events.len(), 2 * TEXTS.len());
    let state = store.load(chat.id()).await.unwrap().unwrap();
    assert_eq!(*state, chat.state);
    assert_eq!(state.profile.email.as_deref(), Some(TEXTS[3]));
}

/// A text of a megabyte, and one that takes more bytes than characters.
pub async fn a_megabyte_is_kept(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    for text in [
        "x".repeat(1 << 20),
        "🦀é\u{0}\"".repeat(100_000),
        "word ".repeat(200_000),
    ] {
        chat.done_in(&*store, [message(&text)]).await;
        let last = store.events_before(chat.id(), u64::MAX, 1).await.unwrap();
        assert!(
            last[0].body == message(&text),
            "a text of {} bytes changed",
            text.len()
        );
    }
}

/// Epochs, turns and times keep all of their 63 bits.
pub async fn large_numbers_are_kept(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    for number in [
        1_u64 << 31,
        (1 << 32) + 1,
        (1 << 53) + 1,
        i64::MAX.unsigned_abs(),
    ] {
        chat.state.epoch = number;
        chat.set_time(number.cast_signed());
        let body = EventBody::ReplyRequested {
            turn: number,
            purpose: Purpose::Reply,
            deadline: at(i64::MAX),
            attempt: u32::MAX,
        };
        let commit = chat.step([body]);
        committed(&*store, commit.clone()).await;
        let events = store.events_before(chat.id(), u64::MAX, 1).await.unwrap();
        assert_eq!(events.as_slice(), commit.events.as_ref());
        let state = store.load(chat.id()).await.unwrap().unwrap();
        assert_eq!((state.epoch, state.turn), (number, number));
    }
}

//! Searching a board by words.

use super::Store;
use crate::conversation::{EventBody, Profile, Reply, Status};
use crate::id::ConversationId;
use crate::store::{BoardQuery, BoardSort};
use crate::testing::conformance::fixture::{Chat, closed, id, message, service};

async fn find(store: &Store, text: &str) -> Vec<u128> {
    let query = BoardQuery {
        text: Some(text.into()),
        sort: BoardSort::Oldest,
        limit: 50,
        ..BoardQuery::default()
    };
    let page = store.board(&query).await.unwrap();
    let mut found: Vec<u128> = page
        .cards
        .iter()
        .map(|card| card.id.as_uuid().as_u128())
        .collect();
    found.sort_unstable();
    found
}

async fn talk(store: &Store) {
    let mut chat = Chat::new(1)
        .named("José Müller", "jose@müller.example")
        .opened_in(&**store)
        .await;
    chat.done_in(&**store, [message("Where is my ORDER 4711?")])
        .await;
    let reply = Reply {
        text: "It left our warehouse.".into(),
        ..Reply::default()
    };
    chat.done_in(
        &**store,
        [EventBody::ReplyCommitted {
            turn: 1,
            reply,
            approved_by: None,
        }],
    )
    .await;
    chat.done_in(
        &**store,
        [EventBody::NoteAdded {
            text: "secretnote".into(),
            for_assistant: true,
        }],
    )
    .await;
    chat.done_in(
        &**store,
        [EventBody::AgentMessaged {
            text: "Tomorrow, promised.".into(),
        }],
    )
    .await;

    let mut chat = Chat::new(2).opened_in(&**store).await;
    chat.done_in(
        &**store,
        [message("my order, again"), message("東京に届けて 👍🏽")],
    )
    .await;
    let profile = Profile {
        name: Some("Ivan Петров".into()),
        ..Profile::default()
    };
    chat.done_in(&**store, [EventBody::ProfileChanged { profile }])
        .await;

    let mut chat = Chat::of(3, "pub", "x").opened_in(&**store).await;
    chat.done_in(&**store, [message("orders and warehouses"), closed()])
        .await;
}

/// Messages of all sides, names and addresses; all words, wherever in the conversation they are; never notes.
pub async fn a_search_finds_what_was_said(store: Store) {
    talk(&store).await;
    assert_eq!(find(&store, "4711").await, [1]);
    assert_eq!(
        find(&store, "warehouse").await,
        [1, 3],
        "the assistant's words count"
    );
    assert_eq!(find(&store, "promised").await, [1], "and an agent's");
    assert_eq!(
        find(&store, "order tomorrow").await,
        [1],
        "words of two messages"
    );
    assert_eq!(
        find(&store, "tomorrow again").await,
        [0_u128; 0],
        "words of two conversations"
    );
    assert_eq!(find(&store, "secretnote").await, [0_u128; 0], "a note");
    assert_eq!(find(&store, "müller.example").await, [1]);
    assert_eq!(find(&store, "петров").await, [2]);
    assert_eq!(find(&store, "nowhere").await, [0_u128; 0]);
}

/// Case and accents do not matter, a beginning is enough, and nothing in a query is an operator.
pub async fn a_search_folds_letters_and_takes_beginnings(store: Store) {
    talk(&store).await;
    assert_eq!(find(&store, "JOSE mueller muller").await, [0_u128; 0]);
    assert_eq!(find(&store, "JOSE MULLER").await, [1]);
    assert_eq!(find(&store, "jose\u{301}").await, [1]);
    assert_eq!(find(&store, "ware").await, [1, 3]);
    assert_eq!(
        find(&store, "rehouse").await,
        [0_u128; 0],
        "not a beginning"
    );
    assert_eq!(find(&store, "東京").await, [2]);
    assert_eq!(
        find(&store, "京").await,
        [2],
        "each Chinese character is a word"
    );
    for operators in [
        "order OR nowhere",
        "order AND \"",
        "order* (",
        "order -my:",
        "NEAR(order my)",
        "o'rder; --",
    ] {
        let found = find(&store, operators).await;
        assert!(found.len() <= 3, "{operators}");
    }
    assert_eq!(find(&store, "\"order\" ^4711* :").await, [1]);
    assert_eq!(
        find(&store, " … 👍🏽 ").await,
        [1, 2, 3],
        "a query without words does not filter"
    );
}

/// A search is a filter like others, keeps the order, and finds what was committed a moment ago.
pub async fn a_search_combines_with_filters(store: Store) {
    talk(&store).await;
    let page = |query: BoardQuery| {
        let store = store.clone();
        async move {
            let query = BoardQuery {
                text: Some("order".into()),
                ..query
            };
            let page = store.board(&query).await.unwrap();
            (
                page.cards
                    .iter()
                    .map(|card| card.id)
                    .collect::<Vec<ConversationId>>(),
                page.next,
            )
        }
    };
    let closed = BoardQuery {
        statuses: vec![Status::Closed],
        limit: 10,
        ..BoardQuery::default()
    };
    assert_eq!(page(closed).await, (vec![id(3)], None));
    let in_pub = BoardQuery {
        services: vec![service("pub")],
        limit: 10,
        ..BoardQuery::default()
    };
    assert_eq!(page(in_pub).await, (vec![id(3)], None));
    let (first, next) = page(BoardQuery {
        sort: BoardSort::Oldest,
        limit: 2,
        ..BoardQuery::default()
    })
    .await;
    assert_eq!(first, [id(1), id(2)]);
    let rest = BoardQuery {
        sort: BoardSort::Oldest,
        limit: 2,
        cursor: next,
        ..BoardQuery::default()
    };
    assert_eq!(page(rest).await, (vec![id(3)], None));
    for number in 10..30 {
        Chat::new(number)
            .opened_in(&*store)
            .await
            .done_in(&*store, [message(&format!("zebra{number}"))])
            .await;
        assert_eq!(find(&store, &format!("zebra{number}")).await, [number]);
    }
}

/// A long text of different words is kept whole, and found by the words that it begins with.
pub async fn a_long_text_is_found_by_its_beginning(store: Store) {
    let mut chat = Chat::new(1).opened_in(&*store).await;
    let words: Vec<String> = (0..120_000).map(|n| format!("w{n}x{}", n * 7)).collect();
    let text = format!("zzfirst {}", words.join(" "));
    assert!(text.len() > 1 << 20);
    chat.done_in(&*store, [message(&text)]).await;
    let last = store.events_before(chat.id(), u64::MAX, 1).await.unwrap();
    assert!(last[0].body == message(&text), "the text changed");
    for word in ["zzfirst", "w0x0", "w100x"] {
        assert_eq!(find(&store, word).await, [1], "{word}");
    }
}

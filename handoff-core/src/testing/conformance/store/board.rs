//! Boards.

use std::sync::Arc;

use super::Store;
use crate::attention::FlagKind;
use crate::conversation::{Card, EventBody, Status};
use crate::store::{BoardCounts, BoardQuery, BoardSort, MAX_PAGE};
use crate::testing::conformance::fixture::{
    Chat, agent, at, closed, escalation, flag, message, page_at, service, takeover, visitor,
};

const SORTS: [BoardSort; 4] = [
    BoardSort::Attention,
    BoardSort::Newest,
    BoardSort::Oldest,
    BoardSort::LongestWaiting,
];

/// Sixty conversations of every kind, many of them at the same moment.
async fn crowd(store: &Store) -> Vec<Chat> {
    let mut chats = Vec::new();
    for number in 1..=60_u128 {
        let nth = i64::try_from(number).unwrap();
        let in_service = ["shop", "pub", "bank"][(number % 3) as usize];
        // Ids, openings and last words in different orders, with ties.
        let mut chat = Chat::of(
            number * 7 % 61,
            in_service,
            &format!("visitor {}", number % 10),
        )
        .at(1_000 + nth % 4 * 1_000);
        chat = chat.opened_in(&**store).await;
        chat.set_time(10_000 + nth % 7 * 1_000);
        if number % 2 == 0 {
            chat.done_in(&**store, [message("hello")]).await;
        }
        chat.done_in(&**store, kind(number)).await;
        chats.push(chat);
    }
    chats
}

/// What happens in the conversation of this number.
fn kind(number: u128) -> Vec<EventBody> {
    let mut bodies = match number % 11 {
        0 => vec![flag(FlagKind::HelpRequested)],
        1 => vec![escalation()],
        2 => vec![takeover("ana")],
        3 => vec![takeover("bo")],
        4 => vec![takeover("ana"), EventBody::Released { from: agent("ana") }],
        5 => vec![EventBody::VisitorLeft, EventBody::Dropped],
        6 => vec![takeover("bo"), EventBody::Resolved],
        7 => vec![closed()],
        8 => vec![
            escalation(),
            EventBody::FallbackSent {
                text: "Later!".into(),
            },
        ],
        9 => vec![
            flag(FlagKind::Rule("%_".into())),
            takeover("ana"),
            EventBody::VisitorLeft,
            EventBody::Dropped,
        ],
        _ => vec![flag(FlagKind::NonAnswer), closed()],
    };
    if number.is_multiple_of(4) {
        bodies.insert(
            0,
            EventBody::ScoreSet {
                score: [0, 25, 50, 75, 100][(number % 5) as usize],
            },
        );
    }
    if number.is_multiple_of(3) {
        bodies.insert(
            0,
            EventBody::CategorySet {
                category: Some(
                    ["Sales", "Ünïcode %_", "Billing"][(number % 9 / 3) as usize].into(),
                ),
            },
        );
    }
    if number.is_multiple_of(5) {
        bodies.insert(
            0,
            page_at(
                [
                    "https://shop.example/pricing?x=100%",
                    "https://shop.example/Pricing_",
                    "/help",
                ][(number % 15 / 5) as usize],
            ),
        );
    }
    bodies
}

/// The cards that a query must show, all of them, in their order.
fn expected(chats: &[Chat], query: &BoardQuery) -> Vec<Card> {
    let mut cards: Vec<Card> = chats
        .iter()
        .map(Chat::card)
        .filter(|card| query.admits(card))
        .collect();
    cards.sort_by_key(|card| query.sort.key(card).order());
    cards
}

/// All pages of a query.
async fn pages(store: &Store, query: &BoardQuery) -> Vec<Card> {
    let mut query = query.clone();
    let mut cards: Vec<Card> = Vec::new();
    loop {
        let page = store.board(&query).await.unwrap();
        assert!(page.cards.len() <= query.limit);
        assert!(
            page.next.is_none() || page.cards.len() == query.limit,
            "a page with a next one is full"
        );
        cards.extend(page.cards.into_iter().map(Arc::unwrap_or_clone));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return cards,
        }
    }
}

fn names(cards: &[Card]) -> Vec<String> {
    cards
        .iter()
        .map(|card| format!("{} {:?}", card.id, card.status))
        .collect()
}

async fn check(store: &Store, chats: &[Chat], query: BoardQuery) -> usize {
    let (found, expected) = (pages(store, &query).await, expected(chats, &query));
    assert_eq!(names(&found), names(&expected), "{query:?}");
    assert_eq!(found, expected, "{query:?}");
    found.len()
}

/// Every order names the same cards in a total order, whatever the length of a page.
pub async fn every_order_is_total_and_pages_meet(store: Store) {
    let chats = crowd(&store).await;
    for sort in SORTS {
        for limit in [1, 2, 7, 59, 60, 61, 200] {
            let found = check(
                &store,
                &chats,
                BoardQuery {
                    sort,
                    limit,
                    ..BoardQuery::default()
                },
            )
            .await;
            assert_eq!(found, 60);
        }
    }
}

fn every_filter() -> Vec<BoardQuery> {
    let all = || BoardQuery {
        limit: 13,
        ..BoardQuery::default()
    };
    let mut queries: Vec<BoardQuery> = Status::ALL
        .map(|status| BoardQuery {
            statuses: vec![status],
            ..all()
        })
        .into();
    queries.extend([
        BoardQuery {
            statuses: vec![Status::Waiting, Status::Closed],
            ..all()
        },
        BoardQuery {
            statuses: Status::ALL.to_vec(),
            ..all()
        },
        BoardQuery {
            services: vec![service("pub")],
            ..all()
        },
        BoardQuery {
            services: vec![service("pub"), service("bank"), service("nowhere")],
            ..all()
        },
        BoardQuery {
            attention: true,
            ..all()
        },
        BoardQuery {
            follow_up: true,
            ..all()
        },
        BoardQuery {
            holder: Some(agent("ana").id),
            ..all()
        },
        BoardQuery {
            visitor: Some(visitor("visitor 3")),
            ..all()
        },
        BoardQuery {
            score_from: Some(0),
            ..all()
        },
        BoardQuery {
            score_from: Some(50),
            ..all()
        },
        BoardQuery {
            page: Some("pricing".into()),
            ..all()
        },
        BoardQuery {
            page: Some("ing_".into()),
            ..all()
        },
        BoardQuery {
            page: Some("%".into()),
            ..all()
        },
        BoardQuery {
            category: Some("Ünïcode %_".into()),
            ..all()
        },
        BoardQuery {
            category: Some("Sales".into()),
            ..all()
        },
    ]);
    queries
}

/// Every filter, in every order.
pub async fn every_filter_admits_what_it_says(store: Store) {
    let chats = crowd(&store).await;
    for query in every_filter() {
        for sort in SORTS {
            let found = check(
                &store,
                &chats,
                BoardQuery {
                    sort,
                    ..query.clone()
                },
            )
            .await;
            assert!(
                found > 0,
                "a filter that finds nothing proves nothing: {query:?}"
            );
        }
    }
    let nobody = BoardQuery {
        holder: Some(agent("nobody").id),
        limit: 10,
        ..BoardQuery::default()
    };
    assert_eq!(check(&store, &chats, nobody).await, 0);
}

/// Filters are joined by "and".
pub async fn filters_combine(store: Store) {
    let chats = crowd(&store).await;
    let queries = every_filter();
    for (n, one) in queries.iter().enumerate() {
        for other in queries.iter().skip(n + 1) {
            let query = BoardQuery {
                services: [&*one.services, &*other.services].concat(),
                statuses: [&*one.statuses, &*other.statuses].concat(),
                attention: one.attention || other.attention,
                follow_up: one.follow_up || other.follow_up,
                holder: one.holder.clone().or(other.holder.clone()),
                visitor: one.visitor.clone().or(other.visitor.clone()),
                score_from: one.score_from.or(other.score_from),
                page: one.page.clone().or(other.page.clone()),
                category: one.category.clone().or(other.category.clone()),
                sort: SORTS[n % 4],
                limit: 5,
                ..BoardQuery::default()
            };
            check(&store, &chats, query).await;
        }
    }
}

/// No page is longer than asked for, nor than the bound.
pub async fn a_page_has_a_bound(store: Store) {
    for number in 0..=MAX_PAGE as u128 {
        Chat::new(number + 1).opened_in(&*store).await;
    }
    let page = store
        .board(&BoardQuery {
            limit: usize::MAX,
            ..BoardQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(page.cards.len(), MAX_PAGE);
    let rest = store
        .board(&BoardQuery {
            limit: 10,
            cursor: page.next,
            ..BoardQuery::default()
        })
        .await
        .unwrap();
    assert_eq!((rest.cards.len(), rest.next), (1, None));
    assert_eq!(
        store.board(&BoardQuery::default()).await.unwrap().cards,
        [],
        "none asked for"
    );
}

/// A card stands where its last commit puts it, and nowhere else.
pub async fn a_changed_card_moves_and_stays_one(store: Store) {
    let mut chats = Vec::new();
    for number in 1..=5_u32 {
        chats.push(
            Chat::new(number.into())
                .at(1_000 * i64::from(number))
                .opened_in(&*store)
                .await,
        );
    }
    let steps: [(i64, EventBody); 8] = [
        (10_000, message("hello")),
        (11_000, flag(FlagKind::NonAnswer)),
        (12_000, takeover("ana")),
        (
            13_000,
            EventBody::FlagDismissed {
                flag: FlagKind::NonAnswer,
            },
        ),
        (14_000, EventBody::AgentMessaged { text: "hi".into() }),
        (15_000, EventBody::Resolved),
        (16_000, EventBody::Reopened { holder: None }),
        (17_000, closed()),
    ];
    for (time, body) in steps {
        chats[1].set_time(time);
        chats[1].done_in(&*store, [body]).await;
        for sort in SORTS {
            for statuses in [vec![], vec![chats[1].card().status]] {
                check(
                    &store,
                    &chats,
                    BoardQuery {
                        sort,
                        statuses,
                        limit: 2,
                        ..BoardQuery::default()
                    },
                )
                .await;
            }
        }
    }
}

/// Every service that has a conversation has its counters, also where all of them are zero.
pub async fn counters_count_every_service(store: Store) {
    let chats = crowd(&store).await;
    let mut quiet = Chat::of(999, "zoo", "ana").opened_in(&*store).await;
    quiet.done_in(&*store, [closed()]).await;
    let mut found = store.counts().await.unwrap();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let names: Vec<&str> = found.iter().map(|(service, _)| service.as_str()).collect();
    assert_eq!(names, ["bank", "pub", "shop", "zoo"]);
    for (service, counts) in found {
        let mut expected = BoardCounts::default();
        chats
            .iter()
            .filter(|chat| chat.state.service == service)
            .for_each(|chat| expected.add(&chat.card()));
        assert_eq!(counts, expected, "{service}");
    }
    assert_eq!(store.due(at(0), 10).await.unwrap(), []);
}

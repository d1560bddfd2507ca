//! Boards: pages of cards, and counters.

use std::collections::BTreeMap;
use std::sync::Arc;

use handoff_core::board::{MAX_SEARCH_WORDS, search_words};
use handoff_core::conversation::{Card, Conversation, Status};
use handoff_core::error::StoreError;
use handoff_core::id::{AgentId, ServiceId, VisitorId};
use handoff_core::store::{BoardCounts, BoardPage, BoardQuery, BoardSort, MAX_PAGE};
use sqlx::sqlite::SqliteExecutor;
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};

use crate::columns::{blob, flag, json_at, unsigned};
use crate::error::failed;
use crate::read::limit;
use crate::search::{CONVERSATION_OF_DOCUMENT, prefix_query};

/// A part of the board that an index keeps in order: open or not, calm or not, and in one order waiting or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lane {
    open: bool,
    calm: bool,
    waiting: Option<bool>,
}

/// Ended conversations need no attention.
const LANES: [Lane; 3] = [
    Lane {
        open: true,
        calm: false,
        waiting: None,
    },
    Lane {
        open: true,
        calm: true,
        waiting: None,
    },
    Lane {
        open: false,
        calm: true,
        waiting: None,
    },
];

impl Lane {
    /// All of them, in an order in which what stands in one group comes together.
    fn all(sort: BoardSort) -> Vec<Self> {
        if sort != BoardSort::LongestWaiting {
            return LANES.to_vec();
        }
        let of_group = |waiting| {
            LANES.map(|lane| Self {
                waiting: Some(waiting),
                ..lane
            })
        };
        [of_group(true), of_group(false)].concat()
    }

    /// The group of its cards, as [`BoardSort::key`] says: whatever is in a lower one stands before it.
    fn group(self, sort: BoardSort) -> i64 {
        match sort {
            BoardSort::Attention => flag(self.calm),
            BoardSort::LongestWaiting => flag(self.waiting == Some(false)),
            BoardSort::Newest | BoardSort::Oldest => 0,
        }
    }

    /// The rank of a card in its group.
    fn rank(self, sort: BoardSort) -> &'static str {
        match sort {
            BoardSort::Oldest => "opened_at",
            BoardSort::LongestWaiting if self.waiting == Some(true) => "waiting_since",
            _ => "newest",
        }
    }

    /// The index that holds all that the query asks for, in its order where there is one.
    fn index(self, query: &BoardQuery) -> &'static str {
        if query.visitor.is_some() {
            return "conversations_visitor"; // a visitor has few conversations
        }
        match self.rank(query.sort) {
            "opened_at" if self.is_whole(query) => "conversations_opened",
            "waiting_since" if self.is_whole(query) => "conversations_waiting",
            _ => "conversations_board",
        }
    }

    /// Whether the query takes every card of the lane.
    fn is_whole(self, query: &BoardQuery) -> bool {
        self.has_every_status(query)
            && query.services.is_empty()
            && !query.follow_up
            && query.holder.is_none()
            && query.category.is_none()
            && query.score_from.is_none()
            && query.page.is_none()
    }

    fn has_every_status(self, query: &BoardQuery) -> bool {
        let mut here = Status::ALL
            .iter()
            .filter(|status| status.is_open() == self.open);
        query.statuses.is_empty() || here.all(|status| query.statuses.contains(status))
    }

    /// Whether any card that the query admits can stand here.
    fn serves(self, query: &BoardQuery) -> bool {
        let statuses = &query.statuses;
        let has_status =
            statuses.is_empty() || statuses.iter().any(|status| status.is_open() == self.open);
        let is_waiting = |status: &Status| *status == Status::Waiting;
        // Whoever waits needs attention.
        let may_be_calm = !self.calm || statuses.is_empty() || !statuses.iter().all(is_waiting);
        let cursor = query.cursor.as_ref();
        let is_past = cursor.is_some_and(|cursor| cursor.group > self.group(query.sort));
        !is_past
            && has_status
            && may_be_calm
            && (!query.attention || !self.calm)
            && (query.holder.is_none() || self.open)
    }
}

/// The first page after the query's cursor.
pub(crate) async fn page(pool: &SqlitePool, query: &BoardQuery) -> Result<BoardPage, StoreError> {
    let wanted = query.limit.min(MAX_PAGE);
    let mut cards = Vec::new();
    let mut group = 0;
    for lane in Lane::all(query.sort) {
        let before = std::mem::replace(&mut group, lane.group(query.sort));
        // Nothing of a later group stands before anything of an earlier one.
        if before < group && cards.len() > wanted {
            break;
        }
        if lane.serves(query) {
            cards.extend(lane_cards(pool, query, lane, wanted + 1).await?);
        }
    }
    cards.sort_by_cached_key(|card| query.sort.key(card).order());
    let more = cards.len() > wanted;
    cards.truncate(wanted);
    let next = cards
        .last()
        .filter(|_| more)
        .map(|card| query.sort.key(card));
    Ok(BoardPage { cards, next })
}

/// The first cards of one lane.
async fn lane_cards(
    pool: &SqlitePool,
    query: &BoardQuery,
    lane: Lane,
    wanted: usize,
) -> Result<Vec<Arc<Card>>, StoreError> {
    let mut sql = lane_query(query, lane, wanted);
    let rows = sql.build().fetch_all(pool).await.map_err(failed)?;
    let card = |row| json_at::<Conversation>(row, 0).map(|state| Arc::new(Card::from(&state)));
    rows.iter().map(card).collect()
}

fn lane_query(query: &BoardQuery, lane: Lane, wanted: usize) -> QueryBuilder<Sqlite> {
    // Found in the index alone; the table is read for the cards of the page.
    let mut sql = QueryBuilder::new(
        "SELECT state FROM conversations WHERE num IN (SELECT num FROM conversations ",
    );
    sql.push("INDEXED BY ")
        .push(lane.index(query))
        .push(" WHERE open = ")
        .push_bind(flag(lane.open));
    sql.push(" AND calm = ").push_bind(flag(lane.calm));
    sql.push(match lane.waiting {
        Some(true) => " AND waiting_since IS NOT NULL",
        Some(false) => " AND waiting_since IS NULL",
        None => "",
    });
    push_filters(&mut sql, query, lane);
    push_words(&mut sql, query.text.as_deref());
    push_cursor(&mut sql, query, lane);
    sql.push(" ORDER BY ")
        .push(lane.rank(query.sort))
        .push(", id LIMIT ")
        .push_bind(limit(wanted))
        .push(")");
    sql
}

fn push_filters(sql: &mut QueryBuilder<Sqlite>, query: &BoardQuery, lane: Lane) {
    push_any(sql, "service", query.services.iter().map(ServiceId::as_str));
    if !lane.has_every_status(query) {
        let statuses = query.statuses.iter().map(|status| status.as_str());
        push_any(sql, "status", statuses);
    }
    if query.follow_up {
        sql.push(" AND follow_up = 1");
    }
    push_equal(sql, "holder", query.holder.as_ref().map(AgentId::as_str));
    push_equal(
        sql,
        "visitor",
        query.visitor.as_ref().map(VisitorId::as_str),
    );
    push_equal(sql, "category", query.category.as_deref());
    if let Some(from) = query.score_from {
        sql.push(" AND score >= ").push_bind(i64::from(from));
    }
    if let Some(part) = &query.page {
        sql.push(" AND instr(page, ")
            .push_bind(part.clone())
            .push(") > 0");
    }
}

fn push_any<'q>(
    sql: &mut QueryBuilder<Sqlite>,
    column: &str,
    values: impl ExactSizeIterator<Item = &'q str>,
) {
    if values.len() == 0 {
        return;
    }
    sql.push(" AND ").push(column).push(" IN (");
    let mut list = sql.separated(", ");
    for value in values {
        list.push_bind(value.to_owned());
    }
    sql.push(")");
}

fn push_equal(sql: &mut QueryBuilder<Sqlite>, column: &str, value: Option<&str>) {
    if let Some(value) = value {
        sql.push(" AND ")
            .push(column)
            .push(" = ")
            .push_bind(value.to_owned());
    }
}

fn push_words(sql: &mut QueryBuilder<Sqlite>, text: Option<&str>) {
    for word in text
        .into_iter()
        .flat_map(search_words)
        .take(MAX_SEARCH_WORDS)
    {
        sql.push(" AND num IN (SELECT ")
            .push(CONVERSATION_OF_DOCUMENT)
            .push(" FROM search WHERE search MATCH ");
        sql.push_bind(prefix_query(&word)).push(")");
    }
}

/// Leaves out what stands before or at the cursor in its group.
fn push_cursor(sql: &mut QueryBuilder<Sqlite>, query: &BoardQuery, lane: Lane) {
    let Some(cursor) = &query.cursor else { return };
    if lane.group(query.sort) == cursor.group {
        sql.push(" AND (")
            .push(lane.rank(query.sort))
            .push(", id) > (")
            .push_bind(cursor.rank)
            .push(", ")
            .push_bind(blob(cursor.id))
            .push(")");
    }
}

/// The counters of every service, counted: a look at every open conversation.
pub(crate) async fn counts(
    executor: impl SqliteExecutor<'_>,
) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError> {
    let rows = sqlx::query(include_str!("../queries/counts.sql"))
        .fetch_all(executor)
        .await
        .map_err(failed)?;
    let mut counts = BTreeMap::new();
    for row in &rows {
        let service: String = row.try_get(0).map_err(failed)?;
        let number = |column: usize| row.try_get(column).map(unsigned).map_err(failed);
        let of_service = BoardCounts {
            active: number(1)?,
            attention: number(2)?,
            paused: number(3)?,
        };
        counts.insert(
            ServiceId::new(service).map_err(StoreError::corrupt)?,
            of_service,
        );
    }
    Ok(counts.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    const SORTS: [BoardSort; 4] = [
        BoardSort::Attention,
        BoardSort::Newest,
        BoardSort::Oldest,
        BoardSort::LongestWaiting,
    ];

    #[tokio::test]
    async fn every_board_is_read_from_an_index() {
        let filtered = BoardQuery {
            services: vec![ServiceId::new("shop").unwrap()],
            statuses: vec![Status::Agent],
            holder: Some(AgentId::new("ana").unwrap()),
            score_from: Some(1),
            page: Some("x".into()),
            category: Some("x".into()),
            follow_up: true,
            ..BoardQuery::default()
        };
        let open = Status::ALL.into_iter().filter(|status| status.is_open());
        let whole = BoardQuery {
            statuses: open.collect(),
            ..BoardQuery::default()
        };
        for (query, is_whole) in [(whole, true), (filtered, false)] {
            for sort in SORTS {
                let query = BoardQuery {
                    sort,
                    ..query.clone()
                };
                let lane = Lane::all(sort)[0];
                let plan = plan::of(&lane_query(&query, lane, 50).into_string()).await;
                // What a filter needs stands in the index: the table is read for the page alone.
                let index = lane.index(&query);
                assert!(
                    plan.contains(&format!("COVERING INDEX {index} (open=? AND calm=?")),
                    "{plan}"
                );
                assert!(!is_whole || !plan.contains("TEMP B-TREE"), "{plan}");
            }
        }
        let of_visitor = BoardQuery {
            visitor: Some(VisitorId::new("ana").unwrap()),
            ..BoardQuery::default()
        };
        plan::assert_no_scan(&lane_query(&of_visitor, LANES[0], 50).into_string()).await;
    }
}

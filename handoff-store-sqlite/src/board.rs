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

/// A part of the board that the index keeps in order: open or not, calm or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lane {
    open: bool,
    calm: bool,
}

/// Ended conversations need no attention.
const LANES: [Lane; 3] = [
    Lane {
        open: true,
        calm: false,
    },
    Lane {
        open: true,
        calm: true,
    },
    Lane {
        open: false,
        calm: true,
    },
];

impl Lane {
    /// Whether any card that the query admits can stand here.
    fn serves(self, query: &BoardQuery) -> bool {
        let statuses = &query.statuses;
        let has_status =
            statuses.is_empty() || statuses.iter().any(|status| status.is_open() == self.open);
        let is_waiting = |status: &Status| *status == Status::Waiting;
        // Whoever waits needs attention.
        let may_be_calm = !self.calm || statuses.is_empty() || !statuses.iter().all(is_waiting);
        has_status
            && may_be_calm
            && (!query.attention || !self.calm)
            && (query.holder.is_none() || self.open)
    }
}

/// The first page after the query's cursor.
pub(crate) async fn page(pool: &SqlitePool, query: &BoardQuery) -> Result<BoardPage, StoreError> {
    let wanted = query.limit.min(MAX_PAGE);
    let mut cards = Vec::new();
    for lane in LANES.into_iter().filter(|lane| lane.serves(query)) {
        cards.extend(lane_cards(pool, query, lane, wanted + 1).await?);
        // In this order nothing of a later lane stands before anything of the first.
        if query.sort == BoardSort::Attention && !lane.calm && cards.len() > wanted {
            break;
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

/// The rank of a card in its lane, as [`BoardSort::key`] says; and its group, which differs in one order only.
fn rank(sort: BoardSort) -> (&'static str, &'static str) {
    match sort {
        BoardSort::Attention | BoardSort::Newest => ("0", "newest"),
        BoardSort::Oldest => ("0", "opened_at"),
        BoardSort::LongestWaiting => ("waiting_since IS NULL", "ifnull(waiting_since, newest)"),
    }
}

fn lane_query(query: &BoardQuery, lane: Lane, wanted: usize) -> QueryBuilder<Sqlite> {
    // Found in the index alone; the table is read for the cards of the page.
    let mut sql = QueryBuilder::new(
        "SELECT state FROM conversations WHERE num IN (SELECT num FROM conversations ",
    );
    // A visitor has few conversations.
    let index = if query.visitor.is_some() {
        "conversations_visitor"
    } else {
        "conversations_board"
    };
    sql.push("INDEXED BY ")
        .push(index)
        .push(" WHERE open = ")
        .push_bind(flag(lane.open));
    sql.push(" AND calm = ").push_bind(flag(lane.calm));
    push_filters(&mut sql, query);
    push_words(&mut sql, query.text.as_deref());
    push_cursor(&mut sql, query, lane);
    sql.push(" ORDER BY ");
    let (group, rank) = rank(query.sort);
    if query.sort == BoardSort::LongestWaiting {
        sql.push(group).push(", ");
    }
    sql.push(rank)
        .push(", id LIMIT ")
        .push_bind(limit(wanted))
        .push(")");
    sql
}

fn push_filters(sql: &mut QueryBuilder<Sqlite>, query: &BoardQuery) {
    push_any(sql, "service", query.services.iter().map(ServiceId::as_str));
    push_any(
        sql,
        "status",
        query.statuses.iter().map(|status| status.as_str()),
    );
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

/// Leaves out what stands before or at the cursor. The cursor's group is a lane in one order, a column in another.
fn push_cursor(sql: &mut QueryBuilder<Sqlite>, query: &BoardQuery, lane: Lane) {
    let Some(cursor) = &query.cursor else { return };
    let (group, rank) = rank(query.sort);
    let before = match query.sort {
        BoardSort::Attention => flag(lane.calm),
        _ => 0,
    };
    match query.sort {
        BoardSort::LongestWaiting => {
            sql.push(" AND (")
                .push(group)
                .push(", ")
                .push(rank)
                .push(", id) > (")
                .push_bind(cursor.group)
                .push(", ");
        }
        _ if before > cursor.group => return,
        _ if before < cursor.group => {
            sql.push(" AND 0");
            return;
        }
        _ => {
            sql.push(" AND (").push(rank).push(", id) > (");
        }
    }
    sql.push_bind(cursor.rank)
        .push(", ")
        .push_bind(blob(cursor.id))
        .push(")");
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
        for query in [BoardQuery::default(), filtered] {
            for sort in SORTS {
                let query = BoardQuery {
                    sort,
                    ..query.clone()
                };
                let plan = plan::of(&lane_query(&query, LANES[0], 50).into_string()).await;
                // What a filter needs stands in the index: the table is read for the page alone.
                assert!(
                    plan.contains("COVERING INDEX conversations_board (open=? AND calm=?"),
                    "{plan}"
                );
            }
        }
        let of_visitor = BoardQuery {
            visitor: Some(VisitorId::new("ana").unwrap()),
            ..BoardQuery::default()
        };
        plan::assert_no_scan(&lane_query(&of_visitor, LANES[0], 50).into_string()).await;
    }
}

//! Boards: pages of cards, and counters.

use std::sync::Arc;

use handoff_core::board::{MAX_SEARCH_WORDS, search_words};
use handoff_core::conversation::{Card, Conversation, Status};
use handoff_core::error::StoreError;
use handoff_core::id::{AgentId, ServiceId, VisitorId};
use handoff_core::store::{BoardCounts, BoardPage, BoardQuery, BoardSort, MAX_PAGE};
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

use crate::columns::{Lane, json_at, unsigned};
use crate::error::failed;
use crate::search::prefix_query;

const LANES: [Lane; 3] = [Lane::Attention, Lane::Calm, Lane::Ended];

impl Lane {
    /// Whether any card that the query admits can stand here.
    fn serves(self, query: &BoardQuery) -> bool {
        let statuses = &query.statuses;
        let open = self != Self::Ended;
        let has_status =
            statuses.is_empty() || statuses.iter().any(|status| status.is_open() == open);
        let is_waiting = |status: &Status| *status == Status::Waiting;
        // Whoever waits needs attention.
        let may_be_calm = statuses.is_empty() || !statuses.iter().all(is_waiting);
        has_status
            && (self == Self::Attention || (may_be_calm && !query.attention))
            && (query.holder.is_none() || open)
    }
}

/// The first page after the query's cursor.
pub(crate) async fn page(pool: &PgPool, query: &BoardQuery) -> Result<BoardPage, StoreError> {
    let wanted = query.limit.min(MAX_PAGE);
    let Some(mut sql) = page_query(query, wanted + 1) else {
        return Ok(BoardPage {
            cards: Vec::new(),
            next: None,
        });
    };
    // Planned for what it asks: a filter that admits few is found another way than one that admits all.
    let rows = sql
        .build()
        .persistent(false)
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let card = |row| json_at::<Conversation>(row, 0).map(|state| Arc::new(Card::from(&state)));
    let mut cards: Vec<Arc<Card>> = rows.iter().map(card).collect::<Result<_, _>>()?;
    let more = cards.len() > wanted;
    cards.truncate(wanted);
    let next = cards
        .last()
        .filter(|_| more)
        .map(|card| query.sort.key(card));
    Ok(BoardPage { cards, next })
}

/// The columns of an order within a lane, which an index holds; and what tells its groups apart, as [`BoardSort::key`]
/// says.
fn order(sort: BoardSort) -> (&'static str, &'static str) {
    match sort {
        BoardSort::Attention | BoardSort::Newest => ("newest", "newest"),
        BoardSort::Oldest => ("opened_at", "opened_at"),
        BoardSort::LongestWaiting => ("answered, waiting_rank", "waiting_rank"),
    }
}

/// The first cards of every lane, merged, in one statement: one look at one moment. None where no lane has any.
fn page_query(query: &BoardQuery, wanted: usize) -> Option<QueryBuilder<Postgres>> {
    let lanes: Vec<Lane> = LANES
        .into_iter()
        .filter(|lane| lane.serves(query) && !is_passed(query, *lane))
        .collect();
    if lanes.is_empty() {
        return None;
    }
    let mut sql = QueryBuilder::new("");
    let found = push_found(&mut sql, query.text.as_deref());
    sql.push("SELECT state FROM (");
    for (nth, lane) in lanes.into_iter().enumerate() {
        sql.push(if nth > 0 { " UNION ALL (" } else { "(" });
        push_lane(&mut sql, query, lane, found);
        sql.push(format_args!(" LIMIT {wanted})"));
    }
    sql.push(format_args!(
        ") AS lanes ORDER BY grouped, ranked, id LIMIT {wanted}"
    ));
    Some(sql)
}

/// The group of all of a lane's cards; none where a column says it.
fn group(sort: BoardSort, lane: Lane) -> Option<i64> {
    match sort {
        BoardSort::Attention => Some(i64::from(lane != Lane::Attention)),
        BoardSort::Newest | BoardSort::Oldest => Some(0),
        BoardSort::LongestWaiting => None,
    }
}

/// Whether the cursor stands behind every card of this lane.
fn is_passed(query: &BoardQuery, lane: Lane) -> bool {
    let group = group(query.sort, lane);
    let cursor = query.cursor.as_ref();
    cursor.is_some_and(|cursor| group.is_some_and(|group| group < cursor.group))
}

fn push_lane(sql: &mut QueryBuilder<Postgres>, query: &BoardQuery, lane: Lane, found: bool) {
    let (columns, rank) = order(query.sort);
    let group = group(query.sort, lane).map_or("answered".to_owned(), |group| group.to_string());
    sql.push(format_args!(
        "SELECT state, id, {group} AS grouped, {rank} AS ranked FROM handoff_conversations WHERE lane = {}",
        lane as i16
    ));
    push_filters(sql, query);
    if found {
        sql.push(" AND id IN (SELECT conversation FROM found)");
    }
    push_cursor(sql, query, lane);
    sql.push(format_args!(" ORDER BY {columns}, id"));
}

fn push_filters(sql: &mut QueryBuilder<Postgres>, query: &BoardQuery) {
    if !query.services.is_empty() {
        let services: Vec<&str> = query.services.iter().map(ServiceId::as_str).collect();
        sql.push(" AND service = ANY(")
            .push_bind(services)
            .push(")");
    }
    if !query.statuses.is_empty() {
        let statuses: Vec<&str> = query.statuses.iter().map(|s| s.as_str()).collect();
        sql.push(" AND status = ANY(").push_bind(statuses).push(")");
    }
    if query.follow_up {
        sql.push(" AND follow_up");
    }
    if let Some(holder) = query.holder.as_ref().map(AgentId::as_str) {
        sql.push(" AND holder = ").push_bind(holder);
    }
    if let Some(visitor) = query.visitor.as_ref().map(VisitorId::as_str) {
        sql.push(" AND visitor = ").push_bind(visitor);
    }
    if let Some(category) = query.category.as_deref().map(str::as_bytes) {
        sql.push(" AND category = ").push_bind(category);
    }
    if let Some(from) = query.score_from {
        sql.push(" AND score >= ").push_bind(i16::from(from));
    }
    if let Some(part) = query.page.as_deref().map(str::as_bytes) {
        sql.push(" AND position(")
            .push_bind(part)
            .push(" IN page) > 0");
    }
}

/// Begins with the conversations in which every word was said, found in the index of words once for all lanes; `false`
/// where no word is looked for.
fn push_found(sql: &mut QueryBuilder<Postgres>, text: Option<&str>) -> bool {
    let words = text.into_iter().flat_map(search_words);
    let mut any = false;
    for word in words.take(MAX_SEARCH_WORDS) {
        sql.push(if any {
            " INTERSECT "
        } else {
            "WITH found AS MATERIALIZED ("
        })
        .push("SELECT conversation FROM handoff_events WHERE words @@ ")
        .push_bind(prefix_query(&word))
        .push("::tsquery");
        any = true;
    }
    if any {
        sql.push(") ");
    }
    any
}

/// Leaves out what stands before or at the cursor, in a lane that it has not passed.
fn push_cursor(sql: &mut QueryBuilder<Postgres>, query: &BoardQuery, lane: Lane) {
    let Some(cursor) = &query.cursor else { return };
    let (columns, _) = order(query.sort);
    match group(query.sort, lane) {
        Some(group) if group > cursor.group => return,
        Some(_) => sql.push(format_args!(" AND ({columns}, id) > (")),
        None => sql
            .push(format_args!(" AND ({columns}, id) > ("))
            .push_bind(cursor.group)
            .push(", "),
    };
    sql.push_bind(cursor.rank)
        .push(", ")
        .push_bind(cursor.id.as_uuid())
        .push(")");
}

/// The counters of every service.
pub(crate) async fn counts(pool: &PgPool) -> Result<Vec<(ServiceId, BoardCounts)>, StoreError> {
    let rows = sqlx::query(include_str!("../queries/counts.sql"))
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let counted = |row| {
        let service: String = Row::try_get(row, 0).map_err(failed)?;
        let number = |column: usize| Row::try_get(row, column).map(unsigned).map_err(failed);
        let counts = BoardCounts {
            active: number(1)?,
            attention: number(2)?,
            paused: number(3)?,
        };
        Ok((
            ServiceId::new(service).map_err(StoreError::corrupt)?,
            counts,
        ))
    };
    rows.iter().map(counted).collect()
}

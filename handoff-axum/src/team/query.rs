//! The filters of a board, as they stand in an address.

use axum::http::Uri;
use handoff_core::conversation::Status;
use handoff_core::id::{AgentId, ServiceId, VisitorId};
use handoff_core::store::{BoardQuery, BoardSort, MAX_PAGE};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::cursor;
use crate::failure::Failure;

const DEFAULT_PAGE: usize = 50;
const MAX_TEXT_BYTES: usize = 400;
const MAX_VALUES: usize = 100;

/// Reads the filters; every value is checked, and an unknown name is an error.
pub(super) fn parse(uri: &Uri) -> Result<BoardQuery, Failure> {
    let mut query = BoardQuery {
        limit: DEFAULT_PAGE,
        ..BoardQuery::default()
    };
    for (count, (name, value)) in
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).enumerate()
    {
        if count >= MAX_VALUES {
            return Err(Failure::malformed("The query has too many values."));
        }
        set(&mut query, &name, &value)?;
    }
    Ok(query)
}

fn set(query: &mut BoardQuery, name: &str, value: &str) -> Result<(), Failure> {
    let bad = || {
        Failure::malformed(format!(
            "{name} is not what is expected here.",
            name = shown(name)
        ))
    };
    let text = || {
        (value.len() <= MAX_TEXT_BYTES && !value.contains('\0'))
            .then(|| value.to_owned())
            .ok_or_else(bad)
    };
    match name {
        "service" => query
            .services
            .push(ServiceId::new(value).map_err(|_| bad())?),
        "status" => query.statuses.push(word::<Status>(value).ok_or_else(bad)?),
        "attention" => query.attention = word(value).ok_or_else(bad)?,
        "follow_up" => query.follow_up = word(value).ok_or_else(bad)?,
        "holder" => query.holder = Some(AgentId::new(value).map_err(|_| bad())?),
        "visitor" => query.visitor = Some(VisitorId::new(value).map_err(|_| bad())?),
        "score_from" => query.score_from = Some(value.parse().map_err(|_| bad())?),
        "page" => query.page = Some(text()?),
        "category" => query.category = Some(text()?),
        "q" => query.text = Some(text()?),
        "sort" => query.sort = word::<BoardSort>(value).ok_or_else(bad)?,
        "cursor" => query.cursor = Some(cursor::decode(value).ok_or_else(bad)?),
        "limit" => {
            let limit: usize = value.parse().map_err(|_| bad())?;
            query.limit = (1..=MAX_PAGE)
                .contains(&limit)
                .then_some(limit)
                .ok_or_else(bad)?;
        }
        _ => {
            return Err(Failure::malformed(format!(
                "There is no filter {}.",
                shown(name)
            )));
        }
    }
    Ok(())
}

fn shown(name: &str) -> String {
    name.chars()
        .filter(|char| !char.is_control())
        .take(40)
        .collect()
}

/// A word as it stands in JSON, with or without quotes.
fn word<T: DeserializeOwned>(value: &str) -> Option<T> {
    let as_text = serde_json::Value::String(value.to_owned());
    let plain = match value {
        "true" => serde_json::Value::Bool(true),
        "false" => serde_json::Value::Bool(false),
        _ => as_text,
    };
    serde_json::from_value(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> Result<BoardQuery, Failure> {
        parse(&format!("/x?{query}").parse().unwrap())
    }

    #[test]
    fn filters_are_read() {
        let query = parsed(
            "service=a&service=b&status=waiting&attention=true&q=caf%C3%A9&sort=oldest&limit=7",
        )
        .unwrap();
        assert_eq!(query.services.len(), 2);
        assert_eq!(query.statuses, [Status::Waiting]);
        assert!(query.attention && !query.follow_up);
        assert_eq!(query.text.as_deref(), Some("café"));
        assert_eq!((query.sort, query.limit), (BoardSort::Oldest, 7));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for bad in [
            "sort=1;--",
            "status=nonsense",
            "id[]=x",
            "limit=0",
            "limit=201",
            "limit=-1",
            "score_from=999",
            "attention=maybe",
            "cursor=%00",
            "q=%00",
            &format!("q={}", "x".repeat(10_000)),
            &"service=a&".repeat(200),
        ] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
        assert!(parsed("q=%25%25%25%25").is_ok());
    }
}

//! The categories that conversations can have.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use handoff_core::conversation::Role;
use handoff_core::directory::{PutError, Record, RecordKind};
use handoff_core::error::StoreError;
use serde::{Deserialize, Serialize};

use crate::auth::Signed;
use crate::extract::Body;
use crate::failure::Failure;
use crate::transport::Transport;

const MAX_NAME_BYTES: usize = 64;
const MAX_CATEGORIES: usize = 500;
/// So often a colour is set anew because somebody else did so meanwhile.
const MAX_TRIES: usize = 5;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Looks {
    color: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Category {
    name: String,
    color: String,
}

/// `GET /api/v1/categories`
pub(super) async fn list(
    State(transport): State<Transport>,
    _: Signed,
) -> Result<Json<Vec<Category>>, Failure> {
    let handoff = transport.handoff();
    let records = handoff
        .directory()
        .list(RecordKind::Category, None, MAX_CATEGORIES, handoff.now())
        .await?;
    let category = |record: Record| {
        let looks: Looks = serde_json::from_value(record.body).map_err(StoreError::corrupt)?;
        Ok(Category {
            name: record.key,
            color: looks.color,
        })
    };
    Ok(Json(
        records
            .into_iter()
            .map(category)
            .collect::<Result<_, StoreError>>()?,
    ))
}

/// `PUT /api/v1/categories/{name}`
pub(super) async fn save(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(name): Path<String>,
    Body(looks): Body<Looks>,
) -> Result<Json<Category>, Failure> {
    me.require(Role::Supervisor)?;
    check(&name, &looks)?;
    let handoff = transport.handoff();
    for _ in 0..MAX_TRIES {
        let stored = handoff
            .directory()
            .get(RecordKind::Category, &name, handoff.now())
            .await?;
        let record = Record {
            kind: RecordKind::Category,
            key: name.clone(),
            lookup: None,
            service: None,
            version: stored.map_or(0, |record| record.version),
            expires_at: None,
            body: serde_json::to_value(&looks).map_err(StoreError::backend)?,
        };
        match handoff.directory().put(record, handoff.now()).await {
            Ok(_) => {
                handoff.record_changed(RecordKind::Category, &name);
                return Ok(Json(Category {
                    name,
                    color: looks.color,
                }));
            }
            Err(PutError::VersionConflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(PutError::VersionConflict { current: 0 }.into())
}

fn check(name: &str, looks: &Looks) -> Result<(), Failure> {
    if name.trim() != name
        || name.is_empty()
        || name.len() > MAX_NAME_BYTES
        || name.chars().any(char::is_control)
    {
        return Err(Failure::invalid(format!(
            "Give the category a name of at most {MAX_NAME_BYTES} bytes."
        )));
    }
    let digits = looks.color.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err(Failure::invalid("Write a colour like #2457d6."))
    }
}

/// `DELETE /api/v1/categories/{name}`
pub(super) async fn remove(
    State(transport): State<Transport>,
    Signed(me): Signed,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    me.require(Role::Supervisor)?;
    if !transport
        .handoff()
        .directory()
        .delete(RecordKind::Category, &name)
        .await?
    {
        return Err(Failure::not_found());
    }
    transport
        .handoff()
        .record_changed(RecordKind::Category, &name);
    Ok(StatusCode::NO_CONTENT)
}

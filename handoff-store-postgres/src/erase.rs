//! Erasing a visitor.

use handoff_core::id::{ServiceId, VisitorId};
use sqlx::PgPool;

use crate::error::Failure;

/// Erases every conversation of one visitor of one service. Their rows are locked first, so that a commit at the same
/// moment is either erased with them or refused after them.
pub(crate) async fn erase(
    pool: &PgPool,
    service: &ServiceId,
    visitor: &VisitorId,
) -> Result<u64, Failure> {
    let mut transaction = pool.begin().await?;
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar(include_str!("../queries/lock_visitor.sql"))
        .bind(visitor.as_str())
        .bind(service.as_str())
        .fetch_all(&mut *transaction)
        .await?;
    if !ids.is_empty() {
        sqlx::query(include_str!("../queries/erase.sql"))
            .bind(&ids)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await.map_err(Failure::unknown)?;
    Ok(ids.len() as u64)
}

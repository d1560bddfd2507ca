//! Signed-in sessions: a random token in the browser, its digest here.

use axum::http::HeaderMap;
use handoff_core::directory::{Record, RecordKind};
use handoff_core::error::StoreError;
use handoff_core::id::AgentId;
use handoff_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::accounts::Accounts;
use crate::failure::Failure;
use crate::secret;

/// A session ends after so long.
pub(super) const LIFE: Millis = Millis::from_hours(24 * 14);

#[derive(Debug, Serialize, Deserialize)]
struct Session {
    agent: AgentId,
}

impl Accounts {
    /// Begins a session and returns its token.
    pub(super) async fn begin_session(&self, agent: &AgentId) -> Result<String, Failure> {
        let token = secret::random()?;
        let now = self.handoff.now();
        let record = Record {
            kind: RecordKind::Session,
            key: secret::digest(&token),
            lookup: None,
            service: None,
            version: 0,
            expires_at: Some(now.after(LIFE)),
            body: serde_json::to_value(Session {
                agent: agent.clone(),
            })
            .map_err(StoreError::backend)?,
        };
        self.handoff.directory().put(record, now).await?;
        Ok(token)
    }

    /// Whose session a request belongs to.
    pub(super) async fn session_of(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<AgentId>, StoreError> {
        let Some(token) = self.cookie.token(headers) else {
            return Ok(None);
        };
        let key = secret::digest(token);
        let record = self
            .handoff
            .directory()
            .get(RecordKind::Session, &key, self.handoff.now())
            .await?;
        let session = record.map(|record| serde_json::from_value::<Session>(record.body));
        Ok(session
            .transpose()
            .map_err(StoreError::corrupt)?
            .map(|session| session.agent))
    }

    /// Ends the session of a request, here at once and on other nodes within a moment.
    pub(super) async fn end_session(&self, headers: &HeaderMap) -> Result<(), StoreError> {
        let Some(token) = self.cookie.token(headers) else {
            return Ok(());
        };
        let key = secret::digest(token);
        if self
            .handoff
            .directory()
            .delete(RecordKind::Session, &key)
            .await?
        {
            self.look_again();
            self.handoff.record_changed(RecordKind::Session, &key);
        }
        Ok(())
    }
}

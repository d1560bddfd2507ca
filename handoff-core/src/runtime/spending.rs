//! What assistants spend, kept in the directory: every node counts into the same records, and a restart forgets nothing.

use super::handoff::Handoff;
use crate::assistant::Spent;
use crate::conversation::AssistantPolicy;
use crate::directory::{PutError, Record, RecordKind};
use crate::error::StoreError;
use crate::id::{ConversationId, ServiceId};
use crate::time::{Millis, Timestamp};

/// Another node may have counted in the meantime; so often the count is tried anew.
const MAX_TRIES: usize = 16;
/// A count is kept for so long after its last change: longer than a day, and than most conversations.
const KEPT: Millis = Millis::from_hours(24 * 32);
const DAY: i64 = 24 * 60 * 60 * 1000;

fn of_conversation(conversation: ConversationId) -> String {
    format!("conversation/{conversation}")
}

fn of_day(service: &ServiceId, now: Timestamp) -> String {
    format!("service/{service}/{}", now.as_millis().div_euclid(DAY))
}

fn tokens(record: &Record) -> u64 {
    record.body.as_u64().unwrap_or_default()
}

impl Handoff {
    /// What was spent so far, where the service has a budget.
    pub(super) async fn spent(
        &self,
        service: &ServiceId,
        conversation: ConversationId,
        policy: &AssistantPolicy,
    ) -> Result<Spent, StoreError> {
        let mut spent = Spent::default();
        if policy.budget.conversation.is_some() {
            spent.conversation = self.count(&of_conversation(conversation)).await?;
        }
        if policy.budget.day.is_some() {
            spent.today = self.count(&of_day(service, self.now())).await?;
        }
        Ok(spent)
    }

    async fn count(&self, key: &str) -> Result<u64, StoreError> {
        let record = self
            .directory()
            .get(RecordKind::Spending, key, self.now())
            .await?;
        Ok(record.as_ref().map_or(0, tokens))
    }

    /// Counts what a turn spent. A count that fails is logged: it must not keep anybody from being answered.
    pub(super) async fn record_spending(
        &self,
        service: &ServiceId,
        conversation: ConversationId,
        tokens: u64,
    ) {
        if tokens == 0 {
            return;
        }
        for key in [of_conversation(conversation), of_day(service, self.now())] {
            if let Err(error) = self.add(&key, service, tokens).await {
                tracing::warn!(%error, key, tokens, "what an assistant spent was not counted");
            }
        }
    }

    async fn add(&self, key: &str, service: &ServiceId, more: u64) -> Result<(), PutError> {
        let mut current = 0;
        for _ in 0..MAX_TRIES {
            let now = self.now();
            let before = self.directory().get(RecordKind::Spending, key, now).await?;
            let record = Record {
                kind: RecordKind::Spending,
                key: key.to_owned(),
                lookup: None,
                service: Some(service.clone()),
                version: before.as_ref().map_or(0, |record| record.version),
                expires_at: Some(now.after(KEPT)),
                body: before
                    .as_ref()
                    .map_or(0, tokens)
                    .saturating_add(more)
                    .into(),
            };
            match self.directory().put(record, now).await {
                Ok(_) => return Ok(()),
                Err(PutError::VersionConflict { current: other }) => current = other,
                Err(error) => return Err(error),
            }
        }
        Err(PutError::VersionConflict { current })
    }
}

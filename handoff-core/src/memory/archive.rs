//! Moving conversations in and out of the reference store.

use async_trait::async_trait;

use super::MemoryStore;
use crate::archive::{Archive, Belongings, Whole};
use crate::error::StoreError;
use crate::id::ConversationId;

#[async_trait]
impl Archive for MemoryStore {
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let held = self.lock();
        let ids = held.folders.keys().copied();
        let mut ids: Vec<_> = ids
            .filter(|id| after.is_none_or(|after| *id > after))
            .collect();
        drop(held);
        ids.sort_unstable();
        ids.truncate(limit);
        Ok(ids)
    }

    async fn belongings(&self, id: ConversationId) -> Result<Option<Belongings>, StoreError> {
        Ok(self.lock().belongings(id))
    }

    async fn restore(&self, whole: &Whole) -> Result<(), StoreError> {
        whole.validate().map_err(StoreError::backend)?;
        self.lock().restore(whole);
        Ok(())
    }
}

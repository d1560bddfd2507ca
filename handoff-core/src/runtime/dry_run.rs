//! What a detector would have flagged in past conversations.

use serde::{Deserialize, Serialize};

use super::handoff::Handoff;
use crate::attention::{Detector, WouldFlag, dry_run};
use crate::conversation::Status;
use crate::error::StoreError;
use crate::id::{ConversationId, ServiceId};
use crate::store::{BoardQuery, BoardSort, MAX_PAGE};
use crate::time::Timestamp;

/// At most so many conversations are looked at, the newest.
const MAX_CONVERSATIONS: usize = 1_000;
/// Of each at most so many of the last events.
const MAX_EVENTS: usize = 400;
/// At most so many flags are told; further ones are counted.
const MAX_FLAGS: usize = 200;

/// What came of a dry run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DryRunReport {
    /// So many conversations were looked at.
    pub conversations: usize,
    /// So many messages, replies and ratings in them.
    pub observed: usize,
    /// So many flags would have been raised.
    pub count: usize,
    /// The first 200 of them, of the newest conversations first.
    pub flags: Vec<FlagIn>,
    /// All conversations of the period were looked at; else only the newest 1,000.
    pub whole: bool,
}

/// A flag that would have been raised, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FlagIn {
    /// In which conversation.
    pub conversation: ConversationId,
    /// What.
    #[serde(flatten)]
    pub flag: WouldFlag,
}

impl Handoff {
    /// The detectors of this engine.
    pub fn detectors(&self) -> &[std::sync::Arc<dyn Detector>] {
        &self.inner.detectors
    }

    /// Lays a detector over the conversations of a service that somebody spoke in since a moment. Nothing is changed, and the
    /// work is bounded: the newest 1,000 conversations, the last 400 events of each.
    ///
    /// Dropping the future ends it.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be read.
    pub async fn dry_run(
        &self,
        service: &ServiceId,
        detector: &dyn Detector,
        since: Timestamp,
    ) -> Result<DryRunReport, StoreError> {
        let mut report = DryRunReport {
            whole: true,
            ..DryRunReport::default()
        };
        let mut query = BoardQuery {
            services: vec![service.clone()],
            statuses: Status::ALL.to_vec(),
            sort: BoardSort::Newest,
            limit: MAX_PAGE,
            ..BoardQuery::default()
        };
        loop {
            let page = self.store().board(&query).await?;
            for card in &page.cards {
                if card.last_word_at < since {
                    return Ok(report);
                }
                if report.conversations == MAX_CONVERSATIONS {
                    report.whole = false;
                    return Ok(report);
                }
                self.look_at(card.id, card.version, detector, since, &mut report)
                    .await?;
            }
            if page.next.is_none() {
                return Ok(report);
            }
            query.cursor = page.next;
        }
    }

    async fn look_at(
        &self,
        conversation: ConversationId,
        version: u64,
        detector: &dyn Detector,
        since: Timestamp,
        report: &mut DryRunReport,
    ) -> Result<(), StoreError> {
        let events = self.store();
        let events = events
            .events_before(conversation, version, MAX_EVENTS)
            .await?;
        let run = dry_run(detector, &events, since);
        report.conversations += 1;
        report.observed += run.observed;
        report.count += run.flags.len();
        let room = MAX_FLAGS.saturating_sub(report.flags.len());
        let told = run.flags.into_iter().take(room);
        report
            .flags
            .extend(told.map(|flag| FlagIn { conversation, flag }));
        // Others have their turn between two conversations.
        tokio::task::yield_now().await;
        Ok(())
    }
}

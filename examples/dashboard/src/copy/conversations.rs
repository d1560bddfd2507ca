//! Copies and compares conversations.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use handoff_core::archive::{Archive, Whole};
use handoff_core::error::StoreError;
use handoff_core::id::ConversationId;

use super::progress::Progress;
use super::report::Differences;
use super::{CopyError, Pair};
use crate::storage::Storage;

/// So many ids are read at once.
const PAGE: usize = 1_000;
/// So many conversations are under way at once, each held in memory.
const AT_ONCE: usize = 16;

/// Every conversation of a store, in order.
pub(super) async fn ids(storage: &Storage) -> Result<Vec<ConversationId>, StoreError> {
    let mut ids = Vec::new();
    loop {
        let page = storage
            .conversations
            .conversations(ids.last().copied(), PAGE)
            .await?;
        if page.is_empty() {
            return Ok(ids);
        }
        ids.extend(page);
    }
}

/// A digest of a conversation, none where there is none.
async fn digest(archive: &dyn Archive, id: ConversationId) -> Result<Option<u128>, StoreError> {
    let whole = Whole::read(archive, id).await?;
    whole.map(|whole| whole.digest()).transpose()
}

/// Copies what is not there or not the same; returns how many that were.
pub(super) async fn copy(
    pair: &Pair,
    ids: &[ConversationId],
    progress: &Progress,
) -> Result<usize, CopyError> {
    let one = async |id: ConversationId| {
        let new = copy_one(pair, id).await;
        progress.step();
        new.map(usize::from)
    };
    stream::iter(ids.iter().map(|id| one(*id)))
        .buffer_unordered(AT_ONCE)
        .try_fold(0, async |sum, new| Ok(sum + new))
        .await
}

async fn copy_one(pair: &Pair, id: ConversationId) -> Result<bool, CopyError> {
    let target = &*pair.to.conversations;
    let whole = Whole::read(&*pair.from.conversations, id)
        .await
        .map_err(|error| pair.source(error))?;
    // Erased since the ids were read.
    let Some(whole) = whole else { return Ok(false) };
    let here = whole.digest().map_err(|error| pair.source(error))?;
    // What can't be read there is written anew.
    if digest(target, id).await.ok().flatten() == Some(here) {
        return Ok(false);
    }
    let restored = target.restore(&whole).await;
    restored.map(|()| true).map_err(|error| pair.target(error))
}

/// Compares every conversation of both stores.
pub(super) async fn compare(
    pair: &Pair,
    ids: &[ConversationId],
    progress: &Progress,
    differences: &mut Differences,
) -> Result<(), CopyError> {
    let there = self::ids(&pair.to)
        .await
        .map_err(|error| pair.target(error))?;
    let there: BTreeSet<ConversationId> = there.into_iter().collect();
    let here: BTreeSet<ConversationId> = ids.iter().copied().collect();
    for extra in there.difference(&here) {
        differences.add(format_args!("conversation {extra} is in --to alone"));
    }
    let one = async |id: ConversationId| {
        let same = is_same(pair, id).await;
        progress.step();
        same.map(|same| (id, same))
    };
    let compared = stream::iter(ids.iter().map(|id| one(*id))).buffer_unordered(AT_ONCE);
    let different: Vec<ConversationId> = compared
        .try_filter_map(async |(id, same)| Ok((!same).then_some(id)))
        .try_collect()
        .await?;
    for id in different {
        differences.add(format_args!("conversation {id}"));
    }
    Ok(())
}

async fn is_same(pair: &Pair, id: ConversationId) -> Result<bool, CopyError> {
    let here = digest(&*pair.from.conversations, id).await;
    let there = digest(&*pair.to.conversations, id).await;
    let here = here.map_err(|error| pair.source(error))?;
    Ok(here == there.map_err(|error| pair.target(error))?)
}

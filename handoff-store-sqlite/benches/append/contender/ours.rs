//! The store.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use handoff_core::store::{CommitOutcome, ConversationStore};
use handoff_store_sqlite::{Durability, SqliteOptions, SqliteStore};
use tokio::task::JoinSet;

use crate::payload::Growing;

pub(crate) fn ours(folder: &Path, durability: Durability, senders: usize, time: Duration) -> u64 {
    super::runtime().block_on(async {
        let options = SqliteOptions::default().durability(durability);
        let store = SqliteStore::open(folder.join("handoff.db"), options)
            .await
            .expect("a store");
        let (done, total) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let mut tasks = JoinSet::new();
        for number in 0..senders {
            let (store, done, total) = (store.clone(), done.clone(), total.clone());
            tasks.spawn(async move {
                let mut chat = Growing::new(number);
                while !done.load(Ordering::Relaxed) {
                    let outcome = store.commit(chat.next()).await.expect("a commit");
                    assert_eq!(outcome, CommitOutcome::Committed);
                    total.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        tokio::time::sleep(time).await;
        done.store(true, Ordering::Relaxed);
        tasks.join_all().await;
        store.close().await;
        total.load(Ordering::Relaxed)
    })
}

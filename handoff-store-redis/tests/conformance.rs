//! The store and the bus keep the promises of their traits.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::Place;
use handoff_store_redis::{RedisBus, RedisStore};

/// A store with keys of its own.
async fn store() -> (RedisStore, Place) {
    let place = Place::new().await;
    let store = RedisStore::connect(&place.url, place.options.clone())
        .await
        .unwrap();
    (store, place)
}

/// A bus with a channel of its own.
async fn line() -> (RedisBus, Place) {
    let place = Place::new().await;
    let bus = RedisBus::connect(&place.url, place.options.clone())
        .await
        .unwrap();
    (bus, place)
}

handoff_core::conversation_store_suite!(store());
handoff_core::directory_suite!(store());
handoff_core::bus_suite!(line());
handoff_core::archive_suite!(store());
handoff_core::record_archive_suite!(store());

//! Store and bus keep the promises of their traits, on a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Schema, server, unique};
use handoff_store_postgres::{BusOptions, PostgresBus, PostgresStore};

/// A store in a schema of its own.
async fn fresh() -> (PostgresStore, Schema) {
    let schema = Schema::new().await;
    (schema.node().await, schema)
}

/// A bus on a channel of its own.
async fn fresh_bus() -> (PostgresBus, ()) {
    let options = BusOptions::default().channel(unique());
    let bus = PostgresBus::connect(server::url(), options).await.unwrap();
    (bus, ())
}

handoff_core::conversation_store_suite!(fresh());
handoff_core::directory_suite!(fresh());
handoff_core::archive_suite!(fresh());
handoff_core::record_archive_suite!(fresh());
handoff_core::bus_suite!(fresh_bus());

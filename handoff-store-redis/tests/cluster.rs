//! A Redis Cluster refuses scripts and pipelines whose keys are in different slots.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use common::OwnServer;
use handoff_core::testing::conformance::{archive, bus, directory, record_archive, store};
use handoff_store_redis::{RedisBus, RedisOptions, RedisStore};

/// One node that has all of the slots.
async fn cluster() -> OwnServer {
    // The nodes' own port is 10,000 above the other by default, which may not be there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let nodes = free.local_addr().unwrap().port().to_string();
    drop(free);
    let server = OwnServer::with(&[
        "--cluster-enabled",
        "yes",
        "--cluster-port",
        &nodes,
        "--cluster-announce-ip",
        "127.0.0.1",
    ])
    .await;
    let mut link = redis::Client::open(server.url())
        .unwrap()
        .get_connection()
        .unwrap();
    redis::cmd("CLUSTER")
        .arg("ADDSLOTSRANGE")
        .arg(0)
        .arg(16_383)
        .exec(&mut link)
        .unwrap();
    for _ in 0..400 {
        let state: String = redis::cmd("CLUSTER").arg("INFO").query(&mut link).unwrap();
        if state.contains("cluster_state:ok") {
            return server;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the cluster does not come up");
}

/// Runs cases of the suites, each with keys of its own.
macro_rules! cases {
    ($server:expr, $implementation:ident: $($suite:ident::$case:ident)*) => {
        $(
            let options = RedisOptions::default().prefix(stringify!($case));
            let connected = $implementation::connect(&$server.url(), options).await.unwrap();
            $suite::$case(Arc::new(connected)).await;
        )*
    };
}

/// Every call of the store, with conversations of several services side by side.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_call_stays_in_its_slots() {
    let server = cluster().await;
    cases!(server, RedisStore:
        store::a_commit_is_read_back_whole
        store::a_repeated_command_gets_its_first_receipt
        store::a_visitor_has_one_open_conversation_in_a_service
        store::current_is_the_open_one_or_the_latest
        store::events_until_a_version_are_limited
        store::one_of_fifty_commits_wins
        store::many_conversations_grow_at_once
        store::every_filter_admits_what_it_says
        store::counters_count_every_service
        store::a_search_combines_with_filters
        store::what_is_due_comes_earliest_first
        store::a_taken_row_is_hidden_until_its_retry
        store::settled_rows_go_return_or_die
        store::erasing_a_visitor_leaves_no_trace
        store::erasing_leaves_all_others_alone
        archive::what_is_restored_is_as_if_committed
        archive::a_restore_replaces_what_is_there
        directory::a_record_is_read_back_whole
        directory::what_has_expired_is_absent
        directory::a_list_is_paged
        directory::a_deleted_record_is_gone
        directory::one_of_fifty_takers_of_a_second_key_wins
        record_archive::a_restored_record_takes_its_second_key
    );
    cases!(server, RedisBus:
        bus::notices_arrive_as_they_were_sent
        bus::a_publisher_is_heard_in_order
    );
}

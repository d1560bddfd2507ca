//! Notices between nodes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod common;

use std::time::Duration;

use common::{Schema, server, unique};
use futures::StreamExt;
use futures::stream::BoxStream;
use handoff_core::bus::{Bus, Heard, Notice, Signal};
use handoff_core::conversation::Ticket;
use handoff_core::directory::RecordKind;
use handoff_core::id::{ConversationId, ServiceId};
use handoff_store_postgres::{BusOptions, OpenError, PostgresBus};

fn changed(version: u64) -> Notice {
    Notice::Changed {
        conversation: ConversationId::from_uuid(uuid::Uuid::from_u128(1)),
        service: ServiceId::new("shop").unwrap(),
        version,
    }
}

async fn hear(ear: &mut BoxStream<'static, Heard>) -> Heard {
    let heard = tokio::time::timeout(Duration::from_secs(10), ear.next()).await;
    heard.expect("a notice is missing").unwrap()
}

/// Two nodes, with a schema that names their connections.
async fn two() -> (PostgresBus, PostgresBus, Schema) {
    let schema = Schema::new().await;
    let options = BusOptions::default().channel(unique());
    let connect = || PostgresBus::connect(&schema.url, options.clone());
    (connect().await.unwrap(), connect().await.unwrap(), schema)
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_hear_each_other() {
    let (here, there, _schema) = two().await;
    let mut ear = there.subscribe().await.unwrap();
    here.publish(&[changed(1), changed(2)]).await.unwrap();
    there.publish(&[changed(3)]).await.unwrap();
    for version in 1..=3 {
        assert_eq!(hear(&mut ear).await, Heard::Notice(changed(version)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_cut_off_is_told_and_hears_on() {
    let (here, there, schema) = two().await;
    let mut ears = [
        here.subscribe().await.unwrap(),
        there.subscribe().await.unwrap(),
    ];
    for round in 0..3 {
        assert!(schema.cut(false).await >= 2, "both listen");
        for ear in &mut ears {
            assert_eq!(hear(ear).await, Heard::Lagged);
        }
        here.publish(&[changed(round)]).await.unwrap();
        for ear in &mut ears {
            assert_eq!(hear(ear).await, Heard::Notice(changed(round)));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_asked_and_the_subscriber_hears_on() {
    let options = BusOptions::default()
        .channel(unique())
        .quiet(Duration::from_millis(10));
    let bus = PostgresBus::connect(server::url(), options).await.unwrap();
    let mut ear = bus.subscribe().await.unwrap();
    for version in 0..10 {
        tokio::time::sleep(Duration::from_millis(35)).await;
        bus.publish(&[changed(version)]).await.unwrap();
        assert_eq!(hear(&mut ear).await, Heard::Notice(changed(version)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_arrives_in_parts_or_counts_as_lost() {
    let (here, there, _schema) = two().await;
    let mut ear = there.subscribe().await.unwrap();
    let ticket = Ticket {
        conversation: ConversationId::from_uuid(uuid::Uuid::from_u128(1)),
        epoch: 1,
        turn: 1,
    };
    let long = "👩‍💻 \u{0}\"é".repeat(100_000);
    here.publish(&[
        Notice::Signal(Signal::Piece {
            ticket,
            offset: 0,
            text: long.as_str().into(),
        }),
        Notice::Record {
            kind: RecordKind::Setting,
            key: "k".repeat(10_000),
        },
    ])
    .await
    .unwrap();
    let mut joined = String::new();
    while let Heard::Notice(Notice::Signal(Signal::Piece { offset, text, .. })) =
        hear(&mut ear).await
    {
        assert_eq!(offset, joined.encode_utf16().count() as u64);
        joined.push_str(&text);
    }
    // What ended it was the record that counts as lost.
    assert!(joined == long);
    here.publish(&[changed(1)]).await.unwrap();
    assert_eq!(hear(&mut ear).await, Heard::Notice(changed(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_failed_is_made_known_by_the_next() {
    let schema = Schema::new().await;
    let options = BusOptions::default().channel(unique());
    let there = PostgresBus::connect(&schema.url, options.clone());
    let there = there.await.unwrap();
    // A function of that name that is found first stands in for a server that refuses.
    let url = schema
        .url
        .replace(&schema.name, &format!("{},pg_catalog", schema.name));
    schema
        .meddle(
            "CREATE FUNCTION pg_notify(text, text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        )
        .await;
    let here = PostgresBus::connect(&url, options).await.unwrap();
    let mut ear = there.subscribe().await.unwrap();
    here.publish(&[changed(1)]).await.unwrap_err();
    let drop = format!("DROP FUNCTION {}.pg_notify(text, text)", schema.name);
    schema.meddle(&drop).await;
    here.publish(&[changed(2)]).await.unwrap();
    here.publish(&[changed(3)]).await.unwrap();
    assert_eq!(hear(&mut ear).await, Heard::Lagged);
    assert_eq!(hear(&mut ear).await, Heard::Notice(changed(2)));
    assert_eq!(hear(&mut ear).await, Heard::Notice(changed(3)), "once");
}

#[tokio::test]
async fn a_channel_has_a_name_that_fits() {
    for channel in [String::new(), "x".repeat(64), "nul\0".into()] {
        let options = BusOptions::default().channel(channel);
        let refused = PostgresBus::connect(server::url(), options)
            .await
            .unwrap_err();
        assert!(matches!(refused, OpenError::Channel { .. }), "{refused:?}");
    }
}

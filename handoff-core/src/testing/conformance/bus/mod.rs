//! Cases for a [`Bus`], each for a bus that nobody else uses.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;

use super::fixture::{agent, id, service};
use crate::bus::{Bus, Heard, Notice, Signal};
use crate::conversation::{Speaker, Ticket};
use crate::directory::RecordKind;

/// The bus of a case.
type Line = Arc<dyn Bus>;
/// What a subscriber hears.
type Ear = BoxStream<'static, Heard>;

/// A notice that has not come after so long does not come.
const PATIENCE: Duration = Duration::from_secs(10);

fn changed(version: u64) -> Notice {
    Notice::Changed {
        conversation: id(1),
        service: service("shop"),
        version,
    }
}

async fn hear(ear: &mut Ear) -> Heard {
    let heard = tokio::time::timeout(PATIENCE, ear.next()).await;
    heard
        .expect("a notice is missing")
        .expect("a subscription never ends by itself")
}

/// Hears until the change to this version; `None` where something was lost on the way. Doubles are passed over.
async fn versions_until(ear: &mut Ear, last: u64) -> Option<Vec<u64>> {
    let mut versions = Vec::new();
    let mut whole = true;
    while versions.last() != Some(&last) {
        match hear(ear).await {
            Heard::Notice(Notice::Changed { version, .. }) if versions.last() != Some(&version) => {
                versions.push(version);
            }
            Heard::Lagged => whole = false,
            Heard::Notice(_) => {}
        }
    }
    whole.then_some(versions)
}

/// Three subscribers, the publisher's own among them, and only what comes after they began.
pub async fn every_subscriber_hears_every_notice(bus: Line) {
    bus.publish(&[changed(1)]).await.unwrap();
    let mut ears = Vec::new();
    for _ in 0..3 {
        ears.push(bus.subscribe().await.unwrap());
    }
    bus.publish(&[changed(2), changed(3)]).await.unwrap();
    bus.publish(&[]).await.unwrap();
    bus.publish(&[changed(4)]).await.unwrap();
    for ear in &mut ears {
        let heard = versions_until(ear, 4)
            .await
            .expect("nothing is lost among so few");
        assert_eq!(
            heard
                .iter()
                .filter(|version| **version > 1)
                .collect::<Vec<_>>(),
            [&2, &3, &4]
        );
    }
}

/// Every kind of notice, and texts byte for byte.
pub async fn notices_arrive_as_they_were_sent(bus: Line) {
    let ticket = Ticket {
        conversation: id(7),
        epoch: (1 << 53) - 1,
        turn: 3,
    };
    let sent = [
        changed((1 << 53) - 1),
        Notice::Record {
            kind: RecordKind::Service,
            key: "shop \u{0} é e\u{301}".into(),
        },
        Notice::Signal(Signal::Piece {
            ticket,
            offset: 12,
            text: "👩‍💻\u{202e}\n\"'".into(),
        }),
        Notice::Signal(Signal::Typing {
            conversation: id(7),
            who: Speaker::Agent,
            agent: Some(agent("Zoë")),
            typing: true,
        }),
        Notice::Signal(Signal::Viewing {
            conversation: id(7),
            agent: agent("bo"),
            viewing: false,
        }),
        Notice::Signal(Signal::Abandoned {
            tickets: vec![ticket],
        }),
        Notice::Signal(Signal::Presence {
            node: uuid::Uuid::from_u128(u128::MAX),
            agents: vec![agent("bo").id, agent("Zoë e\u{301}").id],
            visitors: vec![id(7)],
            present: true,
        }),
    ];
    let mut ear = bus.subscribe().await.unwrap();
    bus.publish(&sent).await.unwrap();
    for notice in sent {
        assert_eq!(hear(&mut ear).await, Heard::Notice(notice));
    }
}

/// A thousand notices of one publisher, in their order or with a word that some are lost.
pub async fn a_publisher_is_heard_in_order(bus: Line) {
    let mut ear = bus.subscribe().await.unwrap();
    for version in 1..=1_000 {
        bus.publish(&[changed(version)]).await.unwrap();
    }
    if let Some(heard) = versions_until(&mut ear, 1_000).await {
        assert!(heard.iter().copied().eq(1..=1_000), "{heard:?}");
    }
}

/// A node without listeners publishes all the same.
pub async fn nobody_listening_is_no_error(bus: Line) {
    for version in 0..100 {
        bus.publish(&[changed(version)]).await.unwrap();
    }
}

/// A subscriber who does not read while a hundred thousand notices pass hears all of them, or that some are lost; and
/// then hears on.
pub async fn whoever_misses_something_is_told(bus: Line) {
    let mut ear = bus.subscribe().await.unwrap();
    let all: Vec<Notice> = (1..=100_000).map(changed).collect();
    for some in all.chunks(1_000) {
        bus.publish(some).await.unwrap();
    }
    bus.publish(&[changed(200_000)]).await.unwrap();
    let mut told = false;
    let mut heard = 0_u64;
    let mut gap = false;
    loop {
        match hear(&mut ear).await {
            Heard::Lagged => told = true,
            Heard::Notice(Notice::Changed {
                version: 200_000, ..
            }) => break,
            Heard::Notice(Notice::Changed { version, .. }) => {
                assert!(version >= heard, "{version} after {heard}");
                gap |= version > heard + 1;
                heard = version;
            }
            Heard::Notice(other) => unreachable!("{other:?}"),
        }
    }
    assert!(
        told || (!gap && heard == 100_000),
        "lost notices without a word"
    );
    bus.publish(&[changed(200_001)]).await.unwrap();
    assert_eq!(hear(&mut ear).await, Heard::Notice(changed(200_001)));
}

/// Whoever stops listening, or never reads, does not keep others from hearing.
pub async fn a_subscriber_who_left_holds_up_nobody(bus: Line) {
    let left = bus.subscribe().await.unwrap();
    let _deaf = bus.subscribe().await.unwrap();
    let mut ear = bus.subscribe().await.unwrap();
    drop(left);
    for version in 1..=10_000 {
        bus.publish(&[changed(version)]).await.unwrap();
        if version % 100 == 0 {
            versions_until(&mut ear, version).await;
        }
    }
}

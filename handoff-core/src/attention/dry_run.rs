//! What a detector would have flagged.

use serde::{Deserialize, Serialize};

use super::{Detector, Finding, FlagKind, Observed};
use crate::conversation::{Event, EventBody};
use crate::time::Timestamp;

/// Something that would have been flagged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct WouldFlag {
    /// The event that raises it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub seq: u64,
    /// When that was.
    pub at: Timestamp,
    /// What, why, and the words.
    pub finding: Finding,
}

/// What came of looking at one conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DryRun {
    /// So many messages, replies and ratings were looked at.
    pub observed: usize,
    /// What would have been flagged: each kind once, as a flag stays until it is dismissed.
    pub flags: Vec<WouldFlag>,
}

/// Lays a detector over the events of one conversation, from a moment on.
pub fn dry_run(detector: &dyn Detector, events: &[Event], since: Timestamp) -> DryRun {
    let mut run = DryRun::default();
    let mut kinds: Vec<FlagKind> = Vec::new();
    for event in events.iter().filter(|event| event.at >= since) {
        let Some(observed) = observed(event, events) else {
            continue;
        };
        run.observed += 1;
        for finding in detector.detect(observed) {
            if !kinds.contains(&finding.kind) {
                kinds.push(finding.kind.clone());
                run.flags.push(WouldFlag {
                    seq: event.seq,
                    at: event.at,
                    finding,
                });
            }
        }
    }
    run
}

fn observed<'a>(event: &'a Event, events: &'a [Event]) -> Option<Observed<'a>> {
    Some(match &event.body {
        EventBody::MessageReceived { text } => Observed::VisitorMessage { text },
        EventBody::ReplyCommitted { reply, .. } => Observed::AssistantReply { text: &reply.text },
        EventBody::MessageRated {
            message,
            up: Some(up),
        } => {
            let at = events.partition_point(|event| event.seq < *message);
            let rated = events.get(at).filter(|event| event.seq == *message)?;
            let text = rated.body.said()?;
            Observed::MessageRated { up: *up, text }
        }
        EventBody::ConversationRated { stars, comment } => Observed::ConversationRated {
            stars: *stars,
            comment,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attention::{HelpRequest, Rating, Rule, Rules};
    use crate::conversation::Actor;

    fn log(bodies: Vec<EventBody>) -> Vec<Event> {
        let event = |(seq, body)| Event {
            seq,
            at: Timestamp::from_millis(i64::try_from(seq).unwrap() * 1_000),
            epoch: 0,
            by: Actor::Visitor,
            body,
        };
        (1u64..).zip(bodies).map(event).collect()
    }

    fn says(text: &str) -> EventBody {
        EventBody::MessageReceived {
            text: text.to_owned(),
        }
    }

    #[test]
    fn each_kind_is_told_once_with_its_words() {
        let events = log(vec![
            says("Hello"),
            says("I want to talk to a human"),
            says("a human please!!"),
        ]);
        let run = dry_run(&HelpRequest::new(), &events, Timestamp::default());
        assert_eq!(run.observed, 3);
        let [flag] = run.flags.as_slice() else {
            panic!("{run:?}")
        };
        assert_eq!(
            (flag.seq, &flag.finding.kind),
            (2, &FlagKind::HelpRequested)
        );
        assert!(!flag.finding.quote.is_empty());
        let later = dry_run(&HelpRequest::new(), &events, events[2].at);
        assert_eq!((later.observed, later.flags[0].seq), (1, 3));
    }

    #[test]
    fn rules_and_ratings_are_tried_too() {
        let events = log(vec![
            says("what is the enterprise price?"),
            EventBody::ConversationRated {
                stars: 1,
                comment: "bad".to_owned(),
            },
        ]);
        let rule = Rule::keywords("sales", &["enterprise"]).unwrap();
        let run = dry_run(&Rules::new(vec![rule]), &events, Timestamp::default());
        assert_eq!(run.flags[0].finding.quote, "enterprise");
        let rated = dry_run(&Rating::new(), &events, Timestamp::default());
        assert_eq!((rated.flags.len(), rated.flags[0].seq), (1, 2));
    }
}

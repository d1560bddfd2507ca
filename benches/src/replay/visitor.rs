//! One visitor who says all of its texts.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use handoff_axum::ws::protocol::{PROTOCOL, VisitorEventBody, VisitorFrame, VisitorRequest};
use handoff_core::conversation::{Page, Profile};
use handoff_core::id::{CommandId, ConversationId, ServiceId, VisitorId};

use crate::client::{Access, Socket};
use crate::compare::clock;

/// A server that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A message that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) text: String,
    pub(super) at: Instant,
    /// Its seq, once the server acknowledged it.
    pub(super) seq: Option<u64>,
}

/// What a visitor said, and where.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) conversation: ConversationId,
    pub(super) sent: Vec<Sent>,
    /// Messages that the widget would have shown twice or out of order.
    pub(super) shown_wrong: u64,
}

/// Says everything; between two messages it waits now and then for an answer, and now and then not.
pub(super) async fn play(
    access: &Access,
    service: &str,
    texts: Vec<String>,
    mut random: fastrand::Rng,
) -> Result<Said> {
    let key = access.new_visitor(service).await?;
    let headers = [("origin", access.origin())];
    let mut socket = Socket::connect(&access.socket_url("visitor/socket"), &headers).await?;
    let hello = VisitorRequest::Hello {
        protocol: PROTOCOL,
        service: ServiceId::new(service)?,
        visitor: VisitorId::new(&key.visitor)?,
        secret: key.secret,
        conversation: None,
        after: 0,
        page: Page {
            url: "https://shop.example/".into(),
            title: "Shop".into(),
        },
        profile: Profile::default(),
    };
    socket.send(&hello).await?;
    let mut talk = Talk {
        socket,
        conversation: None,
        sent: Vec::new(),
        shown: HashSet::new(),
        last: 0,
        shown_wrong: 0,
        answers: 0,
    };
    for text in texts {
        talk.say(text).await?;
        if random.bool() {
            talk.listen(Duration::from_millis(random.u64(0..400)))
                .await?;
        }
    }
    let conversation = talk.conversation.context("no conversation was opened")?;
    Ok(Said {
        conversation,
        sent: talk.sent,
        shown_wrong: talk.shown_wrong,
    })
}

struct Talk {
    socket: Socket,
    conversation: Option<ConversationId>,
    sent: Vec<Sent>,
    shown: HashSet<u64>,
    last: u64,
    shown_wrong: u64,
    answers: u64,
}

impl Talk {
    async fn say(&mut self, text: String) -> Result<()> {
        let id = CommandId::new(format!("replay-{}", self.sent.len()))?;
        self.sent.push(Sent {
            text: text.clone(),
            at: clock::now(),
            seq: None,
        });
        self.socket
            .send(&VisitorRequest::Send {
                id: id.clone(),
                text,
            })
            .await?;
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next())
                .await
                .context("no acknowledgement came")??
            {
                VisitorFrame::Done { id: done, seq } if done == id => {
                    if let Some(sent) = self.sent.last_mut() {
                        sent.seq = Some(seq);
                    }
                    return Ok(());
                }
                VisitorFrame::Refused { problem, .. } => bail!("{}", problem.title),
                frame => self.see(frame),
            }
        }
    }

    async fn listen(&mut self, span: Duration) -> Result<()> {
        let deadline = tokio::time::Instant::now() + span;
        let answers = self.answers;
        while self.answers == answers {
            match tokio::time::timeout_at(deadline, self.socket.next()).await {
                Ok(frame) => self.see(frame?),
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn see(&mut self, frame: VisitorFrame) {
        match frame {
            VisitorFrame::Opened { conversation }
            | VisitorFrame::Welcome {
                conversation: Some(conversation),
                ..
            } => {
                self.conversation = Some(conversation);
            }
            VisitorFrame::Events { events, .. } => {
                for event in events {
                    let new = self.shown.insert(event.seq);
                    self.shown_wrong += u64::from(!new || event.seq < self.last);
                    self.last = event.seq;
                    self.answers += u64::from(matches!(
                        event.body,
                        VisitorEventBody::Message { turn: Some(_), .. }
                    ));
                }
            }
            _ => {}
        }
    }
}

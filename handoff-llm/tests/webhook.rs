//! The signed message that tells a bot of its turn, checked by the reference implementation of its rules.
#![cfg(feature = "webhook")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use handoff_core::assistant::{Answer, Assistant, AssistantError, Turn};
use handoff_core::conversation::Speaker;
use handoff_core::runtime::{Clock, SystemClock};
use handoff_core::time::Millis;
use handoff_llm::{Webhook, WebhookOptions};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";
const BUSY: &str =
    "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 999999999\r\n\r\n";

/// A message that came.
#[derive(Debug, Clone)]
struct Message {
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A bot that says what it is told to say; the last answer is repeated. An empty one is none at all.
struct Bot {
    url: String,
    messages: Arc<Mutex<Vec<Message>>>,
}

impl Bot {
    async fn new(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/turns", listener.local_addr().unwrap());
        let messages: Arc<Mutex<Vec<Message>>> = Arc::default();
        let seen = Arc::clone(&messages);
        let answers: Vec<String> = answers.iter().map(|&answer| answer.to_owned()).collect();
        tokio::runtime::Handle::current().spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let message = read(&mut stream).await;
                let nth = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(message);
                    (seen.len() - 1).min(answers.len() - 1)
                };
                stream.write_all(answers[nth].as_bytes()).await.ok();
                if answers[nth].is_empty() {
                    open.push(stream);
                }
            }
        });
        Self { url, messages }
    }

    fn webhook(&self) -> Webhook {
        let mut options = WebhookOptions::new(&self.url, SECRET);
        options.attempt = Duration::from_millis(500);
        options.first_pause = Duration::from_millis(5);
        Webhook::new(options).unwrap()
    }

    fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Message {
    let mut bytes = Vec::new();
    loop {
        let count = stream.read_buf(&mut bytes).await.unwrap();
        assert!(count > 0, "the message is whole");
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        assert!(head.starts_with("POST /turns HTTP/1.1\r\n"), "{head}");
        let headers: HeaderMap = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect();
        let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
        if bytes.len() >= end + 4 + length {
            let body = bytes[end + 4..].to_vec();
            return Message { headers, body };
        }
    }
}

fn turn() -> Turn {
    let mut turn = common::asks(&["Do you lend bikes?"]);
    turn.deadline = SystemClock.now().after(Millis::from_mins(1));
    turn
}

async fn tell(webhook: &Webhook, turn: &Turn) -> Result<Answer, AssistantError> {
    webhook.reply(turn, &common::Sink::default()).await
}

#[tokio::test]
async fn a_message_is_the_turn_and_bears_a_signature_that_others_verify() {
    let bot = Bot::new(&[OK]).await;
    let turn = turn();
    let told = tell(&bot.webhook(), &turn).await;
    assert_eq!(told.unwrap(), Answer::Elsewhere);
    let message = bot.messages()[0].clone();
    let verifier = standardwebhooks::Webhook::new(SECRET).unwrap();
    verifier.verify(&message.body, &message.headers).unwrap();
    let read: Turn = serde_json::from_slice(&message.body).unwrap();
    assert_eq!(read, turn);

    let mut forged = message.body.clone();
    forged.push(b' ');
    assert!(verifier.verify(&forged, &message.headers).is_err());
    let mut replayed = message.headers.clone();
    replayed.insert("webhook-timestamp", HeaderValue::from_static("1614265330"));
    assert!(verifier.verify(&message.body, &replayed).is_err());
}

#[tokio::test]
async fn a_busy_bot_is_told_again_with_the_same_id() {
    let bot = Bot::new(&[BUSY, BUSY, OK]).await;
    let told = tell(&bot.webhook(), &turn()).await;
    assert_eq!(told.unwrap(), Answer::Elsewhere);
    let messages = bot.messages();
    assert_eq!(messages.len(), 3);
    let id = &messages[0].headers["webhook-id"];
    assert!(messages.iter().all(|one| one.headers["webhook-id"] == id));
    let mut later = turn();
    later.ticket.turn += 1;
    tell(&bot.webhook(), &later).await.unwrap();
    assert_ne!(&bot.messages()[3].headers["webhook-id"], id);
}

#[tokio::test]
async fn a_bot_that_stays_busy_has_failed_after_some_attempts() {
    let bot = Bot::new(&[BUSY]).await;
    let told = tell(&bot.webhook(), &turn()).await;
    assert!(matches!(told, Err(AssistantError::Provider(_))), "{told:?}");
    assert_eq!(bot.messages().len(), 4);
}

#[tokio::test]
async fn a_refusal_and_a_redirect_are_failures_at_once() {
    let elsewhere = Bot::new(&[OK]).await;
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url
    );
    for answer in [
        "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
        &redirect,
    ] {
        let bot = Bot::new(&[answer]).await;
        let told = tell(&bot.webhook(), &turn()).await;
        assert!(matches!(told, Err(AssistantError::Provider(_))), "{told:?}");
        assert_eq!(bot.messages().len(), 1);
    }
    assert!(elsewhere.messages().is_empty(), "nothing went elsewhere");
}

#[tokio::test]
async fn where_nobody_is_there_the_bot_has_failed_and_where_nobody_knows_the_deadline_decides() {
    let address = {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        gone.local_addr().unwrap()
    };
    let mut options = WebhookOptions::new(format!("http://{address}/"), SECRET);
    options.first_pause = Duration::from_millis(5);
    let told = tell(&Webhook::new(options).unwrap(), &turn()).await;
    assert!(matches!(told, Err(AssistantError::Provider(_))), "{told:?}");

    let silent = Bot::new(&["", BUSY]).await;
    let told = tell(&silent.webhook(), &turn()).await;
    assert_eq!(told.unwrap(), Answer::Elsewhere);
    assert_eq!(silent.messages().len(), 4);
}

#[tokio::test]
async fn nothing_is_sent_after_the_turns_deadline() {
    let bot = Bot::new(&[""]).await;
    let mut turn = turn();
    turn.deadline = SystemClock.now().after(Millis::new(100));
    let told = tell(&bot.webhook(), &turn).await;
    assert_eq!(told.unwrap(), Answer::Elsewhere);
    assert_eq!(bot.messages().len(), 1);
}

#[tokio::test]
async fn of_a_long_conversation_the_bot_gets_what_was_said_last() {
    let bot = Bot::new(&[OK]).await;
    let mut turn = turn();
    turn.transcript = (0..400)
        .map(|nth| common::line(Speaker::Visitor, &format!("{nth} {}", "x".repeat(8_000))))
        .collect();
    tell(&bot.webhook(), &turn).await.unwrap();
    let message = bot.messages()[0].clone();
    assert!(message.body.len() <= 512 << 10);
    let read: Turn = serde_json::from_slice(&message.body).unwrap();
    assert!(read.transcript.len() >= 32, "{}", read.transcript.len());
    assert_eq!(read.transcript.last(), turn.transcript.last());
    assert_eq!(read.ticket, turn.ticket);
}
